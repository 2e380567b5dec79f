import { compareBytes, isBytes } from '../../shared/bytes.ts'
import { isDate, isPlainObject } from './values.ts'
import { Reference } from './reference.ts'

/**
 * The place of a value's kind in the order over all kinds:
 * undefined < null < boolean < number < string < bytes < Date < Reference < list < object < anything else.
 */
export function kindRank(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return 0
    case 'boolean':
      return 2
    case 'number':
      return 3
    case 'string':
      return 4
    case 'object':
      if (value === null) return 1
      if (isBytes(value)) return 5
      if (isDate(value)) return 6
      if (value instanceof Reference) return 7
      if (Array.isArray(value)) return 8
      return isPlainObject(value) ? 9 : 10
    default:
      return 10
  }
}

/**
 * The one total order over all values, so that a peer's number in a text field can neither hide a row nor break a sort: by
 * {@link kindRank}, then NaN before every number, texts by code units (never by locale: peers would disagree), bytes unsigned,
 * lists element by element, objects by their sorted keys.
 * @returns negative, zero or positive; zero for 0 and -0. Never throws.
 */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0
  const rank = kindRank(a)
  const difference = rank - kindRank(b)
  if (difference !== 0) return difference
  switch (rank) {
    case 2:
      return Number(a) - Number(b)
    case 3:
      return compareNumbers(a as number, b as number)
    case 4:
      return compareTexts(a as string, b as string)
    case 5:
      return compareBytes(a as Uint8Array, b as Uint8Array)
    case 6:
      return compareNumbers((a as Date).getTime(), (b as Date).getTime())
    case 7:
      return compareTexts((a as Reference).id, (b as Reference).id)
    case 8:
      return compareLists(a as readonly unknown[], b as readonly unknown[])
    case 9:
      return compareObjects(a as Record<string, unknown>, b as Record<string, unknown>)
    default:
      return 0
  }
}

/** Order of two texts by UTF-16 code units. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Nothing that can be stored nests this deep; deeper values are unequal, so that a hostile one cannot exhaust the stack. */
const maxComparedDepth = 64

/** Whether two values hold the same content. Faster than the order, and undefined properties count as absent. Never throws. */
export function equalValues(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Number.isNaN(a) && Number.isNaN(b)
  if (depth > maxComparedDepth) return false
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((entry, i) => equalValues(entry, b[i], depth + 1))
  if (!isPlainObject(a)) return kindRank(a) < 8 && compareValues(a, b) === 0
  if (!isPlainObject(b)) return false
  return (
    Object.keys(a).every((key) => equalValues(a[key], Object.hasOwn(b, key) ? b[key] : undefined, depth + 1)) &&
    Object.keys(b).every((key) => Object.hasOwn(a, key) || b[key] === undefined)
  )
}

function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1
  return Number.isNaN(b) ? 1 : a < b ? -1 : a > b ? 1 : 0
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = compareValues(a[i], b[i])
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

function compareObjects(a: Record<string, unknown>, b: Record<string, unknown>): number {
  const keysOfA = Object.keys(a).sort()
  const keysOfB = Object.keys(b).sort()
  const length = Math.min(keysOfA.length, keysOfB.length)
  for (let i = 0; i < length; i++) {
    const difference = compareTexts(keysOfA[i]!, keysOfB[i]!) || compareValues(a[keysOfA[i]!], b[keysOfB[i]!])
    if (difference !== 0) return difference
  }
  return keysOfA.length - keysOfB.length
}
