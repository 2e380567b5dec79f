import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { attendedLifeMs } from '../../src/client/invitations/invitationOptions.ts'
import type { Echo, Space } from '../../src/client/echo.ts'
import { createEcho } from '../../src/client/createEcho.ts'
import { createMemorySwarm } from '../../src/network/memory/memorySwarm.ts'
import { createMemoryStorage } from '../../src/storage/memory/memoryStorage.ts'
import type { JoinState } from '../../src/client/states.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import { createSeededRandom } from '../../src/testing/seededRandom.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))

async function createTest(seed: number) {
  const clock = createSimulatedClock()
  const errors: string[] = []
  const world = await drive(
    clock,
    setup('ann', 'ben', 'cleo', {
      types: [Task],
      seed,
      clock,
      crypto: createSimulatedCrypto,
      onError: (error, peer) => errors.push(`${peer} ${error.code}`),
    }),
  )
  const space = await drive(clock, world.ann.echo.spaces.create({ name: 'Garden' }))

  async function invite(of: Space = space) {
    const flow = of.invite()
    flow.create({ role: 'editor' })
    const url = await drive(
      clock,
      until(flow.state, (state) => (state.status === 'waiting' ? state.url : undefined), clock),
    )
    return { flow, url }
  }

  function join(echo: Echo, url: string) {
    const flow = echo.join(url)
    flow.accept()
    return flow
  }
  return { clock, world, space, invite, join, errors, end: () => drive(clock, world.dispose()) }
}

const isEnd = (state: JoinState): boolean =>
  ['success', 'used-up', 'expired', 'denied', 'error', 'invalid', 'cancelled'].includes(state.status)

describe('an invitation whose maker closes the app', () => {
  it('ends with the Echo, and says nothing any more when its time is over', async () => {
    const { clock, world, invite, end } = await createTest(1)
    const { flow } = await invite()
    await drive(clock, world.ann.echo.dispose())
    expect(flow.state.get()).toEqual({ status: 'idle' })
    await clock.run(attendedLifeMs + 1000)
    expect(flow.state.get()).toEqual({ status: 'idle' })
    await end()
  })
})

describe('joining from a link', () => {
  it.each([1, 2, 3, 4, 5, 6])('lets one in when two race for it, and tells the other that it is used up (seed %i)', async (seed) => {
    const { clock, world, space, invite, join, end } = await createTest(seed)
    const { flow, url } = await invite()
    const joins = [join(world.ben.echo, url), join(world.cleo.echo, url)]
    for (let s = 0; s < 90 && !joins.every((each) => isEnd(each.state.get())); s++) await clock.run(1000)
    expect(joins.map((each) => each.state.get().status).sort()).toEqual(['success', 'used-up'])
    expect(space.info.get().memberCount).toBe(2)
    expect(flow.state.get().status).toBe('success')
    await end()
  })

  it('refuses a link that was used', async () => {
    const { clock, world, space, invite, join, end } = await createTest(7)
    const { url } = await invite()
    const first = join(world.ben.echo, url)
    await drive(
      clock,
      until(first.state, (state) => state.status === 'success', clock),
    )
    const second = join(world.cleo.echo, url)
    await clock.run(60_000)
    expect(second.state.get().status).toBe('used-up')
    expect(space.info.get().memberCount).toBe(2)
    await end()
  })

  it('refuses a link after ten minutes, on both sides', async () => {
    const { clock, world, space, invite, join, end } = await createTest(8)
    const { flow, url } = await invite()
    await clock.run(attendedLifeMs - 1000)
    expect(flow.state.get().status).toBe('waiting')
    await clock.run(2000)
    expect(flow.state.get().status).toBe('expired')
    const late = join(world.ben.echo, url)
    await clock.run(150_000)
    expect(['expired', 'error']).toContain(late.state.get().status)
    await clock.run(10 * 60_000)
    const later = join(world.ben.echo, url)
    await clock.run(21_000)
    expect(later.state.get().status).toBe('expired')
    expect(space.info.get().memberCount).toBe(1)
    await end()
  })

  it('tells the link of another app, a link cut short and any text from an invitation', async () => {
    const { clock, world, invite, end } = await createTest(9)
    const { url } = await invite()
    const random = createSeededRandom('other app')
    const other = createEcho({
      app: 'another-app',
      inviteUrl: 'https://other.test/',
      ports: {
        clock,
        random,
        crypto: createSimulatedCrypto(random),
        storage: createMemoryStorage(),
        network: createMemorySwarm({ clock, random }).peer('x'),
        tabs: createMemorySwarm({ clock, random, sameOrigin: true }).peer('x'),
      },
    })
    await drive(clock, other.opened)
    const foreign = other.join(url).state.get()
    expect(foreign).toMatchObject({ status: 'invalid' })
    for (let end = 0; end < url.length; end += 3)
      expect(world.ben.echo.join(url.slice(0, end)).state.get()).toMatchObject({ status: 'invalid' })
    expect(world.ben.echo.join(url).state.get()).toMatchObject({
      status: 'preview',
      preview: { spaceName: 'Garden', inviterName: 'ann', role: 'editor' },
    })
    await drive(clock, other.dispose())
    await end()
  })

  it('goes on at the second try when the guest crashes after it was admitted, with one admission', async () => {
    const { clock, world, space, invite, join, end } = await createTest(10)
    space.create(Task, { title: 'Dig' })
    const { url } = await invite()
    let isAdmitted = false
    // The guest dies in the moment in which the host has it in the log.
    const stop = space.info.subscribe(() => {
      isAdmitted = space.info.get().memberCount === 2
    })
    const first = join(world.ben.echo, url)
    world.swarm.tap((from, _to, frame) => (isAdmitted && from === 'ann 1' && world.ben.network.name === 'ben 1' ? undefined : frame))
    await clock.runUntil(() => isAdmitted)
    stop()
    expect(first.state.get().status).not.toBe('success')
    await drive(clock, world.ben.crash())
    expect(world.ben.echo.spaces.list.get()).toEqual([])
    const second = join(world.ben.echo, url)
    const joined = await drive(
      clock,
      until(second.state, (state) => (state.status === 'success' ? state : undefined), clock),
    )
    expect(joined.alreadyMember).toBe(true)
    const his = await drive(clock, world.ben.echo.spaces.open(joined.space))
    await drive(
      clock,
      until(his.live(query(Task)), (rows) => rows.length === 1, clock),
    )
    expect(space.info.get().memberCount).toBe(2)
    await end()
  })

  it('is ready when all is there that the host had, however much it is', async () => {
    const { clock, world, space, invite, join, end } = await createTest(11)
    space.batch(() => {
      for (let i = 0; i < 3000; i++) space.create(Task, { title: `Task ${i}` })
    })
    const { url } = await invite()
    const flow = join(world.ben.echo, url)
    const joined = await drive(
      clock,
      until(flow.state, (state) => (state.status === 'success' ? state.space : undefined), clock),
    )
    expect(world.ben.echo.spaces.get(joined)!.count(query(Task))).toBe(3000)
    await end()
  })

  it('can be cancelled by the guest at any moment, and leaves the invitation to the next', async () => {
    const { clock, world, invite, join, end } = await createTest(12)
    const { flow, url } = await invite()
    const first = join(world.ben.echo, url)
    first.cancel()
    expect(first.state.get()).toEqual({ status: 'cancelled', by: 'me' })
    await clock.run(20_000)
    expect(flow.state.get().status).toBe('waiting')
    const second = join(world.cleo.echo, url)
    await drive(
      clock,
      until(second.state, (state) => state.status === 'success', clock),
    )
    await end()
  })

  it('admits nobody whom the host no longer wants when the admission is about to be written', async () => {
    const { clock, world, space, invite, join, end } = await createTest(13)
    const { flow, url } = await invite()
    const stop = flow.state.subscribe(() => {
      if (flow.state.get().status === 'admitting') flow.cancel()
    })
    join(world.ben.echo, url)
    await clock.run(5_000)
    stop()
    expect(flow.state.get().status).toBe('cancelled')
    expect(space.info.get().memberCount).toBe(1)
    await end()
  })

  it('admits nobody any more when the dialog has gone while the admission was about to be written', async () => {
    const { clock, world, space, invite, join, end } = await createTest(13)
    const { flow, url } = await invite()
    const stop = flow.state.subscribe(() => {
      if (flow.state.get().status === 'admitting') flow.dispose()
    })
    join(world.ben.echo, url)
    await clock.run(5_000)
    stop()
    expect(flow.state.get().status).toBe('idle')
    expect(space.info.get().memberCount).toBe(1)
    await end()
  })

  it('can be offered from a space whose name is too long for a link: the link holds its start', async () => {
    const { clock, world, space, invite, join, end } = await createTest(16)
    space.setName('Garden '.repeat(40))
    const { url } = await invite()
    const joining = join(world.ben.echo, url)
    expect(joining.state.get()).toMatchObject({ preview: { spaceName: 'Garden '.repeat(10).slice(0, 64) } })
    await drive(
      clock,
      until(joining.state, (state) => state.status === 'success', clock),
    )
    await end()
  })

  it('tells who comes after the host has cancelled that the invitation was withdrawn', async () => {
    const { clock, world, space, invite, join, end } = await createTest(15)
    const { flow, url } = await invite()
    flow.cancel()
    const late = join(world.ben.echo, url)
    await clock.run(5_000)
    expect(late.state.get()).toEqual({ status: 'revoked' })
    expect(space.info.get().memberCount).toBe(1)
    await end()
  })

  it('goes on after an admission that a full disk refused: for others, and for the same guest, and the host hears of both', async () => {
    const { clock, world, space, invite, join, errors, end } = await createTest(14)
    const first = await invite()
    await drive(clock, space.flush())
    world.ann.disk.quotaBytes = 0
    const refused = join(world.ben.echo, first.url)
    await clock.run(5_000)
    expect(refused.state.get()).toMatchObject({ status: 'error', retryable: true })
    expect(first.flow.state.get()).toMatchObject({ status: 'error', error: { code: 'storage-full' } })
    world.ann.disk.quotaBytes = Infinity
    const second = await invite()
    const joining = join(world.cleo.echo, second.url)
    refused.accept()
    await clock.run(5_000)
    expect([joining.state.get().status, second.flow.state.get()]).toEqual(['success', { status: 'success', guestName: 'cleo' }])
    expect([refused.state.get().status, first.flow.state.get()]).toEqual(['success', { status: 'success', guestName: 'ben' }])
    expect(space.info.get().memberCount).toBe(3)
    expect(new Set(errors)).toEqual(new Set(['ann storage-full']))
    // Nobody is there to give back what is not on her disk.
    await world.ben.network.dispose()
    await world.cleo.network.dispose()
    const again = await drive(clock, world.ann.restart())
    expect((await drive(clock, again.spaces.open(space.id))).info.get().memberCount).toBe(3)
    await end()
  })

  it('waits for nothing that a full disk of the host has not taken: it may be lost for ever', async () => {
    const { clock, world, space, invite, join, end } = await createTest(16)
    space.create(Task, { title: 'stored' })
    await drive(clock, space.flush())
    const { url } = await invite()
    const again = await invite()
    world.ann.disk.quotaBytes = 0
    const refused = join(world.ben.echo, url)
    await clock.run(5_000)
    expect(refused.state.get()).toMatchObject({ status: 'error', retryable: true })
    space.create(Task, { title: 'not stored' })
    await clock.run(3_000)
    // Her log names him by now, so that no admission has to be stored.
    const joining = join(world.ben.echo, again.url)
    await clock.run(5_000)
    expect(joining.state.get().status).toBe('success')
    await drive(clock, world.ann.restart())
    world.ann.disk.quotaBytes = Infinity
    await clock.run(20_000)
    const his = await drive(clock, world.ben.echo.spaces.open(space.id))
    expect(his.count(query(Task))).toBe(1)
    await end()
  })

  it('says so where two flows of a page follow one link, and joins once', async () => {
    const { clock, world, space, invite, join, end } = await createTest(15)
    const { url } = await invite()
    const [first, second] = [join(world.ben.echo, url), join(world.ben.echo, url)]
    await clock.run(5_000)
    expect(first.state.get().status).toBe('success')
    expect(second.state.get()).toMatchObject({ status: 'error', retryable: true, error: { code: 'bad-config' } })
    expect(space.info.get().memberCount).toBe(2)
    await end()
  })

  it('says that nobody answers when the host is gone, and goes on when it is back', async () => {
    const { clock, world, invite, join, end } = await createTest(13)
    const { url } = await invite()
    world.swarm.partition([['ben 1']])
    const flow = join(world.ben.echo, url)
    await clock.run(10_000)
    expect(flow.state.get()).toMatchObject({ status: 'connecting', slow: true })
    await clock.run(15_000)
    expect(flow.state.get().status).toBe('peer-offline')
    world.swarm.heal()
    await drive(
      clock,
      until(flow.state, (state) => state.status === 'success', clock),
    )
    await end()
  })
})
