import { describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { z } from 'zod'
import { findConflicts } from '../../../src/database/items/conflicts.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import type { ItemRecord } from '../../../src/database/items/itemIndex.ts'
import type { RootDocument } from '../../../src/documents/rootDocument.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { toId, type IdentityId } from '../../../src/shared/ids.ts'
import { createTestReplica, type TestReplica } from './createTestReplica.ts'

const Task = defineType(
  'task',
  z.object({ title: z.string(), owner: z.string().optional(), address: z.object({ city: z.string() }).optional() }),
)

/** Who the test replica of a number writes as. */
function person(number: number): IdentityId {
  return toId<IdentityId>(new Uint8Array(32).fill(number))
}

function replicas(...numbers: number[]): { all: TestReplica[]; id: string } {
  const all = numbers.map((number) => createTestReplica(number, [Task]))
  const { id } = all[0]!.db.create(Task, { title: 'start' })
  for (const replica of all.slice(1)) replica.pull(all[0]!)
  return { all, id }
}

function mix(all: readonly TestReplica[]): void {
  for (const to of all) for (const from of all) if (to !== from) to.pull(from)
}

describe('conflicts', () => {
  it('in fields that went through lenses are told by their names and values now, each once, and can be brought back', () => {
    const Job = defineType('job', z.object({ name: z.string(), priority: z.enum(['normal', 'high']) }), {
      version: 2,
      lenses: {
        1: {
          name: { from: 'title' },
          priority: {
            from: 'urgent',
            forward: (urgent: unknown) => (urgent === true ? 'high' : 'normal'),
            back: (priority: unknown) => priority === 'high',
          },
        },
      },
    })
    const [one, two] = [createTestReplica(1, [Job]), createTestReplica(2, [Job])]
    const { id } = one.db.create(Job, { name: 'start', priority: 'normal' })
    mix([one, two])
    one.db.update(id, { name: 'by one', priority: 'high' })
    two.db.update(id, { name: 'by two', priority: 'high' })
    two.db.update(id, { priority: 'normal' })
    mix([one, two])
    const lost = one.db.conflicts(id)
    expect(lost.map(({ key, value, author }) => [key, value, author]).sort()).toEqual([
      ['name', 'by one', person(1)],
      ['priority', 'high', person(1)],
    ])
    expect(lost.map(({ key, kept }) => [key, kept]).sort()).toEqual([
      ['name', 'by two'],
      ['priority', 'normal'],
    ])
    expect(one.db.conflicts(id, 'priority')).toEqual(lost.filter(({ key }) => key === 'priority'))
    expect([...one.db.get(Job, id)!.$.conflicts].sort()).toEqual(['name', 'priority'])
    for (const conflict of lost) one.db.restoreConflict(id, conflict)
    mix([one, two])
    for (const { db } of [one, two]) {
      expect(db.get(Job, id)).toMatchObject({ name: 'by one', priority: 'high' })
      expect(db.conflicts(id)).toEqual([])
    }
  })

  it('compare a bounded number of writers, whoever floods a field under ever new slots', () => {
    const { all, id } = replicas(1)
    const doc = all[0]!.map.doc!
    const start = Y.encodeStateAsUpdate(doc)
    for (let client = 1000; client < 1200; client++) {
      const flooding = new Y.Doc({ gc: false })
      flooding.clientID = client
      Y.applyUpdate(flooding, start)
      flooding.getMap('items').set(`${id}/title`, `by ${client}`)
      Y.applyUpdate(doc, Y.encodeStateAsUpdate(flooding))
    }
    const hasSeen = vi.fn<() => boolean>(() => false)
    const root = { map: all[0]!.map, authorOf: () => ({ identity: person(2), timeMs: 1 }), hasSeen } as unknown as RootDocument
    const found = findConflicts(root, { id } as ItemRecord, 'title')
    expect(found).toHaveLength(20)
    expect(hasSeen.mock.calls.length).toBeLessThan(5000)
  })

  it('name the values that lost with their authors, the same everywhere, until somebody who has seen them writes', () => {
    const { all, id } = replicas(1, 2, 3)
    const [one, two, three] = all as [TestReplica, TestReplica, TestReplica]
    one.db.update(id, { title: 'by one' })
    two.db.update(id, { title: 'not last' })
    two.clock.advance(2000)
    two.db.update(id, { title: 'by two' })
    three.db.update(id, { title: 'by three' })
    mix(all)
    for (const { db } of all) {
      expect(db.get(Task, id)!.title).toBe('by three')
      const found = db.conflicts(id).map(({ key, value, author }) => [key, value, author])
      expect(db.conflicts(id).map(({ kept }) => kept)).toEqual(['by three', 'by three'])
      expect(found).toHaveLength(2)
      expect(found).toEqual(
        expect.arrayContaining([
          ['title', 'by one', person(1)],
          ['title', 'by two', person(2)],
        ]),
      )
      expect(db.conflicts(id, 'title')).toEqual(db.conflicts(id))
      expect(db.conflicts(id, 'owner')).toEqual([])
    }
    two.db.update(id, { title: 'settled' })
    expect(two.db.conflicts(id)).toEqual([])
    expect(one.db.conflicts(id)).toHaveLength(2)
    mix(all)
    for (const { db } of all) expect(db.conflicts(id)).toEqual([])
  })

  it('keep a value that the writer of the next had not seen', () => {
    const { all, id } = replicas(1, 2, 3)
    const [one, two, three] = all as [TestReplica, TestReplica, TestReplica]
    one.db.update(id, { title: 'by one' })
    three.db.update(id, { title: 'by three' })
    two.pull(three)
    two.db.update(id, { title: 'by two, after three' })
    mix(all)
    for (const { db } of all) expect(db.conflicts(id)).toMatchObject([{ value: 'by one', author: person(1) }])
  })

  it('are none between writes in turn, to several keys, or of the same value', () => {
    const { all, id } = replicas(1, 2)
    const [one, two] = all as [TestReplica, TestReplica]
    one.db.update(id, { title: 'a', owner: 'same' })
    two.db.update(id, { owner: 'same' })
    mix(all)
    two.db.update(id, { title: 'b' })
    mix(all)
    for (const { db } of all) expect(db.conflicts(id)).toEqual([])
  })

  it('reach into paths, tell of an unset field, and are ended by restoring either', () => {
    const { all, id } = replicas(1, 2)
    const [one, two] = all as [TestReplica, TestReplica]
    one.db.update(id, { owner: 'me' })
    mix(all)
    one.clock.advance(2000)
    one.db.update(id, { owner: undefined })
    one.db.set(id, 'address.city', 'Graz')
    two.db.update(id, { owner: 'you' })
    two.db.set(id, 'address.city', 'Linz')
    mix(all)
    const found = one.db.conflicts(id)
    expect(found.map(({ key, value, kept }) => [key, value, kept]).sort()).toEqual([
      ['address.city', 'Graz', 'Linz'],
      ['owner', undefined, 'you'],
    ])
    for (const conflict of found) one.db.restoreConflict(id, conflict)
    expect(one.db.get(Task, id)).toMatchObject({ address: { city: 'Graz' } })
    expect(one.db.get(Task, id)!.owner).toBeUndefined()
    mix(all)
    for (const { db } of all) expect(db.conflicts(id)).toEqual([])
    one.db.undo.undo()
    one.db.undo.undo()
    expect(one.db.get(Task, id)).toMatchObject({ address: { city: 'Linz' }, owner: 'you' })
  })

  it('survive loading anew, and leave out what no reader can show', () => {
    const { all, id } = replicas(1, 2)
    const [one, two] = all as [TestReplica, TestReplica]
    one.db.update(id, { title: 'lost' })
    two.db.update(id, { title: 'won' })
    one.plant({ [`${id}/owner`]: { '@': 'no kind of ours' } })
    two.db.update(id, { owner: 'me' })
    mix(all)
    expect(
      one
        .fresh()
        .conflicts(id)
        .map(({ key, value }) => [key, value]),
    ).toEqual([['title', 'lost']])
  })

  it('are watched item by item, and told of once when another comes or goes', () => {
    const { all, id } = replicas(1, 2)
    const [one, two] = all as [TestReplica, TestReplica]
    const other = two.db.create(Task, { title: 'other' })
    mix(all)
    const live = two.db.liveConflicts(id)
    const told = vi.fn<() => void>()
    const stop = live.subscribe(told)
    const none = live.get()
    expect(none).toEqual([])
    two.db.update(other, { title: 'changed' })
    expect([told.mock.calls.length, live.get() === none]).toEqual([0, true])
    two.db.update(id, { title: 'won' })
    one.db.update(id, { title: 'lost' })
    two.pull(one)
    expect(told).toHaveBeenCalledTimes(1)
    expect(live.get()).toMatchObject([{ key: 'title', value: 'lost' }])
    expect(live.get()).toBe(live.get())
    two.clock.advance(5000)
    two.db.restoreConflict(id, live.get()[0]!)
    expect(told).toHaveBeenCalledTimes(2)
    expect(live.get()).toEqual([])
    stop()
    two.clock.advance(5000)
    expect(two.db.liveConflicts(id)).not.toBe(live)
    expect(two.db.liveConflicts('nothing').get()).toEqual([])
  })

  it('are told of anew when another value is kept', () => {
    const { all, id } = replicas(1, 2, 3)
    const [one, two, three] = all as [TestReplica, TestReplica, TestReplica]
    one.db.update(id, { title: 'lost' })
    two.db.update(id, { title: 'won' })
    three.pull(two)
    three.db.update(id, { title: 'won by three' })
    const live = one.db.liveConflicts(id)
    const told = vi.fn<() => void>()
    live.subscribe(told)
    one.pull(two)
    expect(live.get()).toMatchObject([{ value: 'lost', kept: 'won' }])
    one.pull(three)
    expect(told).toHaveBeenCalledTimes(2)
    expect(live.get()).toMatchObject([{ value: 'lost', kept: 'won by three' }])
  })

  it('are looked for again when the document was replaced', () => {
    const { all, id } = replicas(1, 2)
    const [one, two] = all as [TestReplica, TestReplica]
    one.db.update(id, { title: 'lost' })
    two.db.update(id, { title: 'won' })
    two.pull(one)
    const live = two.db.liveConflicts(id)
    const told = vi.fn<() => void>()
    live.subscribe(told)
    expect(live.get()).toHaveLength(1)
    two.swap()
    expect(told).toHaveBeenCalledTimes(1)
    expect(live.get()).toEqual([])
  })

  it('of what is not there are refused', () => {
    const { all } = replicas(1)
    expect(() => all[0]!.db.conflicts('nothing')).toThrow(expect.objectContaining({ code: 'item-not-found' }))
  })

  it('are those of a naive reckoning in random histories, and the same on all replicas', () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = createSeededRandom(`conflicts ${seed}`)
      const { all, id } = replicas(...random.shuffle([1, 2, 3, 4]).slice(0, 3))
      /** Each write with the writes that its author had seen. */
      const writes: { readonly value: string; readonly seen: ReadonlySet<string> }[] = []
      const known = new Map(all.map((replica) => [replica, new Set<string>()]))
      for (let i = 0; i < 14; i++) {
        const [replica, from] = random.shuffle(all) as [TestReplica, TestReplica]
        if (random.chance(0.5)) {
          replica.pull(from)
          for (const value of known.get(from)!) known.get(replica)!.add(value)
        } else {
          replica.db.update(id, { title: String(i) })
          writes.push({ value: String(i), seen: new Set(known.get(replica)) })
          known.get(replica)!.add(String(i))
        }
      }
      mix(all)
      mix(all)
      const heads = writes.filter(({ value }) => !writes.some(({ seen }) => seen.has(value))).map(({ value }) => value)
      for (const { db } of all) {
        const won = db.get(Task, id)!.title
        const found = db.conflicts(id).map(({ value }) => value as string)
        expect([seed, [...found].sort()]).toEqual([seed, heads.filter((value) => value !== won).sort()])
      }
    }
  })
})
