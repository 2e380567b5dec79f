import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { createTestReplica, type TestReplica } from './createTestReplica.ts'

/**
 * The goals of docs/BENCHMARKS.md for the database by itself, without blocks: what is asserted is five times each. A fifth of the 100,000
 * items of the bench, but the tree and the batch whole. It is the processor's time, the least of several tries: on a busy machine everything waits.
 */
const items = 20_000
const times = 5
const owners = 50
const treeSize = 10_000
const Task = defineType('task', z.object({ title: z.string(), done: z.boolean(), due: z.number(), owner: z.string() }), {
  indexes: [['owner', 'done', 'due']],
})

function processorMs(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const least = (tries: number, work: () => unknown): number => Math.min(...Array.from({ length: tries }, () => processorMs(work)))

let made: { readonly replica: TestReplica; readonly ids: readonly string[] } | undefined

/** The items, made once: the first half is a tree, ten under each. */
function setup() {
  if (made !== undefined) return { ...made, db: made.replica.db }
  const replica = createTestReplica(1, [Task])
  const ids: string[] = []
  replica.db.batch(() => {
    for (let i = 0; i < items; i++) {
      const parent = i > 0 && i < treeSize ? { parent: ids[Math.floor((i - 1) / 10)]! } : {}
      const values = { title: `t${i}`, done: i % 3 === 0, due: (i * 7919) % 100_003, owner: `person-${i % owners}` }
      ids.push(replica.db.create(Task, values, parent).id)
    }
  })
  made = { replica, ids }
  return { ...made, db: replica.db }
}

const openOf = (owner: number) =>
  query(Task)
    .where({ owner: `person-${owner}`, done: false })
    .orderBy('due')

it('a query that filters, sorts and shows 100 by an index is answered in a moment the first time (goal: 30 ms)', () => {
  const { db } = setup()
  db.run(openOf(0))
  let owner = 0
  const spent = least(5, () => {
    const asked = openOf(++owner).limit(100)
    expect(db.explain(asked)).toMatchObject({ by: 'index', candidates: 0 })
    expect(db.run(asked)).toHaveLength(100)
  })
  expect(spent).toBeLessThan(30 * times)
})

it('a write under 50 live queries reaches the listener that it concerns in a moment (goal: p95 under 1 ms)', { timeout: 60_000 }, () => {
  const { db } = setup()
  let told = 0
  const views = Array.from({ length: owners }, (_, owner) => db.live(openOf(owner).limit(100)))
  const stops = views.map((view) => view.subscribe(() => (told += 1)))
  const writes = 400
  const spent = Array.from({ length: writes }, (_, i) => {
    const row = views[(i * 7) % owners]!.get()[(i * 13) % 100]!
    return processorMs(() => db.update(row, i % 2 === 0 ? { title: `again ${i}` } : { done: true }))
  })
  for (const stop of stops) stop()
  expect(told).toBe(writes)
  expect(spent.sort((a, b) => a - b)[Math.floor(writes * 0.95)]).toBeLessThan(1 * times)
})

it('a tree of 10,000 items moves with what is live under its new parent (goal: 50 ms)', { timeout: 60_000 }, () => {
  const { db, ids } = setup()
  const target = ids[items - 1]!
  const under = db.live(query.ids([target]).descendants(Task))
  const stop = under.subscribe(() => undefined)
  const spent = least(5, () => {
    db.move(ids[0]!, { parent: null })
    db.move(ids[0]!, { parent: target })
    expect(under.get()).toHaveLength(treeSize)
  })
  stop()
  // There and back.
  expect(spent).toBeLessThan(2 * 50 * times)
})

it('a batch of 1,000 changed items is taken back at once (goal: 100 ms)', { timeout: 60_000 }, () => {
  const { db, ids } = setup()
  const changed = ids.slice(items / 2, items / 2 + 1000)
  const spent: number[] = []
  for (let i = 0; i < 4; i++) {
    db.batch(() => changed.forEach((id) => db.update(id, { title: 'changed', done: true })))
    spent.push(processorMs(() => db.undo.undo()))
    expect(changed.filter((id) => db.get(Task, id)!.title === 'changed')).toEqual([])
  }
  expect(Math.min(...spent)).toBeLessThan(100 * times)
})
