import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { Space } from '../../src/client/echo.ts'
import { setup, type TestPeer } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

async function createWorld(bundling?: { blocks: number; bundles: number }) {
  const clock = createSimulatedClock()
  const errors: string[] = []
  const world = await drive(
    clock,
    setup('alice', 'bob', {
      types: [Note],
      seed: 1,
      clock,
      crypto: createSimulatedCrypto,
      ...(bundling === undefined ? {} : { bundling }),
      onError: (error, peer) => errors.push(`${peer} ${error.code}`),
    }),
  )

  async function restart(peer: TestPeer): Promise<void> {
    await drive(clock, peer.restart())
    // What documents were cached is gone as well.
    peer.cached.caches.clear()
  }
  /** Everything a member sees of a space. */
  async function contentOf(space: Space): Promise<unknown> {
    const notes = space.run(query(Note)).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    const texts = []
    for (const { id } of notes) {
      const text = await drive(clock, space.openText(id))
      texts.push(text.content.get())
      text.release()
    }
    return { name: space.info.get().name, titles: notes.map(({ title }) => title), texts }
  }
  async function write(space: Space, from: number, to: number): Promise<void> {
    for (let i = from; i < to; i++) {
      const note = space.create(Note, { title: `note ${i}` })
      const text = await drive(clock, space.openText(note.id))
      text.current.get().yText.insert(0, `text ${i}`)
      await drive(clock, space.flush())
      text.release()
    }
  }
  return { clock, errors, world, restart, contentOf, write, statusOf: (peer: TestPeer) => peer.echo.spaces.list.get()[0]?.state.status }
}

describe('a device whose database is deleted under the open app', () => {
  it.each([
    ['in rows', undefined],
    ['in bundles', { blocks: 4, bundles: 3 }],
  ])('gets everything back that memory or a member has (%s), says so, and forks nothing', { timeout: 60_000 }, async (_, bundling) => {
    const { clock, errors, world, restart, contentOf, write } = await createWorld(bundling)
    const { alice, bob } = world
    const [hers, his] = await drive(clock, world.shareSpace('Garden', alice, bob))
    await write(hers, 0, 6)
    await write(his, 6, 12)
    await clock.run(60_000)
    const me = alice.echo.identity.state.get()
    // Nothing of before is in the memory of the page, but for what is open.
    await restart(alice)
    const again = await drive(clock, alice.echo.spaces.open(hers.id))
    await write(again, 12, 14)
    await clock.run(2_000)
    const before = await contentOf(again)
    expect(errors).toEqual([])

    alice.disk.empty()
    alice.cached.caches.clear()
    await clock.run(10_000)
    expect(alice.echo.storage.state.get()).toMatchObject({ status: 'emptied' })
    again.create(Note, { title: 'later' })
    await drive(clock, again.flush())
    await clock.run(10_000)

    bob.echo.network.setEnabled(false)
    await restart(alice)
    expect(alice.echo.identity.state.get()).toEqual(me)
    const third = await drive(clock, alice.echo.spaces.open(hers.id))
    expect(third.run(query(Note)).some(({ title }) => title === 'later')).toBe(true)
    third.delete(third.run(query(Note)).find(({ title }) => title === 'later')!)
    await drive(clock, third.flush())
    expect(await contentOf(third)).toEqual(before)
    bob.echo.network.setEnabled(true)
    await clock.run(20_000)
    expect(await contentOf(his)).toEqual(before)
    expect(errors).toEqual([])
    await drive(clock, world.dispose())
  })

  it('keeps what it wrote since it was opened, with nobody else there', { timeout: 60_000 }, async () => {
    const { clock, world, restart, contentOf, write } = await createWorld()
    const { alice } = world
    const hers = await drive(clock, alice.echo.spaces.create({ name: 'Garden' }))
    await write(hers, 0, 6)
    const before = await contentOf(hers)
    alice.disk.empty()
    alice.cached.caches.clear()
    await clock.run(50)
    expect(alice.echo.storage.state.get()).toMatchObject({ status: 'emptied' })
    await clock.run(5_000)
    await restart(alice)
    expect(await contentOf(await drive(clock, alice.echo.spaces.open(hers.id)))).toEqual(before)
    await drive(clock, world.dispose())
  })

  it('shows after a reload that content is missing which nobody was there to give, until a member comes', { timeout: 60_000 }, async () => {
    const { clock, world, restart, contentOf, write, statusOf } = await createWorld()
    const { alice, bob } = world
    const [hers, his] = await drive(clock, world.shareSpace('Garden', alice, bob))
    await write(hers, 0, 6)
    await clock.run(5_000)
    const before = await contentOf(his)
    bob.echo.network.setEnabled(false)
    await restart(alice)
    await drive(clock, alice.echo.spaces.open(hers.id))
    alice.disk.empty()
    alice.cached.caches.clear()
    await clock.run(5_000)
    await restart(alice)
    await clock.run(1_000)
    expect(statusOf(alice)).toBe('first-sync')
    bob.echo.network.setEnabled(true)
    await clock.runUntil(() => statusOf(alice) === 'ready', 60_000)
    expect(await contentOf(await drive(clock, alice.echo.spaces.open(hers.id)))).toEqual(before)
    await drive(clock, world.dispose())
  })

  it(
    'keeps every space where the blocks of one do not fit, tries them calmly, and stores them when there is room',
    { timeout: 60_000 },
    async () => {
      const { clock, errors, world, restart, contentOf, write } = await createWorld()
      const { alice } = world
      const large = await drive(clock, alice.echo.spaces.create({ name: 'Large' }))
      for (let i = 0; i < 40; i++) {
        large.create(Note, { title: 'x'.repeat(3000) + i })
        await drive(clock, large.flush())
      }
      const small = await drive(clock, alice.echo.spaces.create({ name: 'Small' }))
      await write(small, 0, 2)
      await clock.run(2_000)
      const before = [await contentOf(large), await contentOf(small)]
      errors.length = 0
      let changes = 0
      // So many end the test instead of going on for ever.
      alice.echo.storage.state.subscribe(() => ++changes > 60 && (alice.disk.quotaBytes = Infinity))

      alice.disk.quotaBytes = 60_000
      alice.disk.empty()
      alice.cached.caches.clear()
      await clock.run(30_000)
      expect(alice.disk.usedBytes).toBeLessThan(60_000)
      expect(errors).toEqual(['alice storage-full'])
      expect(changes).toBeLessThan(30)
      alice.disk.quotaBytes = Infinity
      await clock.run(10_000)
      const after = changes
      await clock.run(60_000)
      expect(changes).toBe(after)
      await restart(alice)
      for (const [i, { id }] of [large, small].entries()) {
        expect(await contentOf(await drive(clock, alice.echo.spaces.open(id)))).toEqual(before[i])
      }
      await drive(clock, world.dispose())
    },
  )

  it(
    'has every space in its list, with its key, after a restart before there was room for the blocks of the first',
    { timeout: 60_000 },
    async () => {
      const { clock, world, restart, contentOf, write } = await createWorld()
      const { alice, bob } = world
      const [large, his] = await drive(clock, world.shareSpace('Large', alice, bob))
      for (let i = 0; i < 40; i++) {
        large.create(Note, { title: 'x'.repeat(3000) + i })
        await drive(clock, large.flush())
      }
      const small = await drive(clock, alice.echo.spaces.create({ name: 'Small' }))
      await write(small, 0, 2)
      await clock.run(5_000)
      const before = [await contentOf(large), await contentOf(small)]
      bob.echo.network.setEnabled(false)
      alice.disk.quotaBytes = 60_000
      alice.disk.empty()
      alice.cached.caches.clear()
      await clock.run(10_000)
      await restart(alice)
      await clock.run(1_000)
      expect([large, small].map(({ id }) => alice.echo.spaces.state(id).get().status)).toEqual(['first-sync', 'ready'])
      alice.disk.quotaBytes = Infinity
      bob.echo.network.setEnabled(true)
      await clock.run(60_000)
      for (const [i, { id }] of [large, small].entries()) {
        expect(await contentOf(await drive(clock, alice.echo.spaces.open(id)))).toEqual(before[i])
      }
      expect(await contentOf(his)).toEqual(before[0])
      await drive(clock, world.dispose())
    },
  )

  it('is written back again where it is emptied again', { timeout: 60_000 }, async () => {
    const { clock, errors, world, restart, contentOf, write } = await createWorld()
    const { alice } = world
    const hers = await drive(clock, alice.echo.spaces.create({ name: 'Garden' }))
    await write(hers, 0, 6)
    const before = await contentOf(hers)
    errors.length = 0
    for (const pause of [0, 1, 5_000]) {
      alice.disk.empty()
      await clock.run(pause)
    }
    alice.cached.caches.clear()
    await clock.run(10_000)
    expect(errors).toEqual([])
    await restart(alice)
    expect(await contentOf(await drive(clock, alice.echo.spaces.open(hers.id)))).toEqual(before)
    await drive(clock, world.dispose())
  })
})
