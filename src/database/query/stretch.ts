import { compareTexts, compareValues, kindRank } from '../types/compareValues.ts'
import type { Test } from './conditions.ts'

export type FieldTest = Extract<Test, { readonly kind: 'field' }>

/** Entries of a sorted list that stand side by side: those whose keys begin with certain values, and whose next key passes tests. */
export interface Stretch {
  /** Values of the first keys. */
  readonly prefix: readonly unknown[]
  /** Tests of the key behind those: only such that {@link isRangeTest} holds for. */
  readonly bounds: readonly FieldTest[]
}

/** Whether the values that pass a test stand side by side in the order of all values, and their neighbours on either side do not pass. */
export function isRangeTest({ operator, value }: FieldTest): boolean {
  switch (operator) {
    case 'exists':
    case 'startsWith':
      return true
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return kindRank(value) < 8
    default:
      return false
  }
}

/** Whether an entry with these keys stands before a stretch. The keys of a list pass this up to some place, and none behind it. */
export function isBefore(keys: readonly unknown[], { prefix, bounds }: Stretch): boolean {
  const difference = comparePrefix(keys, prefix)
  return difference < 0 || (difference === 0 && bounds.some((bound) => sideOf(keys[prefix.length], bound) < 0))
}

/** Whether an entry with these keys stands behind a stretch. */
export function isBehind(keys: readonly unknown[], { prefix, bounds }: Stretch): boolean {
  const difference = comparePrefix(keys, prefix)
  return difference > 0 || (difference === 0 && bounds.some((bound) => sideOf(keys[prefix.length], bound) > 0))
}

function comparePrefix(keys: readonly unknown[], prefix: readonly unknown[]): number {
  for (let i = 0; i < prefix.length; i++) {
    const difference = compareValues(keys[i], prefix[i])
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether a value stands before (below 0), among (0) or behind those that pass a test. */
function sideOf(value: unknown, { operator, value: expected }: FieldTest): number {
  if (operator === 'exists') return value === undefined ? (expected === true ? -1 : 0) : expected === true ? 0 : 1
  const kinds = kindRank(value) - kindRank(expected)
  if (kinds !== 0) return kinds
  if (operator === 'startsWith')
    return (value as string).startsWith(expected as string) ? 0 : compareTexts(value as string, expected as string)
  const difference = compareValues(value, expected)
  switch (operator) {
    case 'lt':
      return difference < 0 ? 0 : 1
    case 'lte':
      return difference <= 0 ? 0 : 1
    case 'gt':
      return difference > 0 ? 0 : -1
    default:
      return difference >= 0 ? 0 : -1
  }
}
