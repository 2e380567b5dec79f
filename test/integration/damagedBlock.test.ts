import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { EchoError } from '../../src/shared/echoError.ts'
import { decodeHeader } from '../../src/feed/header.ts'
import { toId } from '../../src/shared/ids.ts'
import { createMemoryStorage } from '../../src/storage/memory/memoryStorage.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { drive } from './simulation/drive.ts'

const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const Task = defineType('task', z.object({ title: z.string() }))

describe('a device with a block that can no longer be read', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => dispose())

  it('opens the space without it, says so, writes on under another slot, and is whole again when a member is met', async () => {
    const errors: EchoError[] = []
    const world = await setup('alice', 'bob', { types: [Task], onError: (error) => errors.push(error) })
    dispose = world.dispose
    const { alice, bob } = world
    const [hers, his] = await world.shareSpace('Garden', alice, bob)
    for (const title of ['one', 'two', 'three', 'four']) {
      hers.create(Task, { title })
      await hers.flush()
    }
    await until(his.live(query(Task)), (rows) => rows.length === 4)
    await his.flush()

    const reader = createMemoryStorage({ disk: alice.disk })
    await reader.open()
    const { rows } = await reader.readHeaders(hers.id)
    const own = rows.filter((row) => row.feed.startsWith(rows[0]!.feed.split('/')[0]!))
    await reader.dispose()
    alice.disk.damageBlock(hers.id, own.at(-2)!.block, 'envelope')
    bob.echo.network.setEnabled(false)

    const again = await (await alice.restart()).spaces.open(hers.id)
    expect(again.run(query(Task)).map((task) => task.title)).toEqual(['one', 'two'])
    expect(errors.map((error) => error.code)).toContain('data-corrupt')
    again.create(Task, { title: 'five' })
    await again.flush()

    bob.echo.network.setEnabled(true)
    const titles = (rows: readonly { readonly title: string }[]): string =>
      rows
        .map((row) => row.title)
        .toSorted()
        .join()
    await until(again.live(query(Task)), (tasks) => titles(tasks) === 'five,four,one,three,two')
    await until(his.live(query(Task)), (tasks) => titles(tasks) === 'five,four,one,three,two')

    await again.flush()
    errors.length = 0
    const third = await (await alice.restart()).spaces.open(hers.id)
    expect(third.count(query(Task))).toBe(5)
    expect(errors).toEqual([])
  })

  it.each([
    ['a row of its own', 1_000],
    ['a bundle', 4],
  ])('opens a text of which one lies in %s, as soon as a member is met', { timeout: 60_000 }, async (_, blocks) => {
    const clock = createSimulatedClock()
    const errors: EchoError[] = []
    const bundling = { blocks, bundles: 3 }
    const world = await drive(
      clock,
      setup('alice', 'bob', {
        types: [Note],
        seed: 1,
        clock,
        crypto: createSimulatedCrypto,
        bundling,
        onError: (error) => errors.push(error),
      }),
    )
    dispose = () => drive(clock, world.dispose())
    const { alice, bob } = world
    const [hers] = await drive(clock, world.shareSpace('Garden', alice, bob))
    const note = hers.create(Note, { title: 'Plan' })
    const text = await drive(clock, hers.openText(note.id))
    for (let i = 0; i < 12; i++) {
      text.current.get().yText.insert(text.current.get().yText.length, `${i} `)
      await drive(clock, hers.flush())
    }
    const whole = text.content.get()
    await clock.run(60_000)
    const reader = createMemoryStorage({ disk: alice.disk })
    await reader.open()
    const { rows } = await reader.readHeaders(hers.id)
    const bundles = (await reader.readBundles(hers.id)).rows
    await reader.dispose()
    expect(bundles.length > 0).toBe(blocks === 4)
    const ofText = rows.filter(({ header }) => {
      const decoded = decodeHeader(header)
      return decoded.ok && toId(decoded.value.document) === note.id
    })
    alice.disk.damageBlock(hers.id, (bundles.at(-1) ?? ofText.at(-3)!).block, 'envelope')

    bob.echo.network.setEnabled(false)
    const again = await drive(
      clock,
      alice.restart().then((echo) => echo.spaces.open(hers.id)),
    )
    alice.cached.caches.delete(`${hers.id}/${note.id}`)
    await expect(drive(clock, again.openText(note.id))).rejects.toMatchObject({ code: 'data-corrupt' })
    bob.echo.network.setEnabled(true)
    await clock.run(5_000)
    expect((await drive(clock, again.openText(note.id))).content.get()).toBe(whole)

    bob.echo.network.setEnabled(false)
    await clock.run(1_000)
    errors.length = 0
    const third = await drive(
      clock,
      alice.restart().then((echo) => echo.spaces.open(hers.id)),
    )
    alice.cached.caches.delete(`${hers.id}/${note.id}`)
    expect((await drive(clock, third.openText(note.id))).content.get()).toBe(whole)
    expect(errors).toEqual([])
  })

  it('hands one that was mended on to a member who had asked for it before', { timeout: 60_000 }, async () => {
    const clock = createSimulatedClock()
    const world = await drive(
      clock,
      setup('alice', 'bob', 'carol', { types: [Note], seed: 1, clock, crypto: createSimulatedCrypto, onError: () => {} }),
    )
    dispose = () => drive(clock, world.dispose())
    const { alice, bob, carol, swarm } = world
    const [hers, , theirs] = await drive(clock, world.shareSpace('Garden', alice, bob, carol))
    const note = hers!.create(Note, { title: 'Plan' })
    await clock.run(5_000)
    carol.echo.network.setEnabled(false)
    const text = await drive(clock, hers!.openText(note.id))
    for (let i = 0; i < 4; i++) {
      text.current.get().yText.insert(0, `${i} `)
      await drive(clock, hers!.flush())
    }
    await clock.run(5_000)
    bob.echo.network.setEnabled(false)

    const reader = createMemoryStorage({ disk: alice.disk })
    await reader.open()
    const { rows } = await reader.readHeaders(hers!.id)
    await reader.dispose()
    const ofText = rows.filter(({ header }) => {
      const decoded = decodeHeader(header)
      return decoded.ok && toId(decoded.value.document) === note.id
    })
    alice.disk.damageBlock(hers!.id, ofText.at(1)!.block, 'envelope')
    const again = await drive(
      clock,
      alice.restart().then((echo) => echo.spaces.open(hers!.id)),
    )
    carol.echo.network.setEnabled(true)
    await clock.run(5_000)
    expect(theirs!.sync.get().status).toBe('syncing')

    // Bob reaches only Alice.
    swarm.oneWay('bob 1', 'carol 1')
    swarm.oneWay('carol 1', 'bob 1')
    bob.echo.network.setEnabled(true)
    await clock.run(2_000)
    alice.cached.caches.delete(`${hers!.id}/${note.id}`)
    await drive(clock, again.openText(note.id))
    await clock.run(5_000)
    expect((await drive(clock, theirs!.openText(note.id))).content.get()).toBe('3 2 1 0 ')
    expect(theirs!.sync.get().status).toBe('up-to-date')
  })
})
