import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { or } from '../../../src/database/query/conditions.ts'
import type { Database } from '../../../src/database/database.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query, type Query } from '../../../src/database/query/query.ts'
import { createTestReplica, type TestReplica } from './createTestReplica.ts'

const Task = defineType(
  'task',
  z.object({ title: z.string(), done: z.boolean().default(false), rank: z.number().optional(), owner: z.string().optional() }),
)
const Note = defineType('note', z.object({ title: z.string() }), { model: 'text' })
const isEven = ({ rank = 1 }: { readonly rank?: number | undefined }): boolean => rank % 2 === 0

/** Twenty questions over the first items of a space. */
function questions(ids: readonly string[]): Query<{ readonly id: string }>[] {
  const q = query(Task)
  return [
    q,
    q.limit(3),
    q.offset(2).limit(2),
    q.orderBy('title'),
    q.orderBy('title', 'desc').limit(4),
    q.orderBy('rank').orderBy('title'),
    q.orderBy('rank', 'desc').offset(1).limit(3),
    q.where({ done: false }),
    q.where({ done: true }).orderBy('title').limit(2),
    q.where({ rank: { gte: 3, lt: 8 } }).orderBy('rank'),
    q.where({ owner: { exists: false } }),
    q.where(or({ owner: 'a' }, { done: true })).orderBy('owner'),
    q.where({ owner: { in: ['a', 'b'] } }).limit(2),
    q.filter(isEven).orderBy('rank'),
    q.under(ids[0]!),
    q.under(ids[1]!).orderBy('title').deleted('show'),
    q.ids(ids.slice(0, 4)),
    q.deleted('only'),
    q.deleted('show').orderBy('rank', 'desc').limit(5),
    q.invalid('only'),
    query(Note),
  ]
}

const step = fc.record({
  who: fc.nat(1),
  kind: fc.constantFrom(
    'create',
    'title',
    'title',
    'done',
    'rank',
    'unset',
    'owner',
    'move',
    'reorder',
    'delete',
    'restore',
    'pull',
    'pull',
    'break',
    'batch',
    'throw',
    'swap',
    'note',
  ),
  item: fc.nat(40),
  other: fc.nat(40),
  value: fc.nat(9),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function write(replica: TestReplica, others: TestReplica, { kind, item, other, value }: Step): void {
  const { db } = replica
  const all = [...db.run(query(Task).deleted('show')), ...db.run(query(Task).invalid('only').deleted('show'))].map(({ id }) => id).sort()
  const id = all[item % all.length]!
  const target = all[other % all.length]!
  switch (kind) {
    case 'create':
      return void db.create(Task, { title: `t${value}`, rank: value }, other % 3 === 0 ? {} : { parent: target })
    case 'note':
      return void db.create(Note, { title: `n${value}` })
    case 'title':
      return db.update(id, { title: `t${value}` })
    case 'done':
      return db.update(id, { done: value % 2 === 0 })
    case 'rank':
      return db.update(id, { rank: value })
    case 'unset':
      return db.update(id, { rank: undefined, owner: undefined })
    case 'owner':
      return db.update(id, { owner: 'abc'[value % 3] })
    case 'move':
      return db.move(id, { parent: value === 0 ? null : target })
    case 'reorder':
      return db.move(id, { before: target })
    case 'delete':
      return db.delete(id)
    case 'restore':
      return db.restore(id)
    case 'pull':
      return replica.pull(others)
    case 'break':
      return replica.plant({ [`${id}/${value % 2 === 0 ? 'title' : 'rank'}`]: value % 3 === 0 ? 5 : 'text' })
    case 'swap':
      return value === 0 ? replica.swap() : undefined
    case 'batch':
    case 'throw':
      return db.batch(() => {
        for (const each of all.slice(0, value))
          if (db.get(Task, each) !== undefined) db.update(each, { rank: other % 10, done: item % 2 === 0 })
        db.create(Task, { title: 'in a batch' })
        if (kind === 'throw') throw Object.assign(new Error('thrown on purpose'), { code: 'thrown' })
      })
  }
}

describe('live queries', () => {
  it('always equal a fresh run, on two peers under random writes, and unchanged rows keep their identity', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const replicas = [createTestReplica(1, [Task, Note]), createTestReplica(2, [Task, Note])] as const
        for (let i = 0; i < 5; i++) replicas[0].db.create(Task, { title: `t${i}` })
        replicas[1].pull(replicas[0])
        const asked = questions(replicas[0].db.run(query(Task)).map(({ id }) => id))
        const watched = replicas.map(({ db }) => asked.map((each) => watch(db, each)))
        for (const each of steps) {
          const replica = replicas[each.who]!
          try {
            write(replica, replicas[1 - each.who]!, each)
          } catch (error) {
            expect((error as { code?: string }).code).toMatch(/^(item-deleted|tree-cycle|bad-value|thrown)$/)
          }
          for (const check of watched[each.who]!) check()
        }
        for (const [i, replica] of replicas.entries()) {
          const fresh = replica.fresh()
          watched[i]!.forEach((check, at) => expect(check()).toEqual(fresh.run(asked[at]!)))
          expect(replica.errors).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** Follows a live query. @returns a check that it equals a fresh run, was told of every change and kept what did not change. */
function watch(db: Database, asked: Query<{ readonly id: string }>): () => readonly unknown[] {
  const live = db.live(asked)
  let told = 0
  live.subscribe(() => (told += 1))
  let before = live.get()
  return () => {
    const now = live.get()
    const fresh = db.run(asked)
    expect(now.length).toBe(fresh.length)
    now.forEach((row, i) => expect(row).toBe(fresh[i]))
    if (now !== before) expect(told).toBeGreaterThan(0)
    else expect(told).toBe(0)
    const rowsBefore = new Map(before.map((row) => [row.id, row]))
    for (const row of now) {
      const old = rowsBefore.get(row.id)
      if (old !== undefined && old !== row) expect({ ...row, $: snapshotMeta(row) }).not.toEqual({ ...old, $: snapshotMeta(old) })
    }
    told = 0
    before = now
    return now
  }
}

function snapshotMeta(row: object): unknown {
  const { parentId, deleted } = (row as { $?: { parentId: unknown; deleted: unknown } }).$ ?? {}
  return [parentId, deleted]
}
