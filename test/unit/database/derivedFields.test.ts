import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createDerivedFields } from '../../../src/database/types/derivedFields.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { createTestReplica } from './createTestReplica.ts'

const sum = z.object({ a: z.number(), b: z.number(), total: z.number().optional(), large: z.boolean().optional() })
const Sum = defineType(
  'sum',
  sum.transform(({ a, b }) => ({ a, b, total: a + b, ...(a + b > 9 && { large: true }) })),
  { indexes: ['total'] },
)

function follow(condition: object): { db: ReturnType<typeof createTestReplica>['db']; rows: () => readonly object[] } {
  const { db } = createTestReplica(1, [Sum])
  const live = db.live(query(Sum).where(condition))
  live.subscribe(() => undefined)
  return { db, rows: () => live.get() }
}

describe('a field that the schema derives from others', () => {
  it('is followed by live queries', () => {
    const { db, rows } = follow({ total: 3, a: { gt: 0 } })
    const { id } = db.create(Sum, { a: 1, b: 2 })
    expect(rows()).toHaveLength(1)
    db.update(id, { b: 5 })
    expect(rows()).toEqual([])
    db.update(id, { b: 2 })
    expect(rows()).toHaveLength(1)
  })

  it('is followed where an index serves the query', () => {
    const { db, rows } = follow({ total: 3 })
    const { id } = db.create(Sum, { a: 1, b: 2 })
    expect(rows()).toHaveLength(1)
    db.update(id, { a: 5 })
    expect(rows()).toEqual([])
  })

  it('is followed where it comes and goes with one and the same value', () => {
    const { db, rows } = follow({ large: true })
    const { id } = db.create(Sum, { a: 1, b: 2 })
    expect(rows()).toEqual([])
    db.update(id, { a: 20 })
    expect(rows()).toHaveLength(1)
    db.update(id, { a: 1 })
    expect(rows()).toEqual([])
  })
})

describe('what counts as derived', () => {
  const noted = (...steps: [raw: object, output: object, before?: object][]): boolean => {
    const derived = createDerivedFields()
    for (const [raw, output, before] of steps) derived.note('one', raw as never, output as never, before as never)
    expect(derived.has('other')).toBe(false)
    return derived.has('one')
  }

  it('is not what comes back as it was given, nor one default, nor what the schema leaves out', () => {
    const at = { x: [{ y: 1 }] }
    expect(noted([at, structuredClone(at)], [{ done: true }, { done: true }], [{ title: 'a' }, { title: 'a', done: false }])).toBe(false)
    expect(noted([{}, { tags: [] }], [{}, { tags: [] }, { tags: ['a'] }], [{ tags: ['a'], extra: 1 }, { tags: ['a'] }])).toBe(false)
    expect(noted([{ a: undefined }, { a: undefined }, {}])).toBe(false)
  })

  it('is what comes back as something else, what has no single default, and what appears or is gone by itself', () => {
    expect(noted([{ a: ' a' }, { a: 'a' }])).toBe(true)
    expect(noted([{}, { a: 1 }], [{}, { a: 2 }])).toBe(true)
    expect(noted([{}, { a: 1 }, {}])).toBe(true)
    expect(noted([{}, { a: 1 }], [{}, {}])).toBe(true)
  })
})
