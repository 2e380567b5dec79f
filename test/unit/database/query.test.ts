import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { not, or } from '../../../src/database/query/conditions.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import type { Database } from '../../../src/database/database.ts'
import { createTestReplica } from './createTestReplica.ts'

const Task = defineType(
  'task',
  z.object({
    title: z.string(),
    done: z.boolean().default(false),
    rank: z.number().optional(),
    owner: z.string().nullable().optional(),
    due: z.date().optional(),
    any: z.unknown().optional(),
  }),
)
const types = [Task]

function setup(): ReturnType<typeof createTestReplica> & { readonly titles: (q: Parameters<Database['run']>[0]) => string[] } {
  const replica = createTestReplica(1, types)
  return { ...replica, titles: (q) => (replica.db.run(q) as { title: string }[]).map(({ title }) => title) }
}

describe('conditions', () => {
  it('compare values, within one kind only', () => {
    const { db, titles } = setup()
    const rows: [string, unknown][] = [
      ['number', 5],
      ['text', '5'],
      ['date', new Date(5)],
      ['null', null],
      ['list', [5]],
      ['bytes', Uint8Array.of(5)],
      ['none', undefined],
    ]
    for (const [title, any] of rows) db.create(Task, { title, any })
    const where = (any: object): string[] => titles(query(Task).where({ any: any as never }))
    expect(where({ gte: 5 })).toEqual(['number'])
    expect(where({ lt: 6, gt: 4 })).toEqual(['number'])
    expect(where({ lt: 5 })).toEqual([])
    expect(where({ gte: new Date(0) })).toEqual(['date'])
    expect(where({ eq: [5] })).toEqual(['list'])
    expect(titles(query(Task).where({ any: Uint8Array.of(5) }))).toEqual(['bytes'])
    expect(where({ in: [5, '5', null] })).toEqual(['number', 'text', 'null'])
    expect(where({ in: [new Date(5), [5], Uint8Array.of(5), 6, NaN] })).toEqual(['date', 'list', 'bytes'])
    expect(where({ exists: false })).toEqual(['none'])
    expect(where({ ne: 5 })).toEqual(['text', 'date', 'null', 'list', 'bytes', 'none'])
    expect(titles(query(Task).where({ any: null }))).toEqual(['null'])
  })

  it('find a value among thousands without comparing each', () => {
    const { db } = setup()
    db.batch(() => {
      for (let i = 0; i < 1000; i++) db.create(Task, { title: String(i) })
    })
    const many = Array.from({ length: 20_000 }, (_, i) => `x${i}`)
    const asked = query(Task).where({ title: { in: ['7', ...many] } })
    const start = performance.now()
    expect(db.count(asked)).toBe(1)
    // Comparing each is twenty million comparisons.
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('see defaults, as a reader does', () => {
    const { db, titles } = setup()
    const task = db.create(Task, { title: 'a' })
    expect(titles(query(Task).where({ done: false }))).toEqual(['a'])
    db.update(task, { done: true })
    db.update(task, { done: undefined })
    expect(titles(query(Task).where({ done: false }))).toEqual(['a'])
  })

  it('find parts of texts and elements of lists, and beginnings of texts, capitals told from small letters', () => {
    const { db, titles } = setup()
    for (const [title, any] of [
      ['text', 'Abcabc'],
      ['list', ['a', ['b'], new Date(1)]],
      ['number', 5],
      ['none', undefined],
    ] as const)
      db.create(Task, { title, any })
    const where = (any: object): string[] => titles(query(Task).where({ any: any as never }))
    expect(where({ contains: 'bca' })).toEqual(['text'])
    expect(where({ contains: '' })).toEqual(['text'])
    expect(where({ contains: 'a' })).toEqual(['text', 'list'])
    expect(where({ contains: ['b'] })).toEqual(['list'])
    expect(where({ contains: new Date(1) })).toEqual(['list'])
    expect(where({ contains: 5 })).toEqual([])
    expect(where({ startsWith: 'Ab' })).toEqual(['text'])
    expect(where({ startsWith: 'ab' })).toEqual([])
    // A number is no text that begins with a digit, nor a list of letters one.
    expect([where({ startsWith: '5' }), where({ startsWith: 'a' })]).toEqual([[], []])
    expect([where({ contains: '5' }), where({ startsWith: '' })]).toEqual([[], ['text']])
  })

  it('turn around: not holds where the condition does not, also where its field is absent', () => {
    const { db, titles } = setup()
    for (const [title, rank] of [
      ['a', 1],
      ['b', 2],
      ['c', undefined],
    ] as const)
      db.create(Task, { title, ...(rank && { rank }) })
    expect(titles(query(Task).where(not({ rank: { gte: 2 } })))).toEqual(['a', 'c'])
    expect(titles(query(Task).where(not(not({ rank: 2 }))))).toEqual(['b'])
    expect(titles(query(Task).where(not(or({ title: 'a' }, { rank: { exists: false } }))))).toEqual(['b'])
    expect(titles(query(Task).where(not([{ title: 'a' }, { rank: 1 }])))).toEqual(['b', 'c'])
    expect(query(Task).where(not(not({ rank: 2 }))).key).toBe(query(Task).where({ rank: 2 }).key)
  })

  it('combine: several wheres, lists and fields all, or any', () => {
    const { db, titles } = setup()
    for (const [title, owner, rank] of [
      ['a', 'me', 1],
      ['b', 'you', 1],
      ['c', undefined, 2],
      ['d', 'me', 2],
    ] as const)
      db.create(Task, { title, rank, ...(owner && { owner }) })
    expect(titles(query(Task).where(or({ owner: 'me' }, { owner: { exists: false } })))).toEqual(['a', 'c', 'd'])
    expect(titles(query(Task).where({ owner: 'me' }).where({ rank: 2 }))).toEqual(['d'])
    expect(titles(query(Task).where([{ rank: 1 }, or({ owner: 'you' }, { title: 'zzz' })]))).toEqual(['b'])
    expect(titles(query(Task).where(or()))).toEqual([])
    expect(titles(query(Task).where({}))).toHaveLength(4)
  })

  it.each([
    ['undefined as a value', () => query(Task).where({ owner: undefined } as never)],
    ['a beginning that is no text', () => query(Task).where({ title: { startsWith: 5 } } as never)],
    ['the opposite of nothing', () => query(Task).where(not(undefined as never))],
    ['undefined in a list', () => query(Task).where({ owner: { in: [undefined] } } as never)],
    ['mixed operators and keys', () => query(Task).where({ rank: { gte: 1, gtt: 2 } } as never)],
    ['in without a list', () => query(Task).where({ rank: { in: 5 } } as never)],
    ['exists without a boolean', () => query(Task).where({ rank: { exists: 1 } } as never)],
    ['a value that cannot be stored', () => query(Task).where({ any: new Map() })],
    ['a field with a slash', () => query(Task).where({ 'a/b': 1 } as never)],
    ['a text as a condition', () => query(Task).where('done' as never)],
    ['a negative limit', () => query(Task).limit(-1)],
    ['half an offset', () => query(Task).offset(0.5)],
    ['an unknown direction', () => query(Task).orderBy('title', 'up' as never)],
    ['a parent that is none', () => query(Task).under(undefined as never)],
    ['conditions on rows that do not fit', () => query(Task).invalid('only').where({ done: true })],
    ['an unknown deleted mode', () => query(Task).deleted('maybe' as never)],
  ])('refuse %s', (_name, build) => {
    expect(build).toThrow(expect.objectContaining({ code: 'bad-query' }))
  })
})

describe('a query as a value', () => {
  it('has the same key for the same content, in any order of conditions', () => {
    const due = new Date(5)
    expect(query(Task).where({ done: false, due: { gte: due, lt: new Date(9) } }).key).toBe(
      query(Task)
        .where({ due: { lt: new Date(9) } })
        .where({ due: { gte: new Date(5) } }, { done: false }).key,
    )
    expect(query(Task).where(or({ rank: 1 }, { rank: 2 })).key).toBe(query(Task).where(or({ rank: 2 }, { rank: 1 })).key)
    expect(query(Task).where({ rank: 1 }).where({ rank: 1 }).key).toBe(query(Task).where({ rank: 1 }).key)
  })

  it('has different keys for different content, where JSON sees none', () => {
    const q = query(Task)
    const values: unknown[] = [
      0,
      '0',
      null,
      NaN,
      Infinity,
      'NaN',
      new Date(0),
      '1970-01-01T00:00:00.000Z',
      Uint8Array.of(0),
      [0],
      { 0: 0 },
      { '@': 'date', v: 0 },
      true,
      'true',
      '',
      [],
      {},
    ]
    const keys = [
      ...values.map((value) => q.where({ any: { eq: value } }).key),
      q.where({ any: { ne: 0 } }).key,
      q.where({ any: { in: [0] } }).key,
      q.where({ any: { exists: true } }).key,
      q.where({ any: { exists: false } }).key,
      q.key,
      q.limit(1).key,
      q.offset(1).key,
      q.deleted('only').key,
      q.deleted('show').key,
      q.invalid('only').key,
      q.orderBy('title').key,
      q.orderBy('title', 'desc').key,
      q.orderBy('title').orderBy('rank').key,
      q.orderBy('rank').orderBy('title').key,
      q.ids([]).key,
      q.ids(['AAAAAAAAAAAAAAAAAAAAAA']).key,
      q.under('AAAAAAAAAAAAAAAAAAAAAA').key,
      q.under(null).key,
      q.filter(() => true).key,
      q.filter(() => true).key,
      q.where(or({ rank: 1 }, { done: true })).key,
      q.where({ rank: 1, done: true }).key,
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('cannot be changed: every step makes a new one', () => {
    const all = query(Task)
    const { key } = all
    all.where({ done: true }).limit(1)
    expect(all.key).toBe(key)
    expect(Object.isFrozen(all.plan)).toBe(true)
  })
})

describe('running a query', () => {
  it('sorts by several fields and directions, over values of any kind, ties by id', () => {
    const { db } = setup()
    for (const [title, rank] of [
      ['b', 1],
      ['a', 2],
      ['c', undefined],
      ['d', 1],
    ] as const)
      db.create(Task, { title, ...(rank !== undefined && { rank }) })
    const titles = (direction: 'asc' | 'desc'): string[] =>
      db.run(query(Task).orderBy('rank', direction).orderBy('title', 'desc')).map(({ title }) => title)
    expect(titles('asc')).toEqual(['c', 'd', 'b', 'a'])
    expect(titles('desc')).toEqual(['a', 'd', 'b', 'c'])
    const tied = db.run(query(Task).orderBy('done')).map(({ id }) => id)
    expect(tied).toEqual([...tied].sort())
  })

  it('cuts by offset and limit', () => {
    const { db, titles } = setup()
    for (let i = 0; i < 10; i++) db.create(Task, { title: String(i) })
    expect(titles(query(Task).orderBy('title').offset(3).limit(2))).toEqual(['3', '4'])
    expect(titles(query(Task).orderBy('title').offset(9).limit(5))).toEqual(['9'])
    expect(titles(query(Task).limit(0))).toEqual([])
    expect(db.count(query(Task).offset(3))).toBe(7)
    expect(db.count(query(Task).limit(4))).toBe(4)
    expect(db.count(query(Task).offset(30))).toBe(0)
  })

  it('finds children in tree order, chosen ids, and what a function accepts', () => {
    const { db, titles } = setup()
    const [a, b] = ['a', 'b'].map((title) => db.create(Task, { title }))
    db.create(Task, { title: 'a1' }, { parent: a! })
    const a2 = db.create(Task, { title: 'a2' }, { parent: a! })
    db.move(a2, { before: db.run(query(Task).under(a!))[0]! })
    expect(titles(query(Task).under(a!))).toEqual(['a2', 'a1'])
    expect(titles(query(Task).under(b!.id))).toEqual([])
    expect(titles(query(Task).under(null))).toEqual(['a', 'b'])
    expect(titles(query(Task).ids([b!.id, a2.id, 'no id', b!.id]).orderBy('title'))).toEqual(['a2', 'b'])
    expect(titles(query(Task).filter(({ title }) => title.endsWith('2')))).toEqual(['a2'])
  })

  it('leaves out rows that do not fit, lists them apart with the reason, and finds them again once mended', () => {
    const replica = setup()
    const { db } = replica
    const task = db.create(Task, { title: 'a' })
    db.create(Task, { title: 'b' })
    const liveBad = db.liveCount(query(Task).invalid('only'))
    const told = vi.fn<() => void>()
    liveBad.subscribe(told)
    replica.plant({ [`${task.id}/title`]: 5 })
    expect(told).toHaveBeenCalledTimes(1)
    expect(liveBad.get()).toBe(1)
    expect(replica.titles(query(Task))).toEqual(['b'])
    const [bad] = db.run(query(Task).invalid('only'))
    expect(bad).toMatchObject({ id: task.id, raw: { title: 5 }, issues: [{ path: ['title'] }] })
    expect(db.run(query(Task).invalid('only'))[0]).toBe(bad)
    db.update(task.id, { title: 'mended' })
    expect(liveBad.get()).toBe(0)
    expect(replica.titles(query(Task).orderBy('title'))).toEqual(['b', 'mended'])
  })

  it('keeps a throwing filter from breaking anything: the row does not match and the fault is reported', () => {
    const replica = setup()
    const broken = query(Task).filter(({ title }) => {
      if (title === 'bad') throw new Error('filter')
      return true
    })
    const live = replica.db.live(broken)
    live.subscribe(() => undefined)
    replica.db.create(Task, { title: 'good' })
    replica.db.create(Task, { title: 'bad' })
    expect(live.get().map(({ title }) => title)).toEqual(['good'])
    expect(replica.errors).toEqual([new Error('filter')])
  })
})

describe('a live query', () => {
  it('is one answer for equal queries written inline, and closed when never subscribed', () => {
    const { db, clock } = setup()
    const inline = (): ReturnType<typeof db.live> => db.live(query(Task).where({ done: false }).limit(5))
    const first = inline()
    first.get()
    for (let i = 0; i < 20; i++) expect(inline()).toBe(first)
    clock.advance(1001)
    expect(inline()).not.toBe(first)
  })

  it('survives a moment without listeners, is closed after it, and answers rightly when read later', () => {
    const { db, clock } = setup()
    const live = db.live(query(Task))
    live.subscribe(() => undefined)()
    clock.advance(900)
    expect(db.live(query(Task))).toBe(live)
    const stop = live.subscribe(() => undefined)
    clock.advance(5000)
    expect(db.live(query(Task))).toBe(live)
    stop()
    clock.advance(1001)
    expect(db.live(query(Task))).not.toBe(live)
    const task = db.create(Task, { title: 'late' })
    expect(live.get()).toEqual([task])
    const told = vi.fn<() => void>()
    live.subscribe(told)
    db.create(Task, { title: 'later' })
    expect(told).toHaveBeenCalledTimes(1)
    expect(live.get()).toHaveLength(2)
  })

  it('keeps its array while the result is the same, and unchanged rows always', () => {
    const { db } = setup()
    const [a, b] = ['a', 'b'].map((title) => db.create(Task, { title }))
    const live = db.live(query(Task).orderBy('title'))
    const before = live.get()
    expect(live.get()).toBe(before)
    expect(Object.isFrozen(before)).toBe(true)
    db.update(b!, { title: 'c' })
    expect(live.get()).not.toBe(before)
    expect(live.get()[0]).toBe(a)
    const done = db.live(query(Task).where({ done: true }))
    const told = vi.fn<() => void>()
    done.subscribe(told)
    const none = done.get()
    db.update(a!, { title: 'x' })
    expect(told).not.toHaveBeenCalled()
    expect(done.get()).toBe(none)
  })

  it('with a limit takes row 51 in when row 1 leaves, and says nothing of a change at row 60', () => {
    const { db } = setup()
    const tasks = Array.from({ length: 70 }, (_, i) => db.create(Task, { title: String(i).padStart(2, '0') }))
    const live = db.live(query(Task).where({ done: false }).orderBy('title').limit(50))
    const told = vi.fn<() => void>()
    live.subscribe(told)
    db.update(tasks[60]!, { rank: 1 })
    db.update(tasks[60]!, { title: '61b' })
    db.update(tasks[65]!, { done: true })
    expect(told).not.toHaveBeenCalled()
    db.update(tasks[0]!, { done: true })
    expect(told).toHaveBeenCalledTimes(1)
    expect(live.get()).toHaveLength(50)
    expect(live.get().at(-1)!.title).toBe('50')
    db.update(tasks[60]!, { title: '10a' })
    expect(told).toHaveBeenCalledTimes(2)
    expect(live.get()[10]!.title).toBe('10a')
  })

  it('tells a listener though another one read the new rows before', () => {
    const { db } = setup()
    const live = db.live(query(Task))
    const told = vi.fn<() => void>()
    db.live(query(Task).limit(1)).subscribe(() => void live.get())
    live.subscribe(told)
    db.batch(() => {
      db.create(Task, { title: 'a' })
      live.get()
    })
    expect(told).toHaveBeenCalledTimes(1)
  })

  it('finds all rows, in one order, while a peer writes values of other kinds into a sorted field', () => {
    const replica = setup()
    const tasks = Array.from({ length: 300 }, (_, i) => replica.db.create(Task, { title: `t${i}`, any: `v${i}` }))
    const live = replica.db.live(query(Task).orderBy('any'))
    live.subscribe(() => undefined)
    const values: unknown[] = [5, NaN, null, undefined, { a: 1 }, [1], true, Uint8Array.of(1), '', 'v10', -1]
    for (let i = 0; i < 600; i++) replica.plant({ [`${tasks[(i * 7) % 300]!.id}/any`]: values[i % values.length] })
    expect(live.get()).toEqual(replica.fresh().run(query(Task).orderBy('any')))
    expect(live.get()).toHaveLength(300)
  })

  it('takes over large batches by one merge', () => {
    const { db } = setup()
    const live = db.live(query(Task).where({ done: false }).orderBy('title'))
    const told = vi.fn<() => void>()
    live.subscribe(told)
    const tasks = db.batch(() => Array.from({ length: 500 }, (_, i) => db.create(Task, { title: String((i * 37) % 500).padStart(3, '0') })))
    db.batch(() => tasks.forEach((task, i) => (i % 2 === 0 ? db.update(task, { done: true }) : db.update(task, { rank: i }))))
    expect(told).toHaveBeenCalledTimes(2)
    expect(live.get()).toEqual(db.run(query(Task).where({ done: false }).orderBy('title').offset(0)))
    expect(live.get()).toHaveLength(250)
  })
})
