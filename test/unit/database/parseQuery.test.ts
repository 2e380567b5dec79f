import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { not, or } from '../../../src/database/query/conditions.ts'
import { defineLink, defineType } from '../../../src/database/types/defineType.ts'
import { parseQuery } from '../../../src/database/query/parseQuery.ts'
import { maxQueryParts } from '../../../src/database/query/plainQuery.ts'
import { query, type Query } from '../../../src/database/query/query.ts'
import { createTestReplica } from './createTestReplica.ts'

const Task = defineType('task', z.object({ title: z.string(), any: z.unknown().optional(), rank: z.number().optional() }))
const Blocks = defineLink('blocks', z.object({}))
const id = 'AAAAAAAAAAAAAAAAAAAAAA'

describe('a query written as JSON', () => {
  const asked: readonly [string, Query][] = [
    ['of a type', query(Task)],
    ['of all', query.all().deleted('show')],
    [
      'with every part',
      query(Task)
        .where({ title: { startsWith: 'a', contains: 'b' } })
        .orderBy('rank', 'desc')
        .orderBy('title')
        .limit(5)
        .offset(2),
    ],
    ['with or and not', query(Task).where(or({ title: 'a' }, not({ rank: { gte: 2, exists: true } })))],
    [
      'with values of all kinds',
      query(Task).where({ any: { in: [new Date(5), Uint8Array.of(1, 2), NaN, -Infinity, null, [1], { '@': 'x', constructor: 1 }] } }),
    ],
    [
      'with steps',
      query(Task).ids([id]).links(Blocks).target(Task).refs(Task, 'title').follow('any').descendants().include({ title: Task }),
    ],
    ['of what does not fit', query(Task).under(id).invalid('only')],
    ['of what lies at the top', query(Task).under(null)],
    [
      'with a cursor',
      query(Task)
        .orderBy('rank')
        .after(JSON.stringify([id, [5]])),
    ],
  ]
  it.each(asked)('%s is read as the same query', (_, q) => {
    expect(parseQuery(JSON.parse(JSON.stringify(q))).key).toBe(q.key)
  })

  it('finds the same', () => {
    const { db } = createTestReplica(1, [Task, Blocks])
    const found = db.create(Task, { title: 'a', any: new Date(5) })
    db.create(Task, { title: 'a', any: new Date(6) })
    expect(db.run(parseQuery(JSON.parse(JSON.stringify(query(Task).where({ any: new Date(5) })))))).toEqual([found])
  })

  it('cannot be where it filters by a function', () => {
    expect(() => JSON.stringify(query(Task).filter(() => true))).toThrow(expect.objectContaining({ code: 'bad-query' }))
    expect(() =>
      JSON.stringify(
        query(Task)
          .filter(() => true)
          .children(),
      ),
    ).toThrow(expect.objectContaining({ code: 'bad-query' }))
  })

  const deep = (depth: number, wrap: (inner: unknown) => unknown, inner: unknown): unknown =>
    depth === 0 ? inner : wrap(deep(depth - 1, wrap, inner))
  const manyTests = (length: number): { value: string }[] =>
    Array.from({ length }, (_, i) => ({ field: 'title', operator: 'contains', value: String(i) }))

  it('has at most so many parts', () => {
    expect(parseQuery({ where: { all: manyTests(maxQueryParts - 2) } }).plan.test).toMatchObject({ kind: 'all' })
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'query'],
    ['a list', []],
    ['types that are none', { types: 'task' }],
    ['types that are no texts', { types: [5] }],
    ['a step that there is not', { from: { step: '__proto__', of: {} } }],
    ['a step from nothing', { from: { step: 'children' } }],
    ['a step with a field that it does not take', { from: { step: 'children', field: 'a', of: {} } }],
    ['a step without the field that it takes', { from: { step: 'follow', of: {} } }],
    ['a test that is none', { where: 5 }],
    ['an operator that there is not', { where: { field: 'a', operator: 'constructor', value: 1 } }],
    ['a field that there cannot be', { where: { field: '__proto__', operator: 'eq', value: 1 } }],
    ['a value that is none', { where: { field: 'a', operator: 'eq', value: { '@': 'soon', v: 1 } } }],
    ['no value', { where: { field: 'a', operator: 'eq' } }],
    ['bytes that are none', { where: { field: 'a', operator: 'eq', value: { '@': 'bytes', v: 'xyz' } } }],
    ['in without a list', { where: { field: 'a', operator: 'in', value: 1 } }],
    ['an order that is none', { orderBy: [['a', 'up']] }],
    ['an order of nothing', { orderBy: 'title' }],
    ['a limit below zero', { limit: -1 }],
    ['half an offset', { offset: 0.5 }],
    ['a parent that is no id', { under: 'x' }],
    ['ids that are none', { ids: ['x'] }],
    ['a mode that there is not', { deleted: 'maybe' }],
    ['an invalid mode', { invalid: 'only' }],
    ['both invalid and where', { invalid: true, where: { field: 'a', operator: 'eq', value: 1 } }],
    ['an include that is none', { include: { a: 5 } }],
    ['a cursor that is none', { after: '{}' }],
    ['steps without end', deep(5000, (of) => ({ from: { step: 'children', of } }), {})],
    ['tests without end', { where: deep(5000, (not) => ({ not }), { all: [] }) }],
    ['a value without end', { where: { field: 'a', operator: 'eq', value: deep(5000, (one) => [one], 1) } }],
    ['too many tests', { where: { all: manyTests(maxQueryParts - 1) } }],
    [
      'too many tests in its steps',
      { where: { all: manyTests(maxQueryParts / 2) }, from: { step: 'children', of: { where: { any: manyTests(maxQueryParts / 2) } } } },
    ],
    ['too many included fields', { include: Object.fromEntries(manyTests(maxQueryParts).map(({ value }) => [`f${value}`, 'task'])) }],
  ])('is refused where it is %s', (_, plain) => {
    expect(() => parseQuery(plain)).toThrow(expect.objectContaining({ code: 'bad-query' }))
  })
})
