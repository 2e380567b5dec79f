import { compareTexts } from '../types/compareValues.ts'
import { canonicalText, fieldsOf, isStampField, type Test } from './conditions.ts'
import type { Search } from '../search/search.ts'
import { storeValue } from '../types/values.ts'

/** Which items of a type count: those not deleted, all, or only the deleted ones (also by what lies above them). */
export type DeletedMode = 'hide' | 'show' | 'only'

/** One step from items to others; where two lead to the same item it counts once. */
export type StepName = 'children' | 'descendants' | 'parent' | 'ancestors' | 'links' | 'refs' | 'source' | 'target' | 'follow'

export const stepNames: ReadonlySet<string> = new Set<StepName>([
  'children',
  'descendants',
  'parent',
  'ancestors',
  'links',
  'refs',
  'source',
  'target',
  'follow',
])

/** Where a query starts that goes on from the rows of another. */
export interface Traversal {
  readonly step: StepName
  /** The reference field: of the rows themselves for `follow`, of those that refer to them for `refs`; undefined there for links. */
  readonly field: string | undefined
  readonly of: QueryPlan
}

/** A place in a sorted answer: between the row it was made of and the next. */
export interface Cursor {
  /** What the row is sorted by, in user form. */
  readonly keys: readonly unknown[]
  readonly id: string
}

/** What a query asks, made ready. */
export interface QueryPlan {
  /** Names of types, sorted; undefined: every type that the app knows. */
  readonly types: readonly string[] | undefined
  readonly from: Traversal | undefined
  readonly test: Test | undefined
  readonly search: Search | undefined
  readonly filters: readonly ((item: never) => boolean)[]
  readonly order: readonly { readonly field: string; readonly descending: boolean }[]
  readonly limit: number | undefined
  readonly offset: number
  readonly after: Cursor | undefined
  /** Null: those at the top. */
  readonly parentId: string | null | undefined
  readonly ids: readonly string[] | undefined
  readonly deleted: DeletedMode
  readonly invalid: boolean
  /** Reference fields to replace by what they refer to, each with the name of its type. */
  readonly include: readonly (readonly [field: string, type: string])[]
}

/** Asks for everything of some types, or of all. */
export function planFor(types: readonly string[] | undefined): QueryPlan {
  return {
    types: types === undefined ? undefined : [...new Set(types)].sort(compareTexts),
    from: undefined,
    test: undefined,
    search: undefined,
    filters: [],
    order: [],
    limit: undefined,
    offset: 0,
    after: undefined,
    parentId: undefined,
    ids: undefined,
    deleted: 'hide',
    invalid: false,
    include: [],
  }
}

/** The words that items are searched for; none where all match. */
export function wordsOfPlan({ search }: QueryPlan): readonly string[] {
  return search?.words ?? []
}

/** The fields whose change can change which items match or where they stand, beside those searched; undefined: any, and whatever else is written about an item. */
export function fieldsOfPlan(plan: QueryPlan): ReadonlySet<string> | undefined {
  if (plan.filters.length > 0 || plan.order.some(({ field }) => isStampField(field))) return undefined
  return new Set([...(plan.test === undefined ? [] : fieldsOf(plan.test)), ...plan.order.map(({ field }) => field)])
}

/** All types that a plan names, also on its way; undefined for none. */
export function typesOfPlan(plan: QueryPlan): string[] {
  return [...(plan.types ?? []), ...plan.include.map(([, type]) => type), ...(plan.from === undefined ? [] : typesOfPlan(plan.from.of))]
}

/** Two plans with one key ask the same. */
export function keyOfPlan(plan: QueryPlan): string {
  const { after, include } = plan
  const cursor = after === undefined ? '' : `>${keysText(after)}${after.id}`
  const included = include.map(([field, type]) => `&${JSON.stringify(field)}:${JSON.stringify(type)}`).join('')
  return `${keyOfMatches(plan)}#${plan.offset}+${plan.limit ?? ''}${cursor}${included}`
}

/** The key without offset, limit, cursor and what is included: plans that share it share their sorted matches. */
export function keyOfMatches(plan: QueryPlan): string {
  const parts = [plan.types === undefined ? '*' : plan.types.map((name) => JSON.stringify(name)).join(), plan.deleted]
  if (plan.from !== undefined)
    parts.push(`${plan.from.step}:${JSON.stringify(plan.from.field ?? null)}(${keyOfPlan({ ...plan.from.of, include: [] })})`)
  if (plan.invalid) parts.push('invalid')
  if (plan.parentId !== undefined) parts.push(`under:${plan.parentId}`)
  if (plan.ids !== undefined) parts.push(`ids:${plan.ids.join('.')}`)
  if (plan.test !== undefined) parts.push(plan.test.key)
  if (wordsOfPlan(plan).length > 0) parts.push(`search:${JSON.stringify(wordsOfPlan(plan))}`)
  for (const accept of plan.filters) parts.push(`filter:${identityOf(accept)}`)
  for (const { field, descending } of plan.order) parts.push(`${descending ? '-' : '+'}${JSON.stringify(field)}`)
  return parts.join('|')
}

function keysText({ keys }: Cursor): string {
  return keys.map((key) => (key === undefined ? '' : canonicalText(storeValue(key, 'cursor')))).join()
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
