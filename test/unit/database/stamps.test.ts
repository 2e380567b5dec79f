import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { parseQuery } from '../../../src/database/query/parseQuery.ts'
import { query } from '../../../src/database/query/query.ts'
import { codeOf, createTestReplica, syncAll } from './createTestReplica.ts'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const titles = (rows: readonly { readonly title: string }[]): string => rows.map(({ title }) => title).join('')

// The replicas' authors stamp with the clocks of their structs.
function setup() {
  const [alice, bob] = [createTestReplica(1, [Task]), createTestReplica(2, [Task])]
  const [a, b, c] = ['a', 'b', 'c'].map((title) => alice.db.create(Task, { title }))
  syncAll([alice, bob])
  return { alice, bob, a: a!, b: b!, c: c! }
}

describe('a query sorted by when items were made or last changed', () => {
  const byAge = query(Task).orderBy('$.createdAt')
  const newestChange = query(Task).orderBy('$.updatedAt', 'desc')

  it('follows every change: of fields, of place, of deletion', () => {
    const { alice, bob, a, b, c } = setup()
    for (const { db } of [alice, bob]) expect([titles(db.run(byAge)), titles(db.run(newestChange))]).toEqual(['abc', 'cba'])
    const { db } = alice
    const live = db.live(newestChange)
    const told = vi.fn<() => void>()
    live.subscribe(told)
    db.update(b, { done: true })
    expect(titles(live.get())).toBe('bca')
    db.move(a, {})
    expect(titles(live.get())).toBe('abc')
    db.delete(c)
    db.restore(c)
    expect(titles(live.get())).toBe('cab')
    expect(told).toHaveBeenCalledTimes(4)
    syncAll([alice, bob])
    expect([titles(bob.db.run(byAge)), titles(bob.db.run(newestChange))]).toEqual(['abc', 'cab'])
    expect(titles(alice.fresh().run(newestChange))).toBe('cab')
  })

  it('is right after a batch that was asked meanwhile, when nobody had signed what it wrote', () => {
    const { db } = setup().alice
    const live = [db.live(byAge), db.live(newestChange)]
    live.forEach((each) => each.subscribe(() => undefined))
    db.batch(() => {
      db.create(Task, { title: 'd' })
      db.update(
        db.run(byAge).find(({ title }) => title === 'b')!,
        { done: true },
      )
      expect(live.map((each) => each.get().length)).toEqual([4, 4])
    })
    expect(live.map((each) => titles(each.get()))).toEqual(['abcd', 'bdca'])
  })

  it('takes over that a peer wrote what stood there already', () => {
    const { alice, bob, a, b } = setup()
    const live = alice.db.live(newestChange)
    live.subscribe(() => undefined)
    for (const { db } of [alice, bob]) db.update(a, { done: true })
    bob.db.update(b, { title: 'B' })
    bob.db.update(a, { done: false })
    bob.db.update(a, { done: true })
    syncAll([alice, bob])
    expect(titles(live.get())).toBe(titles(alice.fresh().run(newestChange)))
    expect(alice.db.get(Task, a.id)!.$.updatedAt).toBe(alice.fresh().get(Task, a.id)!.$.updatedAt)
  })

  it('has cursors and a JSON, and no other name beside the fields', () => {
    const { db } = setup().alice
    const [first] = db.run(byAge)
    expect(titles(db.run(byAge.after(db.cursor(byAge, first!))))).toBe('bc')
    const read = parseQuery(JSON.parse(JSON.stringify(newestChange)))
    expect(read.key).toBe(newestChange.key)
    expect(db.run(read)).toEqual(db.run(newestChange))
    expect(db.explain(newestChange)).toMatchObject({ by: 'scan', matches: 3 })
    for (const name of ['$', '$.type', '$.createdBy', 'createdAt.$', '$.createdAt.x']) {
      expect(codeOf(() => query(Task).orderBy(name as never))).toBe('bad-query')
      expect(codeOf(() => parseQuery({ types: ['task'], orderBy: [[name, 'asc']] }))).toBe('bad-query')
    }
    expect(codeOf(() => query(Task).where({ '$.createdAt': 5 } as never))).toBe('bad-query')
  })
})

describe('what `$` says of who wrote an item', () => {
  it('is another snapshot when it changes, for those who looked at it only', () => {
    const { alice, a, b, c } = setup()
    const { db } = alice
    const before = db.run(query(Task))
    void before.find(({ id }) => id === a.id)!.$.updatedAt
    db.move(a, {})
    db.move(c, { before: b })
    const now = db.run(query(Task))
    const same = [a, b, c].map(({ id }) => now.find((row) => row.id === id) === before.find((row) => row.id === id))
    expect(same).toEqual([false, true, true])
    expect(now.find(({ id }) => id === a.id)!.$.updatedAt).toBe(3)
  })

  it('is known of what a batch wrote once it is written, also to those who asked inside', () => {
    const { db } = setup().alice
    const [made, updated] = db.batch(() => {
      const task = db.create(Task, { title: 'd' })
      expect(task.$.createdAt).toBeUndefined()
      const [first] = db.run(query(Task).orderBy('title'))
      db.update(first!, { done: true })
      expect(db.get(Task, first!.id)!.$.updatedAt).toBe(0)
      return [task, first!]
    })
    expect(made!.$.createdAt).toBe(3)
    expect(db.get(Task, updated!.id)!.$.updatedAt).toBe(4)
  })

  it('follows its item into a replaced document', () => {
    const { alice, bob, a } = setup()
    alice.db.update(a, { title: 'A' })
    bob.db.update(a, { title: 'Ä' })
    const before = bob.db.get(Task, a.id)!
    bob.swap()
    expect(bob.db.get(Task, a.id)).toBe(before)
    expect(before.$.conflicts).toEqual([])
    bob.pull(alice)
    expect(bob.db.get(Task, a.id)).toMatchObject({ title: 'Ä', $: { conflicts: ['title'] } })
  })

  it('names the fields in which a value lost, and no more once somebody wrote who saw both', () => {
    const { alice, bob, a, b } = setup()
    expect(alice.db.get(Task, a.id)!.$.conflicts).toEqual([])
    const row = alice.db.live(query(Task).where({ title: { in: ['a', 'A', 'Ä'] } }))
    const told = vi.fn<() => void>()
    row.subscribe(told)
    void row.get()[0]!.$.conflicts
    // Bob's value wins, so at his place the one that lost is all that arrives.
    for (const [{ db }, title] of [
      [alice, 'A'],
      [bob, 'Ä'],
    ] as const)
      db.update(a, { title })
    const atBob = bob.db.get(Task, a.id)!
    expect(atBob.$.conflicts).toEqual([])
    syncAll([alice, bob])
    for (const { db } of [alice, bob]) {
      const { title, $ } = db.get(Task, a.id)!
      expect({ title, conflicts: $.conflicts }).toEqual({ title: 'Ä', conflicts: ['title'] })
      expect(Object.isFrozen($.conflicts)).toBe(true)
      expect(db.get(Task, b.id)!.$.conflicts).toEqual([])
    }
    expect(bob.db.get(Task, a.id)).not.toBe(atBob)
    expect(row.get()[0]!.$.conflicts).toEqual(['title'])
    told.mockClear()
    bob.db.restoreConflict(a, bob.db.conflicts(a)[0]!)
    syncAll([alice, bob])
    expect(told).toHaveBeenCalledTimes(1)
    expect(row.get()[0]).toMatchObject({ title: 'A', $: { conflicts: [] } })
    expect(JSON.parse(JSON.stringify(row.get()[0]))).not.toHaveProperty('$')
  })
})
