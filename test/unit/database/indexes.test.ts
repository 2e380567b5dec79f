import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { createTestReplica } from './createTestReplica.ts'

const Task = defineType(
  'task',
  z.object({ title: z.string(), done: z.boolean().default(false), owner: z.string().optional(), due: z.number().optional() }),
  { indexes: ['done', ['owner', 'due']] },
)

function setup() {
  const replica = createTestReplica(1, [Task])
  for (let i = 0; i < 100; i++)
    replica.db.create(Task, { title: `t${i}`, done: i % 10 === 0, owner: i % 4 === 0 ? 'ann' : 'bob', due: (i * 37) % 100 })
  return replica
}
const q = query(Task)

describe('a declared index', () => {
  it('has the rows of a query ready whose values and order it is sorted by, once or live', () => {
    const { db } = setup()
    const asked = q.where({ owner: 'ann' }).orderBy('due').limit(3)
    expect(db.explain(asked)).toEqual({ by: 'index', index: ['owner', 'due'], candidates: 0, matches: 25 })
    expect(db.run(asked).map(({ due }) => due)).toEqual([0, 4, 8])
    const live = db.live(asked)
    let told = 0
    live.subscribe(() => (told += 1))
    const [first] = live.get()
    db.update(first!, { due: 50 })
    expect(live.get().map(({ due }) => due)).toEqual([4, 8, 12])
    db.update(db.run(q.where({ owner: 'bob' }).orderBy('due'))[0]!, { title: 'of another' })
    db.update(db.run(asked.offset(10))[0]!, { title: 'behind the last row' })
    expect(told).toBe(1)
    db.update(live.get()[1]!, { owner: 'bob' })
    expect([live.get().map(({ due }) => due), told]).toEqual([[4, 12, 16], 2])
    expect(db.count(q.where({ owner: 'ann' }).orderBy('due'))).toBe(24)
  })

  it('counts those with its values, live too', () => {
    const { db } = setup()
    const count = db.liveCount(q.where({ owner: 'ann' }).orderBy('due'))
    count.subscribe(() => undefined)
    expect(count.get()).toBe(25)
    db.update(db.first(q.where({ owner: 'bob' }))!, { owner: 'ann' })
    expect(count.get()).toBe(26)
  })

  it('pages by a cursor', () => {
    const { db } = setup()
    const page = q.where({ owner: 'ann' }).orderBy('due').limit(10)
    const seen: number[] = []
    let rows = db.run(page)
    while (rows.length > 0) {
      seen.push(...rows.map(({ due }) => due!))
      rows = db.run(page.after(db.cursor(page, rows.at(-1)!)))
    }
    expect([seen.length, new Set(seen).size, seen.every((due, i) => i === 0 || due > seen[i - 1]!)]).toEqual([25, 25, true])
  })

  it('serves comparisons, beginnings and falling orders the same way', () => {
    const { db } = setup()
    const ann = q.where({ owner: 'ann' })
    const dues = (asked: Parameters<typeof db.run<{ readonly due?: number | undefined }>>[0]) => db.run(asked).map(({ due }) => due)
    const [falling, between] = [ann.orderBy('due', 'desc'), ann.where({ due: { gt: 8, lte: 20 } }).orderBy('due', 'desc')]
    expect(db.explain(falling)).toEqual({ by: 'index', index: ['owner', 'due'], candidates: 0, matches: 25 })
    expect(db.explain(between)).toEqual({ by: 'index', index: ['owner', 'due'], candidates: 0, matches: 3 })
    expect([dues(falling.limit(3)), dues(falling.offset(23)), dues(falling.offset(30))]).toEqual([[96, 92, 88], [4, 0], []])
    expect([dues(between), dues(between.offset(1).limit(1)), db.count(between)]).toEqual([[20, 16, 12], [16], 3])
    expect(dues(between.after(db.cursor(between, db.run(between)[0]!)))).toEqual([16, 12])
    expect(dues(ann.where({ due: { lt: 8, gte: 20 } }).orderBy('due'))).toEqual([])
    const byName = q
      .where({ owner: { startsWith: 'b' } })
      .orderBy('owner')
      .orderBy('due')
    expect([db.explain(byName).by, db.count(byName), dues(byName.limit(3))]).toEqual(['index', 75, [1, 2, 3]])
    const live = db.live(falling.limit(3))
    let told = 0
    live.subscribe(() => (told += 1))
    db.update(live.get()[0]!, { due: 90 })
    db.update(db.run(ann.orderBy('due'))[0]!, { due: 1 })
    expect([live.get().map(({ due }) => due), told]).toEqual([[92, 90, 88], 1])
  })

  it('gives those with equal values in a falling order backwards, as without it', () => {
    const { db } = setup()
    const [rising, falling] = [q.where({ owner: 'ann', due: 4 }), q.where({ owner: 'ann', due: 4 })]
    for (let i = 0; i < 5; i++) db.create(Task, { title: 'the same', owner: 'ann', due: 4 })
    const ids = (asked: typeof q) => db.run(asked).map(({ id }) => id)
    const sorted = ids(rising.where({ owner: 'ann' }).orderBy('due'))
    const byScan = ids(falling.filter(() => true).orderBy('due', 'desc'))
    expect(sorted).toEqual([...sorted].sort())
    expect([ids(q.where({ owner: 'ann' }).orderBy('due', 'desc')).filter((id) => sorted.includes(id)), byScan]).toEqual([
      [...sorted].reverse(),
      [...sorted].reverse(),
    ])
  })

  it('is walked in the order asked for until there are enough rows, where it does not hold just the matches', () => {
    const { db } = setup()
    const odd = q.where({ owner: 'bob', title: { contains: '5' } }).orderBy('due', 'desc')
    const looked = db.run(q.where({ owner: 'bob' }).orderBy('due', 'desc'))
    const matches = looked.filter(({ title }) => title.includes('5'))
    expect(db.explain(odd.limit(3))).toEqual({
      by: 'index-walk',
      index: ['owner', 'due'],
      candidates: looked.indexOf(matches[2]!) + 1,
      matches: matches.length,
    })
    expect(db.run(odd.offset(1).limit(2))).toEqual(matches.slice(1, 3))
    expect(db.run(odd.limit(100))).toEqual(matches)
    expect(db.run(odd.after(db.cursor(odd, matches[1]!)).limit(2))).toEqual(matches.slice(2, 4))
    expect([db.first(odd), db.run(odd.filter(({ due }) => due! < 50).limit(1))]).toEqual([
      matches[0],
      [matches.find(({ due }) => due! < 50)],
    ])
    expect(db.explain(odd)).toMatchObject({ by: 'index-candidates', candidates: 75 })
    expect(db.explain(q.where({ done: true }).orderBy('owner').orderBy('due').limit(2))).toMatchObject({ by: 'index-candidates' })
    const whole = q
      .where({ title: { contains: '5' } })
      .orderBy('owner')
      .orderBy('due')
    expect([db.explain(whole.limit(2)).by, db.explain(whole).by]).toEqual(['index-walk', 'scan'])
    db.batch(() => {
      for (let i = 0; i < 900; i++) db.create(Task, { title: i % 100 === 7 ? 'rare' : 'often', owner: 'bob', due: (i * 37) % 1000 })
    })
    for (const direction of ['asc', 'desc'] as const) {
      const all = q.where({ owner: 'bob' }).orderBy('due', direction)
      const rare = (row: { readonly title: string }): boolean => row.title === 'rare'
      expect(db.run(all.where({ title: 'rare' }).limit(8))).toEqual(db.run(all).filter(rare).slice(0, 8))
      expect(db.run(all.filter(() => true).limit(1000))).toEqual(db.run(all))
    }
    const stop = db.live(odd.limit(3)).subscribe(() => undefined)
    expect(db.explain(odd.limit(3)).by).toBe('view')
    stop()
  })

  it('leaves fewer items to look at where it fits in part', () => {
    const { db } = setup()
    expect(db.explain(q.where({ done: true, title: { contains: '5' } }))).toEqual({
      by: 'index-candidates',
      index: ['done'],
      candidates: 10,
      matches: 1,
    })
    expect(db.explain(q.where({ owner: 'ann', due: { gte: 90 } }))).toMatchObject({ by: 'index-candidates', candidates: 2 })
    expect(db.explain(q.where({ owner: { startsWith: 'a' } }).orderBy('title'))).toMatchObject({ by: 'index-candidates', candidates: 25 })
    expect(db.explain(q.where({ owner: { in: ['ann', 'bob', 'ann'] }, due: { lt: 3 } }))).toMatchObject({ candidates: 3, matches: 3 })
    expect(db.explain(q.where({ owner: { gt: 'ann' }, due: { lt: 3 } }))).toMatchObject({ candidates: 75, matches: 2 })
    expect(db.explain(q.where({ owner: 'ann' }).orderBy('due').orderBy('title', 'desc'))).toMatchObject({ candidates: 25, matches: 25 })
    expect(
      db.explain(
        q
          .where({ owner: 'ann' })
          .filter(({ due }) => due === 4)
          .orderBy('due'),
      ),
    ).toMatchObject({ matches: 1, candidates: 25 })
  })

  it('is not used for what it does not hold: other values, deleted items, items that do not fit', () => {
    const { db } = setup()
    for (const other of [
      q.where({ title: 't1' }),
      q.where({ owner: { ne: 'ann' } }).orderBy('due'),
      q.where({ done: true }).deleted('show'),
      q.invalid('only'),
    ])
      expect(db.explain(other)).toMatchObject({ by: 'scan', index: undefined, candidates: 100 })
    const [gone] = db.run(q.where({ done: true }))
    db.delete(gone!)
    expect([db.count(q.where({ done: true })), db.count(q.where({ done: true }).deleted('only'))]).toEqual([9, 1])
  })

  it('is built once, and says so; an open view serves without a look', () => {
    const { db } = setup()
    const asked = q.where({ title: { startsWith: 't1' } })
    const stop = db.live(asked).subscribe(() => undefined)
    expect(db.explain(asked)).toEqual({ by: 'view', index: undefined, candidates: 0, matches: 11 })
    expect(db.explain(asked.limit(2))).toMatchObject({ by: 'view', matches: 11 })
    stop()
    expect(db.explain(q.ids([db.first(q)!.id]))).toMatchObject({ by: 'ids', candidates: 1 })
    expect(db.explain(q.under(db.first(q)!))).toMatchObject({ by: 'children', candidates: 0 })
    expect(db.explain(q.ids([db.first(q)!.id]).parent())).toMatchObject({ by: 'steps', candidates: 0 })
  })

  it('without fields, or with one twice, or of no field that there can be, is refused', () => {
    const make = (indexes: readonly unknown[]) => () => defineType('x', z.object({ a: z.string() }), { indexes: indexes as never })
    for (const bad of [[[]], [['a', 'a']], ['a/b'], [['a', '$']]])
      expect(make(bad)).toThrow(expect.objectContaining({ code: 'bad-schema' }))
    expect(make(['a', ['a']])()).toMatchObject({ indexes: [['a'], ['a']] })
  })
})
