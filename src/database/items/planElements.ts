import { EchoError } from '../../shared/echoError.ts'
import type { Random } from '../../shared/ports.ts'
import { equalValues } from '../types/compareValues.ts'
import { canonicalText } from '../query/conditions.ts'
import { createElementId, maxElements, readElements, setElementId, valuesOf, type Element } from './elements.ts'
import { storedField, type ItemRecord } from './itemIndex.ts'
import { elementKey, elementOrderKey, fieldKey } from '../types/itemKeys.ts'
import { positionBetween } from '../graph/positions.ts'
import { readValue, storeValue, type Value } from '../types/values.ts'

/** An item that is being made. */
export interface NewRecord {
  readonly id: string
}

/** An element as it is to be: one that is there, or a new one. */
export type Draft = Element | { readonly id: string; readonly stored: unknown; readonly value: Value; readonly position?: undefined }

/** Keys to write and to delete. */
export interface KeyPlan {
  readonly entries: readonly (readonly [string, unknown])[]
  readonly removed: readonly string[]
}

/**
 * The keys that make the elements of a list or set those of `after`.
 * @param moved elements that leave their place; the others are in `after` as they were in `before`
 * @param tag the author's tag in positions
 * @throws EchoError value-too-large for more than {@link maxElements}
 */
export function planElements(
  record: ItemRecord | NewRecord,
  field: string,
  kind: 'list' | 'set',
  { before, after, moved }: { readonly before: readonly Element[]; readonly after: readonly Draft[]; readonly moved: ReadonlySet<Draft> },
  tag: string,
): KeyPlan {
  if (after.length > maxElements && after.length > before.length) {
    throw new EchoError(
      'value-too-large',
      `"${field}" would have ${after.length} elements; a list or set holds at most ${maxElements}. Make child items instead.`,
      { details: { path: field } },
    )
  }
  const present = 'later' in record ? record.elements?.get(field) : undefined
  const isWritten = (id: string): boolean => present?.get(id)?.content !== undefined
  const entries: [string, unknown][] = []
  const removed: string[] = []
  const kept = new Set<string>()
  let left = ''
  for (const [i, draft] of after.entries()) {
    kept.add(draft.id)
    let { position } = draft
    // One that stays keeps its position, unless one before it had to go behind it because no room was left.
    if (kind === 'list' && (position === undefined || moved.has(draft) || position < left)) {
      const right = after.slice(i + 1).find((next) => next.position !== undefined && !moved.has(next) && next.position > left)
      position = positionBetween(left, right?.position, tag) ?? left
    }
    left = position ?? ''
    if (!isWritten(draft.id) || draft.position === undefined) {
      const isOfPlainList = draft.position !== undefined
      entries.push([
        elementKey(record.id, field, draft.id),
        { v: draft.stored, ...(kind === 'list' && { o: position }), ...(isOfPlainList && { w: true }) },
      ])
      if (present?.get(draft.id)?.takenOut === true) removed.push(elementOrderKey(record.id, field, draft.id))
    } else if (position !== draft.position) {
      entries.push([elementOrderKey(record.id, field, draft.id), position])
    }
  }
  for (const { id } of before) {
    if (kept.has(id)) continue
    const known = present?.get(id)
    if (known?.content !== undefined) removed.push(elementKey(record.id, field, id))
    if (known?.content === undefined || known.content.writtenOut) entries.push([elementOrderKey(record.id, field, id), null])
    else if (known.moved !== '') removed.push(elementOrderKey(record.id, field, id))
  }
  // The plain list is written out now.
  if ('later' in record && storedField(record, field) !== undefined) entries.push([fieldKey(record.id, field), undefined])
  return { entries, removed }
}

/**
 * The keys that make a list or set hold what a developer gave for the whole of it; undefined empties it.
 * @throws EchoError bad-value where that is no list, value-too-large
 */
export function planWhole(
  record: ItemRecord | NewRecord,
  field: string,
  kind: 'list' | 'set',
  given: unknown,
  { random, authorTag }: { readonly random: Random; readonly authorTag: string },
): KeyPlan & { readonly values: readonly Value[] } {
  if (given !== undefined && !Array.isArray(given)) {
    throw new EchoError('bad-value', `"${field}" is declared as a ${kind}: give its elements as an array.`, { details: { path: field } })
  }
  const before = 'later' in record ? readElements(record, field, kind) : []
  const stored = ((given ?? []) as readonly unknown[]).map((value, i) => storeValue(value, `${field}[${i}]`))
  const { after, moved } =
    kind === 'list' ? draftsOfList(before, stored, random) : { after: draftsOfSet(before, stored), moved: new Set<Draft>() }
  return { ...planElements(record, field, kind, { before, after, moved }, authorTag), values: valuesOf(after, kind) }
}

/** The elements of a set that hold these values; those that are there stay as they are. @param values in stored form */
function draftsOfSet(before: readonly Element[], values: readonly unknown[]): Draft[] {
  const present = new Map(before.map((element) => [element.id, element]))
  const drafts = new Map<string, Draft>()
  for (const stored of values) {
    const [id, value] = [setElementId(stored), readValue(stored)!]
    const known = present.get(id)
    // A hostile peer can put another value where this one belongs.
    drafts.set(id, known !== undefined && equalValues(known.value, value) ? known : { id, stored, value })
  }
  return [...drafts.values()]
}

/**
 * The least edit that makes a list hold these values: elements with an equal value stay or move, and only the others come and go.
 * @param values in stored form
 */
function draftsOfList(before: readonly Element[], values: readonly unknown[], random: Random): { after: Draft[]; moved: Set<Draft> } {
  const unused = new Map<string, number[]>()
  for (let rank = before.length - 1; rank >= 0; rank--) {
    const text = canonicalText(before[rank]!.stored)
    const ranks = unused.get(text)
    if (ranks === undefined) unused.set(text, [rank])
    else ranks.push(rank)
  }
  const ranks: number[] = []
  const after = values.map((stored): Draft => {
    const rank = unused.get(canonicalText(stored))?.pop()
    if (rank === undefined) return { id: createElementId(random), stored, value: readValue(stored)! }
    ranks.push(rank)
    return before[rank]!
  })
  const staying = longestRise(ranks)
  return { after, moved: new Set(ranks.filter((rank) => !staying.has(rank)).map((rank) => before[rank]!)) }
}

/** The members of a longest rising subsequence of different numbers. */
function longestRise(numbers: readonly number[]): Set<number> {
  /** For each length the least number that a rise of that length ends with. */
  const ends: number[] = []
  const previous = new Map<number, number | undefined>()
  for (const number of numbers) {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (ends[middle]! < number) low = middle + 1
      else high = middle
    }
    previous.set(number, ends[low - 1])
    ends[low] = number
  }
  const rise = new Set<number>()
  for (let at = ends.at(-1); at !== undefined; at = previous.get(at)) rise.add(at)
  return rise
}
