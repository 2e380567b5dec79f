import { EchoError } from '../shared/echoError.ts'
import { compileCondition, assertQueryField, fieldsOf, group, type Condition, type FieldName, type Test } from './conditions.ts'
import type { AnyItemType, OutputOf } from './defineType.ts'
import type { InvalidItem, Item, ItemRef } from './item.ts'
import { isItemId } from './itemKeys.ts'

declare const rowType: unique symbol

/** Which items of a type count: those not deleted, all, or only the deleted ones (also by what lies above them). */
export type DeletedMode = 'hide' | 'show' | 'only'

/** What a query asks, made ready. */
export interface QueryPlan {
  readonly type: AnyItemType
  readonly test: Test | undefined
  readonly filters: readonly ((item: never) => boolean)[]
  readonly order: readonly { readonly field: string; readonly descending: boolean }[]
  readonly limit: number | undefined
  readonly offset: number
  readonly parentId: string | undefined
  readonly ids: readonly string[] | undefined
  readonly deleted: DeletedMode
  readonly invalid: boolean
}

/** A question about the items of a space, as a value: two with one `key` ask the same. */
export interface Query<Row = unknown> {
  readonly key: string
  /** The key without offset and limit: queries that share it share their sorted matches. */
  readonly matchKey: string
  readonly plan: QueryPlan
  /** Types only: what a row is. */
  readonly [rowType]?: Row
}

/** A query about one type that can be narrowed further. Every step makes a new query. */
export interface TypedQuery<T extends AnyItemType, Row = Item<T>> extends Query<Row> {
  /** Adds conditions, all of which must hold. They see what a reader sees: after defaults. @throws EchoError bad-query */
  where(...conditions: readonly Condition<OutputOf<T>>[]): TypedQuery<T, Row>
  /** The last resort: `accept` runs for every change of a candidate. It must be the same function each time (module level or useCallback) and depend on the item only. */
  filter(accept: (item: Item<T>) => boolean): TypedQuery<T, Row>
  /** Sorts by a field, further calls by further fields; ties by id. Without it items stand in tree order. @throws EchoError bad-query */
  orderBy(field: FieldName<OutputOf<T>>, direction?: 'asc' | 'desc'): TypedQuery<T, Row>
  /** At most so many rows. @throws EchoError bad-query */
  limit(count: number): TypedQuery<T, Row>
  /** Leaves out the first rows. @throws EchoError bad-query */
  offset(count: number): TypedQuery<T, Row>
  /** Only the children of an item. */
  under(parent: ItemRef): TypedQuery<T, Row>
  /** Only these items; what is no id finds nothing. In tree order unless sorted. */
  ids(ids: readonly string[]): TypedQuery<T, Row>
  deleted(mode: DeletedMode): TypedQuery<T, Row>
  /** The rows that do not fit the type, instead of those that do. Takes no conditions, filter or order. @throws EchoError bad-query */
  invalid(mode: 'only'): TypedQuery<T, InvalidItem>
}

/**
 * Asks for the items of a type.
 * @example
 * query(Task).where({ done: false, due: { gte: today } }).orderBy('due').limit(50)
 */
export function query<T extends AnyItemType>(type: T): TypedQuery<T> {
  return new QueryValue<T, Item<T>>({
    type,
    test: undefined,
    filters: [],
    order: [],
    limit: undefined,
    offset: 0,
    parentId: undefined,
    ids: undefined,
    deleted: 'hide',
    invalid: false,
  })
}

/** The fields whose change can change which items match or where they stand; undefined: any field. */
export function fieldsOfPlan(plan: QueryPlan): ReadonlySet<string> | undefined {
  if (plan.filters.length > 0) return undefined
  return new Set([...(plan.test === undefined ? [] : fieldsOf(plan.test)), ...plan.order.map(({ field }) => field)])
}

class QueryValue<T extends AnyItemType, Row> implements TypedQuery<T, Row> {
  readonly plan: QueryPlan
  #matchKey: string | undefined

  constructor(plan: QueryPlan) {
    if (plan.invalid && (plan.test !== undefined || plan.filters.length > 0 || plan.order.length > 0)) {
      throw new EchoError(
        'bad-query',
        'Rows that do not fit their type have no fields to ask for: use invalid("only") without where, filter and orderBy.',
      )
    }
    this.plan = Object.freeze(plan)
  }

  get key(): string {
    return `${this.matchKey}#${this.plan.offset}+${this.plan.limit ?? ''}`
  }

  get matchKey(): string {
    return (this.#matchKey ??= keyOfMatches(this.plan))
  }

  where(...conditions: readonly Condition<OutputOf<T>>[]): TypedQuery<T, Row> {
    const tests = conditions.map(compileCondition)
    return this.#with({ test: group('all', this.plan.test === undefined ? tests : [this.plan.test, ...tests]) })
  }

  filter(accept: (item: Item<T>) => boolean): TypedQuery<T, Row> {
    if (typeof accept !== 'function') throw new EchoError('bad-query', 'filter takes a function of an item.')
    return this.#with({ filters: [...this.plan.filters, accept] })
  }

  orderBy(field: FieldName<OutputOf<T>>, direction: 'asc' | 'desc' = 'asc'): TypedQuery<T, Row> {
    assertQueryField(field)
    if (direction !== 'asc' && direction !== 'desc') throw new EchoError('bad-query', 'orderBy sorts "asc" or "desc".')
    return this.#with({ order: [...this.plan.order, { field, descending: direction === 'desc' }] })
  }

  limit(count: number): TypedQuery<T, Row> {
    return this.#with({ limit: assertCount('limit', count) })
  }

  offset(count: number): TypedQuery<T, Row> {
    return this.#with({ offset: assertCount('offset', count) })
  }

  under(parent: ItemRef): TypedQuery<T, Row> {
    return this.#with({ parentId: assertId('under', typeof parent === 'string' ? parent : parent?.id) })
  }

  ids(ids: readonly string[]): TypedQuery<T, Row> {
    if (!Array.isArray(ids)) throw new EchoError('bad-query', 'ids takes a list of item ids.')
    return this.#with({ ids: [...new Set(ids.filter((id) => isItemId(id)))].sort() })
  }

  deleted(mode: DeletedMode): TypedQuery<T, Row> {
    if (mode !== 'hide' && mode !== 'show' && mode !== 'only') throw new EchoError('bad-query', 'deleted takes "hide", "show" or "only".')
    return this.#with({ deleted: mode })
  }

  invalid(mode: 'only'): TypedQuery<T, InvalidItem> {
    if (mode !== 'only') throw new EchoError('bad-query', 'invalid takes "only".')
    return new QueryValue<T, InvalidItem>({ ...this.plan, invalid: true })
  }

  #with(changes: Partial<QueryPlan>): TypedQuery<T, Row> {
    return new QueryValue<T, Row>({ ...this.plan, ...changes })
  }
}

function keyOfMatches(plan: QueryPlan): string {
  const parts = [JSON.stringify(plan.type.name), plan.deleted]
  if (plan.invalid) parts.push('invalid')
  if (plan.parentId !== undefined) parts.push(`under:${plan.parentId}`)
  if (plan.ids !== undefined) parts.push(`ids:${plan.ids.join('.')}`)
  if (plan.test !== undefined) parts.push(plan.test.key)
  for (const accept of plan.filters) parts.push(`filter:${identityOf(accept)}`)
  for (const { field, descending } of plan.order) parts.push(`${descending ? '-' : '+'}${JSON.stringify(field)}`)
  return parts.join('|')
}

// Functions have no content to tell them apart by, so each gets a number when first used. The only state of this module: it keeps nothing
// alive, and no answer depends on which number a function got.
const identities = new WeakMap<object, number>()
let lastIdentity = 0

function identityOf(accept: object): number {
  const known = identities.get(accept)
  if (known !== undefined) return known
  lastIdentity += 1
  identities.set(accept, lastIdentity)
  return lastIdentity
}

function assertCount(name: string, count: number): number {
  if (!Number.isSafeInteger(count) || count < 0) throw new EchoError('bad-query', `${name} takes a whole number from 0.`)
  return count
}

function assertId(name: string, id: unknown): string {
  if (!isItemId(id)) throw new EchoError('bad-query', `${name} takes an item or its id. While there is none, pass undefined for the query.`)
  return id
}
