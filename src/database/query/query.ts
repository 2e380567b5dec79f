import { EchoError } from '../../shared/echoError.ts'
import { compareTexts } from '../types/compareValues.ts'
import {
  assertOrderField,
  assertQueryField,
  compileCondition,
  group,
  type Condition,
  type FieldName,
  type StampField,
} from './conditions.ts'
import type { AnyItemType, AnyLinkType, OutputOf } from '../types/defineType.ts'
import type { InvalidItem, Item, ItemRef } from '../types/item.ts'
import { isItemId } from '../types/itemKeys.ts'
import { plainOfPlan, readCursor, type PlainQuery } from './plainQuery.ts'
import { searchFor } from '../search/search.ts'
import { keyOfMatches, keyOfPlan, planFor, wordsOfPlan, type DeletedMode, type QueryPlan, type StepName } from './queryPlan.ts'

declare const rowType: unique symbol

/** A question about the items of a space, as a value: two with one `key` ask the same. */
export interface Query<Row = unknown> {
  readonly key: string
  /** The key without offset, limit, cursor and what is included: queries that share it share their sorted matches. */
  readonly matchKey: string
  readonly plan: QueryPlan
  /** The query as plain data; `parseQuery` reads it. @throws EchoError bad-query where it has a `filter` */
  toJSON(): PlainQuery
  /** Types only: what a row is. */
  readonly [rowType]?: Row
}

/** A query that can be narrowed further. Every step makes a new query. */
export interface TypedQuery<T extends AnyItemType, Row = Item<T>> extends Query<Row> {
  /** Adds conditions, all of which must hold. They see what a reader sees: after defaults. @throws EchoError bad-query */
  where(...conditions: readonly Condition<OutputOf<T>>[]): TypedQuery<T, Row>
  /**
   * Only the items that have every word of the text, or a word that begins with it, in the fields that `search` of their type names or in their text. Capitals and accents
   * make no difference; a word of a script without spaces (Chinese, Japanese, Thai) is found anywhere. Without `orderBy` the best come first: words in the
   * field named first, whole ones before beginnings, then short fields. A text without words finds all, as if not searched for, and makes ready what the
   * next search looks through, while the page is idle. The first 200 characters count.
   * @throws EchoError bad-query for what is no text; where it is asked, for types none of which can be searched
   * @example
   * const found = useQuery(space, query(Note).search(input).limit(20))
   */
  search(text: string): TypedQuery<T, Row>
  /** The last resort: `accept` runs for every change of a candidate. It must be the same function each time (module level or useCallback) and depend on the item only. */
  filter(accept: (item: Item<T>) => boolean): TypedQuery<T, Row>
  /**
   * Sorts by a field, or by when items were made or last changed, further calls by further fields; ties by id. Without it items stand in tree order, or as they fit a search.
   * @throws EchoError bad-query
   * @example
   * query(Task).orderBy('$.updatedAt', 'desc').limit(10)
   */
  orderBy(field: FieldName<OutputOf<T>> | StampField, direction?: 'asc' | 'desc'): TypedQuery<T, Row>
  /** At most so many rows. @throws EchoError bad-query */
  limit(count: number): TypedQuery<T, Row>
  /** Leaves out the first rows. @throws EchoError bad-query */
  offset(count: number): TypedQuery<T, Row>
  /** Only the rows behind a place that `space.cursor` told, also after the row it was made of has moved or gone. Say `orderBy` first. @throws EchoError bad-query */
  after(cursor: string): TypedQuery<T, Row>
  /** Only the children of an item; of null those at the top, under nothing. @throws EchoError bad-query */
  under(parent: ItemRef | null): TypedQuery<T, Row>
  /** Only these items; what is no id finds nothing. In tree order unless sorted. */
  ids(ids: readonly string[]): TypedQuery<T, Row>
  deleted(mode: DeletedMode): TypedQuery<T, Row>
  /** The rows that do not fit the type, instead of those that do. Takes no conditions, filter or order. @throws EchoError bad-query */
  invalid(mode: 'only'): TypedQuery<T, InvalidItem>
  /**
   * Replaces reference fields by the items they refer to: a list of ids by the list of those found, one id by its item, or by nothing where
   * that is not there, deleted, or of another type. @throws EchoError bad-query
   * @example
   * query(Task).include({ owner: Person })   // row.owner?.name
   */
  include<I extends { readonly [Field in FieldName<OutputOf<T>>]?: AnyItemType }>(types: I): TypedQuery<T, Included<Row, I>>

  /** The items right under the rows. Each item counts once, here as after every step. */
  readonly children: Step
  /** All items under the rows, however deep. */
  readonly descendants: Step
  /** The items that the rows lie under. */
  readonly parent: Step
  /** All items above the rows, those at the top first. */
  readonly ancestors: Step
  /** The links that begin at the rows; `.target(Person)` goes on to what they point at. */
  links<L extends readonly AnyLinkType[]>(...types: L): TypedQuery<L[number]>
  /** What points at the rows: links of a kind, `.source(Note)` goes on to where they begin; or the items of a type that refer to them by a field. */
  refs<L extends readonly AnyLinkType[]>(...types: L): TypedQuery<L[number]>
  refs<R extends AnyItemType>(type: R, field: FieldName<OutputOf<R>>): TypedQuery<R>
  /** The items where the rows, which are links, begin. */
  readonly source: Step
  /** The items where the rows, which are links, end. */
  readonly target: Step
  /** The items that a field of the rows refers to, by a reference, an id, or a list of those. */
  follow(field: FieldName<OutputOf<T>>): TypedQuery<AnyItemType, Item>
  follow<U extends readonly AnyItemType[]>(field: FieldName<OutputOf<T>>, ...types: U): TypedQuery<U[number]>
}

/** A step from rows to other items: those of some types, or of all. */
export interface Step {
  (): TypedQuery<AnyItemType, Item>
  <U extends readonly AnyItemType[]>(...types: U): TypedQuery<U[number]>
}

/** A row with reference fields replaced by items. */
export type Included<Row, I> = Omit<Row, keyof I> & {
  readonly [Field in keyof I]: Field extends keyof Row
    ? NonNullable<Row[Field]> extends readonly unknown[]
      ? readonly Item<I[Field]>[]
      : Item<I[Field]> | undefined
    : never
}

/** Makes queries. */
export interface QueryBuilder {
  /**
   * Asks for the items of one type or of several.
   * @example
   * query(Task).where({ done: false, due: { gte: today } }).orderBy('due').limit(50)
   */
  <T extends AnyItemType, More extends readonly AnyItemType[] = []>(type: T, ...more: More): TypedQuery<T | More[number]>
  /** Asks for the items of all types that the app knows, links too. */
  all(): TypedQuery<AnyItemType, Item>
  /** Asks for these items, whatever their types. */
  ids(ids: readonly string[]): TypedQuery<AnyItemType, Item>
}

/**
 * Asks for the items of one type, `query(Task)`, or of several, `query(Task, Note)`; `query.all()` asks for those of all types.
 * @example
 * query(Task).where({ done: false, due: { gte: today } }).orderBy('due').limit(50)
 */
export const query: QueryBuilder = Object.assign(
  <T extends AnyItemType>(...types: readonly T[]): TypedQuery<T> => queryOf<Item<T>, T>(planFor(types.map(nameOf))),
  {
    all: (): TypedQuery<AnyItemType, Item> => queryOf<Item>(planFor(undefined)),
    ids: (ids: readonly string[]): TypedQuery<AnyItemType, Item> => queryOf<Item>(planFor(undefined)).ids(ids),
  },
)

/** The query of a plan. @throws EchoError bad-query where it asks for what there cannot be */
export function queryOf<Row, T extends AnyItemType = AnyItemType>(plan: QueryPlan): TypedQuery<T, Row> {
  return new QueryValue<T, Row>(plan)
}

/** Asks for one item, whatever its type; undefined for none. What is no id finds nothing. */
export function queryOfItem(item: ItemRef | undefined): TypedQuery<AnyItemType, Item> | undefined {
  return item === undefined ? undefined : query.ids([typeof item === 'string' ? item : item.id])
}

/** The same query with at most so many rows. */
export function atMost<Row>(asked: Query<Row>, count: number): Query<Row> {
  return queryOf<Row>({ ...asked.plan, limit: Math.min(asked.plan.limit ?? count, count) })
}

class QueryValue<T extends AnyItemType, Row> implements TypedQuery<T, Row> {
  readonly plan: QueryPlan
  #key: string | undefined
  #matchKey: string | undefined

  constructor(plan: QueryPlan) {
    if (
      plan.invalid &&
      (plan.test !== undefined ||
        wordsOfPlan(plan).length > 0 ||
        plan.filters.length > 0 ||
        plan.order.length > 0 ||
        plan.include.length > 0)
    ) {
      throw new EchoError(
        'bad-query',
        'Rows that do not fit their type have no fields to ask for: use invalid("only") without where, search, filter, orderBy and include.',
      )
    }
    this.plan = Object.freeze(plan)
  }

  get key(): string {
    return (this.#key ??= keyOfPlan(this.plan))
  }

  get matchKey(): string {
    return (this.#matchKey ??= keyOfMatches(this.plan))
  }

  toJSON(): PlainQuery {
    return plainOfPlan(this.plan)
  }

  where(...conditions: readonly Condition<OutputOf<T>>[]): TypedQuery<T, Row> {
    const tests = conditions.map(compileCondition)
    return this.#with({ test: group('all', this.plan.test === undefined ? tests : [this.plan.test, ...tests]) })
  }

  search(text: string): TypedQuery<T, Row> {
    const search = searchFor(text)
    if (this.plan.after !== undefined && this.plan.order.length === 0 && search.words.length > 0)
      throw new EchoError('bad-query', 'A cursor belongs to an order, and a search has its own: say search before after.')
    return this.#with({ search })
  }

  filter(accept: (item: Item<T>) => boolean): TypedQuery<T, Row> {
    if (typeof accept !== 'function') throw new EchoError('bad-query', 'filter takes a function of an item.')
    return this.#with({ filters: [...this.plan.filters, accept] })
  }

  orderBy(field: FieldName<OutputOf<T>> | StampField, direction: 'asc' | 'desc' = 'asc'): TypedQuery<T, Row> {
    assertOrderField(field)
    if (direction !== 'asc' && direction !== 'desc') throw new EchoError('bad-query', 'orderBy sorts "asc" or "desc".')
    if (this.plan.after !== undefined) throw new EchoError('bad-query', 'A cursor belongs to an order: say orderBy before after.')
    return this.#with({ order: [...this.plan.order, { field, descending: direction === 'desc' }] })
  }

  limit(count: number): TypedQuery<T, Row> {
    return this.#with({ limit: assertCount('limit', count) })
  }

  offset(count: number): TypedQuery<T, Row> {
    return this.#with({ offset: assertCount('offset', count) })
  }

  after(cursor: string): TypedQuery<T, Row> {
    return this.#with({ after: readCursor(cursor, this.plan) })
  }

  under(parent: ItemRef | null): TypedQuery<T, Row> {
    if (parent === null) return this.#with({ parentId: null })
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
    return queryOf<InvalidItem, T>({ ...this.plan, invalid: true })
  }

  include<I extends { readonly [Field in FieldName<OutputOf<T>>]?: AnyItemType }>(types: I): TypedQuery<T, Included<Row, I>> {
    const fields = Object.entries(types as Readonly<Record<string, AnyItemType>>)
    const added = fields.map(([field, type]) => {
      assertQueryField(field)
      return [field, nameOf(type)] as const
    })
    const include = [...new Map([...this.plan.include, ...added])].sort(([a], [b]) => compareTexts(a, b))
    return queryOf<Included<Row, I>, T>({ ...this.plan, include })
  }

  children<U extends readonly AnyItemType[]>(...types: U): TypedQuery<U[number]> {
    return this.#step('children', types)
  }

  descendants<U extends readonly AnyItemType[]>(...types: U): TypedQuery<U[number]> {
    return this.#step('descendants', types)
  }

  parent<U extends readonly AnyItemType[]>(...types: U): TypedQuery<U[number]> {
    return this.#step('parent', types)
  }

  ancestors<U extends readonly AnyItemType[]>(...types: U): TypedQuery<U[number]> {
    return this.#step('ancestors', types)
  }

  links<L extends readonly AnyItemType[]>(...types: L): TypedQuery<L[number]> {
    return this.#step('links', types)
  }

  refs(...given: readonly (AnyItemType | string)[]): TypedQuery<never> {
    const field = given.at(-1)
    const types = given.filter((one) => typeof one !== 'string')
    return this.#step('refs', types, typeof field === 'string' ? field : undefined) as TypedQuery<never>
  }

  source<U extends readonly AnyItemType[]>(...types: U): TypedQuery<U[number]> {
    return this.#step('source', types)
  }

  target<U extends readonly AnyItemType[]>(...types: U): TypedQuery<U[number]> {
    return this.#step('target', types)
  }

  follow<U extends readonly AnyItemType[]>(field: string, ...types: U): TypedQuery<U[number]> {
    return this.#step('follow', types, field)
  }

  #step<U extends readonly AnyItemType[]>(step: StepName, types: U, field?: string): TypedQuery<U[number]> {
    if (field !== undefined) assertQueryField(field)
    const names = types.length === 0 ? undefined : types.map(nameOf)
    return queryOf<Item<U[number]>, U[number]>({ ...planFor(names), from: { step, field, of: { ...this.plan, include: [] } } })
  }

  #with(changes: Partial<QueryPlan>): TypedQuery<T, Row> {
    return queryOf<Row, T>({ ...this.plan, ...changes })
  }
}

function nameOf(type: AnyItemType | undefined): string {
  if (typeof type?.name !== 'string') throw new EchoError('bad-query', 'query takes types that defineType or defineLink made.')
  return type.name
}

function assertCount(name: string, count: number): number {
  if (!Number.isSafeInteger(count) || count < 0) throw new EchoError('bad-query', `${name} takes a whole number from 0.`)
  return count
}

function assertId(name: string, id: unknown): string {
  if (!isItemId(id)) throw new EchoError('bad-query', `${name} takes an item or its id. While there is none, pass undefined for the query.`)
  return id
}
