import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import { createSeededRandom } from '../../src/testing/seededRandom.ts'
import { setup } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Page = defineType('page', z.object({ title: z.string(), body: z.string() }))
const pages = 1_000
const pageChars = 10_000

it(
  '10 MB reach a new peer with progress, go on after a cut link and after a crash where they stopped, and nothing comes twice',
  { timeout: 240_000 },
  async () => {
    const clock = createSimulatedClock()
    const random = createSeededRandom('pages')
    const errors: string[] = []
    const world = await drive(
      clock,
      setup('ann', 'ben', {
        types: [Page],
        seed: 1,
        clock,
        latencyMs: [1, 3],
        crypto: createSimulatedCrypto,
        // A tab that crashed goes on failing to store until it is forgotten.
        onError: (error, peer) =>
          void (['disposed', 'storage-unavailable'].includes(error.code) || errors.push(`${peer} ${error.code} ${error.message}`)),
      }),
    )
    const { ann, ben, swarm } = world
    const hers = await drive(clock, ann.echo.spaces.create({ name: 'Library' }))
    // Large pages, and single letters between them, as writing makes them.
    for (let i = 0; i < pages; i++) {
      const body = String.fromCharCode(...random.bytes(pageChars).map((byte) => 32 + (byte % 90)))
      const page = hers.create(Page, { title: '', body })
      await clock.run(20)
      for (const title of ['a', 'ab']) {
        hers.update(page, { title })
        await clock.run(20)
      }
      if (i % 5 === 4) await drive(clock, hers.flush())
    }
    await clock.run(60_000)
    const stored = await ann.disk.run(({ spaces }) => [...spaces.values()].map(({ blocks, bundles }) => [blocks.size, bundles.size]).flat())
    expect(stored[1]).toBeGreaterThan(5)

    let received = 0
    swarm.tap((from, _to, frame) => {
      if (from.startsWith('ann')) received += frame.length
      return frame
    })
    const progress: number[] = []
    const stages: string[] = []
    const seen = () => {
      const state = ben.echo.spaces.list.get()[0]?.state
      if (state?.status === 'first-sync') progress.push(state.progress)
      return state
    }
    const reaches = (least: number) => () => {
      const state = seen()
      return state?.status === 'ready' || (state?.status === 'first-sync' && state.progress >= least)
    }

    const invitation = hers.invite()
    invitation.create({ role: 'editor' })
    await clock.runUntil(() => invitation.state.get().status === 'waiting')
    const joining = ben.echo.join((invitation.state.get() as { url: string }).url)
    joining.accept()
    await clock.runUntil(reaches(0.2), 60_000)
    stages.push(seen()!.status)
    const beforeCut = progress.at(-1)!
    const apart = ['ann', 'ben'].map((name) => [1, 2, 3].map((network) => `${name} ${network}`).concat(name))
    swarm.partition(apart)
    await clock.run(10_000)
    expect(progress.at(-1)).toBeGreaterThanOrEqual(beforeCut)
    swarm.heal()

    await clock.runUntil(reaches(0.6), 120_000)
    stages.push(seen()!.status)
    const beforeCrash = progress.at(-1)!
    await drive(clock, ben.crash())
    swarm.partition(apart)
    await drive(clock, ben.restart())
    await clock.runUntil(() => seen()?.status === 'first-sync', 10_000)
    expect(seen()).toMatchObject({ status: 'first-sync' })
    // What was stored before the crash is not asked for again.
    expect(progress.at(-1)).toBeGreaterThan(beforeCrash - 0.25)
    swarm.heal()

    await clock.runUntil(() => seen()?.status === 'ready', 120_000)
    expect(stages).toEqual(['first-sync', 'first-sync'])
    expect(new Set(progress).size).toBeGreaterThan(5)
    const his = await drive(clock, ben.echo.spaces.open(hers.id))
    await clock.run(2000)
    expect(his.run(query(Page)).length).toBe(pages)
    expect(his.run(query(Page)).map(({ body }) => body.length)).toEqual(hers.run(query(Page)).map(() => pageChars))
    // What had run ahead at the cut and at the crash came again.
    expect(received).toBeLessThan(1.5 * pages * pageChars)
    expect(errors).toEqual([])
    await drive(clock, world.dispose())
  },
)
