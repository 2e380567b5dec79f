import { hashing } from '../../crypto/hashing.ts'
import { toBase64Url, utf8 } from '../../shared/bytes.ts'
import type { Random } from '../../shared/ports.ts'
import { compareTexts, compareValues, equalValues } from '../types/compareValues.ts'
import { canonicalText } from '../query/conditions.ts'
import type { AnyItemType } from '../types/defineType.ts'
import { storedField, type ItemRecord } from './itemIndex.ts'
import { positionBetween } from '../graph/positions.ts'
import { readValue, type Value } from '../types/values.ts'

/**
 * Fields that are declared to merge. Each element of a list or set is a key of its own, so concurrent insertions, moves and removals all
 * hold: an element of a list has an id of its own and a position among the others, and its last move lies beside it; an element of a set
 * is named by the hash of its value, so that what two people add is there once. Removing deletes the keys. So an element that is moved
 * while it is removed stays removed (its move alone makes none), and a value that is added while it is removed stays.
 *
 * A plain list at the field itself, from before the field was declared or from an app that does not declare it, reads as elements too,
 * with ids and positions that follow from its content; the next change here writes them out. What is taken out of it then or later is
 * marked, for whoever writes the same list out at the same time makes the keys that were deleted, or never made.
 */
export interface Element {
  readonly id: string
  readonly stored: unknown
  readonly value: Value
  /** Empty for an element of a set. */
  readonly position: string
}

/**
 * Greatest number of elements that a list or set shows, the first by position or by id: what a hostile peer adds beyond them is left out.
 * A local change cannot make more.
 */
export const maxElements = 4096

/** How a type has a field merge; undefined where the field is written as a whole. */
export function kindOfField(type: AnyItemType, field: string): 'list' | 'set' | undefined {
  if (type.lists.includes(field)) return 'list'
  return type.sets.includes(field) ? 'set' : undefined
}

/** The names of the fields that a type has merge. */
export function mergingFields(type: AnyItemType): readonly string[] {
  return type.lists.length === 0 ? type.sets : [...type.lists, ...type.sets]
}

/** The elements of a list in its order; those of a set by id. Unreadable ones are left out and told. */
export function readElements(
  record: ItemRecord,
  field: string,
  kind: 'list' | 'set',
  onUnreadable: () => void = () => undefined,
): readonly Element[] {
  const elements: Element[] = []
  for (const [id, { content, moved, takenOut }] of record.elements?.get(field) ?? []) {
    if (content === undefined || (takenOut && content.writtenOut)) continue
    const position = kind === 'set' ? '' : moved === '' ? content.position : moved
    const value = readValue(content.stored)
    if (value === undefined) onUnreadable()
    else elements.push({ id, stored: content.stored, value, position })
  }
  for (const element of undeclaredElements(record, field, kind, onUnreadable)) {
    if (record.elements?.get(field)?.get(element.id)?.content === undefined) elements.push(element)
  }
  elements.sort((a, b) => compareTexts(a.position, b.position) || compareTexts(a.id, b.id))
  return elements.length > maxElements ? elements.slice(0, maxElements) : elements
}

/** What {@link readElements} would read, without the ids that only commands need: those of a plain list are hashes, one for each element. */
export function readElementValues(record: ItemRecord, field: string, kind: 'list' | 'set', onUnreadable: () => void): Value[] {
  const whole = storedField(record, field)
  if (!Array.isArray(whole) || record.elements?.has(field) === true) return valuesOf(readElements(record, field, kind, onUnreadable), kind)
  const values = readValue(whole)
  if (Array.isArray(values))
    return valuesOf(
      values.slice(0, maxElements).map((value: Value) => ({ value })),
      kind,
    )
  onUnreadable()
  return []
}

/** What a list or set reads as: a set sorted and without double values, which only a hostile peer can make. */
export function valuesOf(elements: readonly { readonly value: Value }[], kind: 'list' | 'set'): Value[] {
  const values = elements.map(({ value }) => value)
  if (kind === 'list') return values
  return values.sort(compareValues).filter((value, i) => i === 0 || !equalValues(value, values[i - 1]))
}

/** The elements of a plain list at the field itself. */
function undeclaredElements(record: ItemRecord, field: string, kind: 'list' | 'set', onUnreadable: () => void): Element[] {
  const whole = storedField(record, field)
  if (whole === undefined) return []
  if (!Array.isArray(whole) || readValue(whole) === undefined) {
    onUnreadable()
    return []
  }
  const elements = new Map<string, Element>()
  let position = ''
  for (const [i, stored] of (whole as readonly unknown[]).entries()) {
    if (i >= maxElements) break
    position = kind === 'set' ? '' : (positionBetween(position, undefined, sharedTag) ?? position)
    const id = kind === 'set' ? setElementId(stored) : hashId(`${i} ${canonicalText(stored)}`, listIdBytes)
    elements.set(id, { id, stored, value: readValue(stored)!, position })
  }
  return [...elements.values()]
}

/** Stands for no author: whoever writes out a plain list makes the same positions. */
const sharedTag = '0000'
const listIdBytes = 9
const setIdBytes = 16

/** A fresh id for an element of a list. */
export function createElementId(random: Random): string {
  return toBase64Url(random.bytes(listIdBytes))
}

/** The id of an element of a set. @param stored its value in stored form */
export function setElementId(stored: unknown): string {
  return hashId(canonicalText(stored), setIdBytes)
}

function hashId(text: string, length: number): string {
  return toBase64Url(hashing.hash(utf8(text)).subarray(0, length))
}
