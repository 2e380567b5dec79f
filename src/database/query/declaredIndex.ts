import { compareValues, kindRank } from '../types/compareValues.ts'
import type { Test } from './conditions.ts'
import { planFor, wordsOfPlan, type QueryPlan } from './queryPlan.ts'
import { isRangeTest, type FieldTest, type Stretch } from './stretch.ts'
import type { TypeRegistry } from '../types/typeRegistry.ts'

/**
 * How a declared index serves a plan. An index is a sorted view of all items of a type that is kept for good: those with certain values in
 * its first fields, and values between bounds in the next one, stand side by side, sorted by the rest.
 */
export interface IndexUse {
  readonly fields: readonly string[]
  /** The plan of the index itself. */
  readonly plan: QueryPlan
  /** Where in the index all matches stand: one stretch for each combination of values that they may have. */
  readonly stretches: readonly Stretch[]
  /** Whether the items there stand in the order asked for, or its opposite. Only of one stretch. */
  readonly isSorted: boolean
  /** Whether they are sorted and just the matches: then there is nothing to look at. */
  readonly isExact: boolean
  /** Whether the order asked for is that of the index, backwards. */
  readonly isFalling: boolean
}

/** Of more combinations of values the next field is not asked. */
const maxStretches = 100

/** The index that serves a plan best, if any does: one that is exact, else the one with the most fields by which it leaves items out. */
export function findIndex(plan: QueryPlan, types: TypeRegistry): IndexUse | undefined {
  if (plan.types?.length !== 1 || plan.from !== undefined || plan.ids !== undefined || plan.parentId !== undefined) return undefined
  if (plan.deleted !== 'hide' || plan.invalid) return undefined
  const tests = plan.test === undefined ? [] : plan.test.kind === 'all' ? plan.test.tests : [plan.test]
  const uses = (types.get(plan.types[0]!)?.indexes ?? []).flatMap((fields) => useOf(fields, plan, tests) ?? [])
  return uses.find(({ isExact }) => isExact) ?? uses.sort((a, b) => narrowness(b) - narrowness(a))[0]
}

/** Whether a use leaves no item out. */
export function isWhole({ stretches }: IndexUse): boolean {
  return stretches.every(({ prefix, bounds }) => prefix.length + bounds.length === 0)
}

function narrowness({ stretches, isSorted }: IndexUse): number {
  const { prefix, bounds } = stretches[0]!
  return prefix.length + (bounds.length > 0 ? 0.5 : 0) + (isSorted ? 0.25 : 0)
}

function useOf(fields: readonly string[], plan: QueryPlan, tests: readonly Test[]): IndexUse | undefined {
  let prefixes: readonly (readonly unknown[])[] = [[]]
  const served = new Set<Test>()
  for (const field of fields) {
    const test = tests.find((one): one is FieldTest => one.kind === 'field' && one.field === field && valuesOf(one) !== undefined)
    const values = test && valuesOf(test)
    if (test === undefined || values === undefined || prefixes.length * values.length > maxStretches) break
    prefixes = prefixes.flatMap((prefix) => values.map((value) => [...prefix, value]))
    served.add(test)
  }
  const depth = prefixes[0]?.length ?? fields.length
  const bounds = tests.filter((one): one is FieldTest => one.kind === 'field' && one.field === fields[depth] && isRangeTest(one))
  for (const bound of bounds) served.add(bound)
  const sorted = fields.slice(depth)
  const isFalling = plan.order[0]?.descending === true
  const isSorted =
    prefixes.length === 1 &&
    wordsOfPlan(plan).length === 0 &&
    plan.order.length > 0 &&
    plan.order.length === sorted.length &&
    plan.order.every(({ field, descending }, i) => field === sorted[i] && descending === isFalling)
  if (served.size === 0 && !isSorted) return undefined
  return {
    fields,
    stretches: prefixes.map((prefix) => ({ prefix, bounds })),
    isSorted,
    isExact: isSorted && plan.filters.length === 0 && tests.every((test) => served.has(test)),
    isFalling,
    plan: { ...planFor(plan.types), order: fields.map((field) => ({ field, descending: false })) },
  }
}

/** The only values that pass a test, each once. Only of kinds for which equal and sorted alike are the same. */
function valuesOf({ operator, value }: FieldTest): readonly unknown[] | undefined {
  if (operator !== 'eq' && operator !== 'in') return undefined
  const values = operator === 'eq' ? [value] : (value as readonly unknown[])
  if (values.length === 0 || values.length > maxStretches || !values.every((one) => kindRank(one) < 8)) return undefined
  return values.filter((one, i) => values.findIndex((other) => compareValues(one, other) === 0) === i)
}
