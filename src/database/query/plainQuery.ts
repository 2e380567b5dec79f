import { fromHex, isBytes, toHex } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { assertOrderField, assertQueryField, fieldTest, group, isOperator, negate, type Test } from './conditions.ts'
import { isItemId } from '../types/itemKeys.ts'
import { searchFor } from '../search/search.ts'
import { planFor, stepNames, wordsOfPlan, type Cursor, type QueryPlan, type StepName, type Traversal } from './queryPlan.ts'
import { isPlainObject, readValue, storeValue } from '../types/values.ts'

/**
 * A query as JSON, to keep or to send:
 *
 *     query  = { types?: names, from?: { step, field?, of: query }, where?: test, search?: text, orderBy?: [field | "$.createdAt" | "$.updatedAt", "asc" | "desc"][], limit?, offset?,
 *                after?: cursor, under?: id | null, ids?: ids, deleted?: "show" | "only", invalid?: true, include?: { field: type name } }
 *     test   = { all: tests } | { any: tests } | { not: test } | { field, operator, value }
 *     value  = the stored form of a value; bytes as { "@": "bytes", "v": hex }, NaN and infinities as { "@": "number", "v": text }
 *     cursor = a text, see `space.cursor`
 *
 * What is read may come from anyone: it is bounded, checked as if built by hand, and refused whole.
 */
export type PlainQuery = { readonly [part: string]: unknown }

const maxDepth = 24
/** Greatest number of conditions, steps and included fields together: each is asked of every item. */
export const maxQueryParts = 500

/** @throws EchoError bad-query where a filter is in it: a function has no content to write down */
export function plainOfPlan(plan: QueryPlan): PlainQuery {
  if (plan.filters.length > 0) {
    throw new EchoError(
      'bad-query',
      'A query with filter(…) cannot be written as JSON, for a function has no content. Use where(…) instead.',
    )
  }
  const { types, from, test, search, order, limit, offset, after, parentId, ids, deleted, invalid, include } = plan
  return {
    ...(types && { types }),
    ...(from && { from: { step: from.step, ...(from.field !== undefined && { field: from.field }), of: plainOfPlan(from.of) } }),
    ...(test && { where: plainOfTest(test) }),
    ...(search && search.words.length > 0 && { search: search.text }),
    ...(order.length > 0 && { orderBy: order.map(({ field, descending }) => [field, descending ? 'desc' : 'asc']) }),
    ...(limit !== undefined && { limit }),
    ...(offset > 0 && { offset }),
    ...(after && { after: cursorText(after) }),
    ...(parentId !== undefined && { under: parentId }),
    ...(ids && { ids }),
    ...(deleted !== 'hide' && { deleted }),
    ...(invalid && { invalid }),
    ...(include.length > 0 && { include: Object.fromEntries(include) }),
  }
}

/** @throws EchoError bad-query */
export function planOfPlain(plain: unknown): QueryPlan {
  let parts = 0

  const spend = (depth: number): void => {
    parts += 1
    if (depth > maxDepth || parts > maxQueryParts) refuse('is too large')
  }

  const readTest = (value: unknown, depth: number): Test => {
    spend(depth)
    if (!isPlainObject(value)) return refuse('has a condition that is none')
    if (Array.isArray(value['all']))
      return group(
        'all',
        value['all'].map((one) => readTest(one, depth + 1)),
      )
    if (Array.isArray(value['any']))
      return group(
        'any',
        value['any'].map((one) => readTest(one, depth + 1)),
      )
    if (Object.hasOwn(value, 'not')) return negate(readTest(value['not'], depth + 1))
    const { field, operator } = value
    assertQueryField(field)
    if (!isOperator(operator)) return refuse('names an operator that there is not')
    return fieldTest(field, operator, readPlainValue(value['value']))
  }

  const readFrom = (value: unknown, depth: number): Traversal => {
    if (!isPlainObject(value) || typeof value['step'] !== 'string' || !stepNames.has(value['step']))
      return refuse('takes a step that there is not')
    const { field } = value
    const step = value['step'] as StepName
    if (field !== undefined) assertQueryField(field)
    if ((step === 'follow' && field === undefined) || (field !== undefined && step !== 'follow' && step !== 'refs'))
      refuse('takes a step wrongly')
    return { step, field, of: readPlan(value['of'], depth + 1) }
  }

  const readPlan = (value: unknown, depth: number): QueryPlan => {
    spend(depth)
    if (!isPlainObject(value)) return refuse('is no object')
    const { types, from, where, search, orderBy, limit, offset, after, under, ids, deleted, invalid, include } = value
    if (types !== undefined && !isTextList(types)) return refuse('names its types wrongly')
    if (ids !== undefined && !(isTextList(ids) && ids.every(isItemId))) return refuse('names its ids wrongly')
    if (under !== undefined && under !== null && !isItemId(under)) return refuse('names a parent that is no id')
    if (deleted !== undefined && deleted !== 'hide' && deleted !== 'show' && deleted !== 'only') return refuse('says "deleted" wrongly')
    if (invalid !== undefined && typeof invalid !== 'boolean') return refuse('says "invalid" wrongly')
    if (!isCount(limit) || !isCount(offset)) return refuse('counts wrongly')
    const plan: QueryPlan = {
      ...planFor(types),
      from: from === undefined ? undefined : readFrom(from, depth),
      test: where === undefined ? undefined : readTest(where, depth + 1),
      search: search === undefined ? undefined : searchFor(search),
      order: orderBy === undefined ? [] : readOrder(orderBy),
      limit,
      offset: offset ?? 0,
      parentId: under,
      ids: ids === undefined ? undefined : [...new Set(ids)].sort(),
      deleted: deleted ?? 'hide',
      invalid: invalid ?? false,
      include: include === undefined ? [] : readInclude(include, () => spend(depth)),
    }
    return after === undefined ? plan : { ...plan, after: readCursor(after, plan) }
  }

  return readPlan(plain, 0)
}

/** A cursor as a text that {@link readCursor} takes. */
export function cursorText({ keys, id }: Cursor): string {
  return JSON.stringify([id, ...keys.map((key) => (key === undefined ? [] : [plainOfValue(key)]))])
}

/** @throws EchoError bad-query where it is none, or of a query that sorts by other fields */
export function readCursor(text: unknown, plan: QueryPlan): Cursor {
  let parts: unknown
  try {
    parts = typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    parts = undefined
  }
  if (!Array.isArray(parts) || parts.length !== keyCount(plan) + 1) {
    throw new EchoError('bad-query', 'after takes a cursor that space.cursor made for a query with this order. Say orderBy first.')
  }
  const [id, ...keys] = parts as readonly unknown[]
  if (!isItemId(id)) throw new EchoError('bad-query', 'after takes a cursor that space.cursor made.')
  return {
    id,
    keys: keys.map((key) => {
      if (!Array.isArray(key) || key.length > 1) throw new EchoError('bad-query', 'after takes a cursor that space.cursor made.')
      return key.length === 0 ? undefined : readPlainValue(key[0])
    }),
  }
}

/** How many keys a row is sorted by: without orderBy how well it fits a search, else its place among its siblings, and for ancestors first how deep it lies. */
function keyCount(plan: QueryPlan): number {
  if (plan.order.length > 0) return plan.order.length
  return wordsOfPlan(plan).length === 0 && plan.from?.step === 'ancestors' ? 2 : 1
}

function plainOfTest(test: Test): PlainQuery {
  switch (test.kind) {
    case 'all':
    case 'any':
      return { [test.kind]: test.tests.map(plainOfTest) }
    case 'not':
      return { not: plainOfTest(test.test) }
    case 'field':
      return { field: test.field, operator: test.operator, value: plainOfValue(test.value) }
  }
}

function readOrder(value: unknown): QueryPlan['order'] {
  if (!Array.isArray(value) || value.length > 100) return refuse('sorts wrongly')
  return value.map((part) => {
    const [field, direction] = Array.isArray(part) ? (part as unknown[]) : []
    assertOrderField(field)
    if (direction !== 'asc' && direction !== 'desc') return refuse('sorts wrongly')
    return { field, descending: direction === 'desc' }
  })
}

function readInclude(value: unknown, spend: () => void): QueryPlan['include'] {
  if (!isPlainObject(value)) return refuse('includes wrongly')
  return Object.entries(value).map(([field, type]) => {
    spend()
    assertQueryField(field)
    if (typeof type !== 'string') return refuse('includes wrongly')
    return [field, type] as const
  })
}

function plainOfValue(value: unknown): unknown {
  return toPlain(storeValue(value, 'value'))
}

function readPlainValue(plain: unknown): unknown {
  const stored = fromPlain(plain, 0)
  const value = stored === undefined ? undefined : readValue(stored)
  return value === undefined ? refuse('has a value that is none') : value
}

function toPlain(stored: unknown): unknown {
  if (typeof stored === 'number' && !Number.isFinite(stored)) return { '@': 'number', v: String(stored) }
  if (typeof stored !== 'object' || stored === null) return stored
  if (isBytes(stored)) return { '@': 'bytes', v: toHex(stored) }
  if (Array.isArray(stored)) return stored.map(toPlain)
  const object = stored as Readonly<Record<string, unknown>>
  if (object['@'] === 'obj') return { '@': 'obj', v: mapObject(object['v'] as Record<string, unknown>, toPlain) }
  return mapObject(object, toPlain)
}

function fromPlain(plain: unknown, depth: number): unknown {
  if (depth > 64) return refuse('has a value that is too deep')
  if (typeof plain !== 'object' || plain === null) return plain
  if (Array.isArray(plain)) return plain.map((part) => fromPlain(part, depth + 1))
  if (!isPlainObject(plain)) return refuse('has a value that is none')
  const inner = (object: Record<string, unknown>): unknown => mapObject(object, (part) => fromPlain(part, depth + 1))
  if (!Object.hasOwn(plain, '@')) return inner(plain)
  const { '@': tag, v } = plain
  if (tag === 'number' && (v === 'NaN' || v === 'Infinity' || v === '-Infinity')) return Number(v)
  if (tag === 'bytes') return typeof v === 'string' ? fromHex(v) : undefined
  if (tag === 'obj') return isPlainObject(v) ? { '@': 'obj', v: inner(v) } : undefined
  return { '@': tag, v: fromPlain(v, depth + 1) }
}

function mapObject(object: Readonly<Record<string, unknown>>, map: (part: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, part]) => [key, map(part)]))
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= 100_000 && value.every((part) => typeof part === 'string')
}

function isCount(value: unknown): value is number | undefined {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)
}

function refuse(what: string): never {
  throw new EchoError('bad-query', `The query ${what}. Take one that toJSON() of a query wrote.`)
}
