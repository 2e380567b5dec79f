import { afterEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { inspectBlocks, inspectHeader, sizesOfBlocks } from '../../../src/client/inspection/inspectBlocks.ts'
import { inspectDocuments } from '../../../src/client/inspection/inspectDocuments.ts'
import { inspectMembership } from '../../../src/client/inspection/inspectMembership.ts'
import { inspectQueries } from '../../../src/client/inspection/inspectQueries.ts'
import { inspectStorage } from '../../../src/client/inspection/inspectStorage.ts'
import { inspectableOf, type InspectableSpace } from '../../../src/client/inspection/inspectable.ts'
import { query } from '../../../src/database/query/query.ts'
import type { LiveAnswer, QueryMeter } from '../../../src/database/query/queryEngine.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { createPatchedClient, setUpdate } from '../../../src/testing/patchedClient.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { setup, until } from '../../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })

let dispose = async (): Promise<void> => {}
afterEach(() => dispose())

async function createWorld() {
  const world = await setup('alice', 'bob', 'carol', { types: [Task, Note], crypto: createSimulatedCrypto, onError: () => {} })
  dispose = world.dispose
  const { alice, bob, carol } = world
  const [hers, his, carols] = await world.shareSpace('Garden', alice, bob, carol)
  const idOf = (name: string) => hers.members.get().find((member) => member.name === name)!.id
  return { world, hers, his, carols, idOf }
}

it(
  'tells of each block its author, place and size, and of a removed member that the last ones do not stand',
  { timeout: 20_000 },
  async () => {
    const { world, hers, his, carols, idOf } = await createWorld()
    const bobs = idOf('bob')
    his.create(Task, { title: 'Water' })
    await until(hers.live(query(Task)), ({ length }) => length === 1)
    world.network.partition([world.alice], [world.bob, world.carol])
    his.create(Task, { title: 'Sow' })
    await until(carols.live(query(Task)), ({ length }) => length === 2)
    await hers.removeMember(bobs)
    world.network.heal()
    await until(carols.live(query(Task)), ({ length }) => length === 1)

    const space = inspectableOf(carols)
    const byBob = inspectBlocks(space).filter(({ identity }) => identity === bobs)
    expect(byBob.map(({ verdict, why, seq, epoch }) => ({ verdict, why, seq, epoch }))).toEqual([
      { verdict: 'withdrawn', why: 'author-ended', seq: 1, epoch: 0 },
      { verdict: 'accepted', why: undefined, seq: 0, epoch: 0 },
    ])
    await carols.flush()
    const sizes = await sizesOfBlocks(
      space,
      byBob.map(({ id }) => id),
    )
    expect([...sizes.values()].every((bytes) => bytes > 300 && bytes < 2_000)).toBe(true)
    expect(sizes.size).toBe(2)
    expect(inspectHeader(space, byBob[0]!.id)).toMatchObject({ identity: bobs, seq: 1, previous: byBob[1]!.id })

    const operations = inspectMembership(space)
    expect(operations.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['genesis', 'epoch', 'admit', 'end']))
    const end = operations.find(({ kind }) => kind === 'end')!
    expect(end).toMatchObject({ author: idOf('alice'), subjects: [{ identity: bobs }], voidBecause: undefined })
    const places = new Map(operations.map(({ id }, index) => [id, index]))
    for (const [index, { parents }] of operations.entries()) for (const parent of parents) expect(places.get(parent)).toBeLessThan(index)
  },
)

it('says of a block that does not stand whether its author was ended, or took it back', () => {
  const fill = (length: number): Uint8Array => new Uint8Array(length)
  const header = { identity: fill(16), device: fill(32), document: fill(16), keyId: fill(32), slot: 0, seq: 0, timeMs: 0 }
  const standing: Readonly<Record<string, 'stands' | 'outside' | 'taken back'>> = { a: 'stands', b: 'outside', c: 'taken back' }
  const space = {
    graph: {
      missingFor: () => Object.keys(standing).map((id) => ({ id, header })),
      stands: (id: string) => standing[id] === 'stands',
      isOutside: (id: string) => standing[id] === 'outside',
    },
    log: { epochs: () => [] },
    receiver: { waiting: () => [] },
  } as unknown as InspectableSpace
  expect(inspectBlocks(space).map(({ id, verdict, why }) => [id, verdict, why])).toEqual([
    ['c', 'withdrawn', 'taken-back'],
    ['b', 'withdrawn', 'author-ended'],
    ['a', 'accepted', undefined],
  ])
})

it('says what a block waits for that cannot be judged yet', { timeout: 20_000 }, async () => {
  const { world, hers, idOf } = await createWorld()
  const carols = idOf('carol')
  const crypto = await createSimulatedCrypto(createSeededRandom(7))
  await Promise.all([world.carol.echo.dispose(), hers.flush()])
  const patched = await createPatchedClient(world.swarm, world.carol, hers.id, crypto)
  await vi.waitFor(() => expect(patched.links.length).toBeGreaterThan(0), { timeout: 10_000 })
  patched.send(await patched.craft(setUpdate(patched.client, '//mark', 'later'), { seq: 1, previous: new Uint8Array(32).fill(9) }))
  const space = inspectableOf(hers)
  const held = () => inspectBlocks(space).filter(({ verdict }) => verdict === 'held')
  await vi.waitFor(() => expect(held()).toMatchObject([{ identity: carols, slot: 7, seq: 1, why: 'awaits-block' }]))
  expect(inspectHeader(space, held()[0]!.id)).toMatchObject({ identity: carols, seq: 1 })
  await patched.dispose()
})

it('says of an operation that does not count why', { timeout: 20_000 }, async () => {
  const { world, hers, his, idOf } = await createWorld()
  const bobs = idOf('bob')
  await hers.setRole(bobs, 'admin')
  await until(his.info, ({ role }) => role === 'admin')
  world.network.partition([world.alice], [world.bob, world.carol])
  await his.removeMember(idOf('carol'))
  await hers.removeMember(bobs)
  world.network.heal()
  const voided = () => inspectMembership(inspectableOf(hers)).filter(({ voidBecause }) => voidBecause !== undefined)
  await vi.waitFor(() => expect(voided()).not.toEqual([]), { timeout: 10_000 })
  expect(voided()[0]).toMatchObject({ kind: 'end', author: bobs, voidBecause: 'removed' })
})

it('counts and times live queries while it measures, and not a moment longer', { timeout: 20_000 }, async () => {
  const { hers } = await createWorld()
  let ticks = 0
  const queries = inspectQueries(inspectableOf(hers), () => ticks++)
  const open = query(Task)
    .where({ done: false })
    .filter(() => true)
  const stop = hers.live(open).subscribe(() => {})
  hers.liveCount(query(Task)).subscribe(() => {})
  const costOf = (kind: string) => queries.read().find((each) => each.kind === kind)!.cost
  hers.create(Task, { title: 'Before anybody measured' })
  expect(ticks).toBe(0)
  expect(costOf('rows').runs).toBe(0)

  queries.start()
  hers.create(Task, { title: 'Water' })
  const [rows, count] = queries.read()
  expect(rows).toMatchObject({
    kind: 'rows',
    size: 2,
    listeners: 1,
    filters: 1,
    asks: { types: ['task'] },
    cost: { runs: 1, lastMs: 1, totalMs: 1 },
  })
  expect(rows!.cost.upkeepMs).toBeGreaterThan(0)
  expect(count).toMatchObject({ kind: 'count', size: 2, listeners: 1, filters: 0, cost: { runs: 1 } })
  hers.create(Task, { title: 'Sow' })
  expect(costOf('rows').runs).toBe(2)

  queries.stop()
  const before = ticks
  hers.create(Task, { title: 'Mend' })
  expect(ticks).toBe(before)
  expect(costOf('rows').runs).toBe(2)
  stop()
})

it('keeps no costs of answers that are over, though nobody reads them', () => {
  let live: readonly LiveAnswer[] = []
  let meter: QueryMeter | undefined
  const database = { liveAnswers: () => live, measure: (given: QueryMeter | undefined) => (meter = given) }
  const inspector = inspectQueries({ database } as unknown as InspectableSpace, () => 0)
  inspector.start()
  const ask = (key: string): void => void meter!.read(key, undefined, () => [key])
  ask('rows|first')
  for (let i = 0; i < 1_000; i++) ask(`rows|${i}`)
  live = [{ key: 'rows|first', query: undefined, value: [], listeners: 1 }]
  ask('rows|first')
  expect(inspector.read()).toMatchObject([{ key: 'rows|first', cost: { runs: 1 } }])
})

it('tells what documents hold and who has them open, and how many rows lie on the disk', { timeout: 20_000 }, async () => {
  const { hers } = await createWorld()
  const note = hers.create(Note, { title: 'Plan' })
  const text = await hers.openText(note.id)
  text.replace(0, 0, 'Peas on Monday')
  await hers.flush()
  const space = inspectableOf(hers)
  const documents = await inspectDocuments(space)
  expect(documents).toHaveLength(2)
  expect(documents.find(({ isRoot }) => isRoot)).toMatchObject({ model: undefined, open: { users: undefined, uncutBytes: 0 } })
  // The handle, and what can be undone.
  const plan = documents.find(({ id }) => (id as string) === note.id)!
  expect(plan).toMatchObject({ model: 'text', blocks: 1, bundled: 0, open: { users: 2, generation: 1 } })
  expect(plan.bytesStored).toBeGreaterThan(300)
  expect(plan.open!.bytes).toBeGreaterThan('Peas on Monday'.length)

  const before = Object.fromEntries((await inspectStorage(space)).map(({ table, rows }) => [table, rows]))
  expect(before).toMatchObject({ blocks: inspectBlocks(space).length, bundles: 0, marks: 1, membership: inspectMembership(space).length })
  expect((await inspectStorage(space)).every(({ damaged }) => damaged === 0)).toBe(true)
})
