import { compareTexts, compareValues } from '../types/compareValues.ts'
import { isStampField, passes } from './conditions.ts'
import type { InvalidItem, Item } from '../types/item.ts'
import type { ItemRecord } from '../items/itemIndex.ts'
import { isInvalidRow } from '../items/itemRows.ts'
import type { ItemChange, ItemStore } from '../items/itemStore.ts'
import { lastRank, rankOf } from '../search/search.ts'
import { fieldsOfPlan, wordsOfPlan, type Cursor, type QueryPlan } from './queryPlan.ts'
import type { Reach } from '../graph/reach.ts'
import { SortedList } from './sortedList.ts'
import { isBefore, isBehind, type Stretch } from './stretch.ts'

export type Row = Item | InvalidItem

/** A match, with the keys it is sorted by: its place can be found again after its item changed. */
export interface Entry {
  readonly record: ItemRecord
  readonly keys: readonly unknown[]
}

/** Where an entry stands, or a cursor. */
type Place = { readonly record: Pick<ItemRecord, 'id'>; readonly keys: readonly unknown[] }

/** A part of a view that someone watches. */
export interface Window {
  readonly offset: number
  /** Undefined: to the end. */
  readonly limit: number | undefined
  /** Begins behind this place. */
  readonly after: Cursor | undefined
  /** Only the matches that stand there; undefined for all. */
  readonly stretch: Stretch | undefined
  /** Shows them in the opposite order. */
  readonly isFalling: boolean
  /** Counts matches only. */
  readonly countOnly: boolean
  /** Set by the view when the rows may have changed. */
  dirty: boolean
  /** The last row shown where the window is full: what happens behind it does not matter. */
  last: Entry | undefined
  /** What it shows where it has a limit: far fewer records to look through than the matches. */
  shown: readonly ItemRecord[] | undefined
}

/** Someone who needs to know which items match, not how they are sorted. */
export interface Follower {
  /** Set by the view: items that came or went. */
  readonly changed: Set<ItemRecord>
  /** Set by the view: anything may have come or gone. */
  whole: boolean
}

/** All matches of a query without offset and limit, sorted, kept up to date change by change. */
export interface SortedView {
  readonly windows: Set<Window>
  readonly followers: Set<Follower>
  readonly size: number
  has(record: ItemRecord): boolean
  /** All matches, in no particular order. */
  records(): Iterable<ItemRecord>
  /** Those of the matches that stand there, in order. */
  recordsIn(stretch: Stretch): ItemRecord[]
  /** How many those are. */
  countIn(stretch: Stretch): number
  /** Takes over one change; the item's snapshot has been built since. */
  apply(change: ItemChange): void
  /** Takes over many changes by one merge. */
  applyAll(changes: readonly ItemChange[]): void
  /** Fills itself from the store again. */
  refill(): void
  /** Rows of a window; notes its last row. */
  read(window: Window): Row[]
  /** Like {@link read}: the items alone. */
  readRecords(window: Window): ItemRecord[]
  /** How many rows a window has. */
  count(window: Window): number
  /**
   * Walks through the matches that a window is over until as many as it shows have passed.
   * @returns those, and how many were looked at
   */
  pick(window: Window, accepts: (row: Item) => boolean): { readonly rows: Row[]; readonly looked: number }
}

/** Matches that a walk takes at once. */
const walkLength = 256

/** What the filters of a plan say of a row. @param onError told when one throws; the row does not pass then */
export function createAccepts({ filters }: QueryPlan, onError: (error: unknown) => void): (row: Item) => boolean {
  return (row) => {
    try {
      return filters.every((filter) => filter(row as never))
    } catch (error) {
      onError(error)
      return false
    }
  }
}

/** A window over the rows that a plan asks for, of its own view or of an index. */
export function createWindow({ offset, limit, after }: QueryPlan, countOnly: boolean, stretch?: Stretch, isFalling = false): Window {
  const behind = after && { id: after.id, keys: [...(stretch?.prefix ?? []), ...after.keys] }
  return { offset, limit, after: behind, stretch, isFalling, countOnly, dirty: true, last: undefined, shown: undefined }
}

/** What a plan sorts an item by at present, whether it matches or not; undefined where the item has no row. */
export function placeOf(plan: QueryPlan, record: ItemRecord, store: ItemStore): Cursor | undefined {
  const row = store.rows.read(record)
  if (row === undefined) return undefined
  const words = wordsOfPlan(plan)
  const rank = words.length === 0 ? undefined : ((isInvalidRow(row) ? undefined : rankOf(store.texts.of(record, row), words)) ?? lastRank)
  return { id: record.id, keys: keysOf(plan, record, row as unknown as Readonly<Record<string, unknown>>, rank, store) }
}

/**
 * A filled view.
 * @param reach where the plan goes on from the rows of another: what those lead to
 * @param among items that hold all matches, where an index knows fewer than all
 * @param onError told when a filter throws; the item then does not match
 */
export function createSortedView(
  plan: QueryPlan,
  store: ItemStore,
  reach: Reach | undefined,
  among: (() => Iterable<ItemRecord>) | undefined,
  onError: (error: unknown) => void,
): SortedView {
  const types = plan.types === undefined ? undefined : new Set(plan.types)
  const words = wordsOfPlan(plan)
  const ownFields = fieldsOfPlan(plan)
  const fields = words.length === 0 ? ownFields : ownFields && new Set([...ownFields, ...store.texts.fieldsOf(plan.types)])
  const byPlace = plan.order.length === 0 && words.length === 0
  /** Of those with equal keys the ids rise and fall with the last of these. */
  const idSign = plan.order.at(-1)?.descending === true ? -1 : 1
  const ids = plan.ids === undefined ? undefined : new Set(plan.ids)
  const windows = new Set<Window>()
  const followers = new Set<Follower>()
  let entriesByRecord = new Map<ItemRecord, Entry>()

  const compare = (a: Place, b: Place): number => {
    for (let i = 0; i < a.keys.length; i++) {
      const difference = compareValues(a.keys[i], b.keys[i])
      if (difference !== 0) return plan.order[i]?.descending === true ? -difference : difference
    }
    return idSign * compareTexts(a.record.id, b.record.id)
  }
  let list = new SortedList<Entry>(compare)

  const accepts = createAccepts(plan, onError)

  const entryOf = (record: ItemRecord): Entry | undefined => {
    if (record.creation === undefined || types?.has(record.creation.type) === false || record.purged) return undefined
    if (plan.deleted !== 'show' && record.hidden !== (plan.deleted === 'only')) return undefined
    if (ids !== undefined && !ids.has(record.id)) return undefined
    if (plan.parentId !== undefined && (record.parentId ?? null) !== plan.parentId) return undefined
    if (reach?.has(record) === false) return undefined
    const row = store.rows.read(record)
    if (row === undefined || isInvalidRow(row) !== plan.invalid) return undefined
    const values = row as unknown as Readonly<Record<string, unknown>>
    if (plan.test !== undefined && !passes(values, plan.test)) return undefined
    const rank = words.length === 0 ? undefined : rankOf(store.texts.of(record, row as Item), words)
    if (words.length > 0 && rank === undefined) return undefined
    if (plan.filters.length > 0 && !accepts(row as Item)) return undefined
    return { record, keys: keysOf(plan, record, values, rank, store) }
  }

  const stands = ({ keys }: Entry, stretch: Stretch | undefined): boolean =>
    stretch === undefined || !(isBefore(keys, stretch) || isBehind(keys, stretch))

  /** The ranks of the first match in a stretch, and of the first behind the last. */
  const rangeOf = (stretch: Stretch | undefined): readonly [number, number] => {
    if (stretch === undefined) return [0, list.size]
    const start = list.rankOf(({ keys }) => isBefore(keys, stretch))
    return [
      start,
      Math.max(
        start,
        list.rankOf(({ keys }) => !isBehind(keys, stretch)),
      ),
    ]
  }

  /** The ranks of the first entry that a window shows, and of the first behind the last. */
  const shownBy = ({ after, offset, limit, stretch, isFalling }: Window): readonly [number, number] => {
    let [start, end] = rangeOf(stretch)
    if (after !== undefined) {
      const place: Place = { record: { id: after.id as ItemRecord['id'] }, keys: after.keys }
      const rank = list.rankOf((entry) => (isFalling ? compare(entry, place) < 0 : compare(entry, place) <= 0))
      if (isFalling) end = Math.min(end, rank)
      else start = Math.max(start, rank)
    }
    if (isFalling) {
      end = Math.max(start, end - offset)
      return [limit === undefined ? start : Math.max(start, end - limit), Math.max(start, end)]
    }
    start += offset
    return [start, Math.max(start, limit === undefined ? end : Math.min(end, start + limit))]
  }

  /** Whether a change can only have changed how a row looks. */
  const keepsPlace = ({ record, whole, placed, fields: changed, fitsBefore }: ItemChange): boolean => {
    if (whole || record.fits !== fitsBefore || fields === undefined) return false
    if (placed && (byPlace || plan.parentId !== undefined)) return false
    if (changed === undefined || fields.size === 0) return true
    if (store.rows.derives(record)) return false
    for (const field of changed) if (fields.has(field)) return false
    return true
  }

  const touch = (entry: Entry, countChanged: boolean): void => {
    if (countChanged) for (const follower of followers) follower.changed.add(entry.record)
    for (const window of windows) {
      if (window.dirty || !stands(entry, window.stretch)) continue
      if (window.countOnly) window.dirty = countChanged || window.after !== undefined || window.stretch !== undefined
      else window.dirty = window.last === undefined || (window.isFalling ? compare(window.last, entry) : compare(entry, window.last)) <= 0
    }
  }

  /** A row looks different and stays where it is. */
  const touchRow = (record: ItemRecord): void => {
    for (const window of windows) {
      if (window.dirty || window.countOnly) continue
      const entry = entriesByRecord.get(record)
      window.dirty = window.shown?.includes(record) ?? (entry !== undefined && stands(entry, window.stretch))
    }
  }

  const refill = (): void => {
    entriesByRecord = new Map()
    for (const record of candidates()) {
      const entry = entryOf(record)
      if (entry !== undefined) entriesByRecord.set(record, entry)
    }
    list = new SortedList<Entry>(compare, [...entriesByRecord.values()])
    for (const window of windows) window.dirty = true
    for (const follower of followers) follower.whole = true
  }

  const candidates = (): Iterable<ItemRecord> => {
    const { recordsById } = store.index
    if (plan.ids !== undefined) return plan.ids.flatMap((id) => recordsById.get(id) ?? [])
    if (reach !== undefined) return reach.candidates()
    if (among !== undefined) return among()
    return plan.parentId === undefined ? recordsById.values() : store.tree.children(plan.parentId ?? undefined)
  }

  const apply = (change: ItemChange): void => {
    const { record } = change
    if (ids?.has(record.id) === false) return
    if (keepsPlace(change)) {
      touchRow(record)
      return
    }
    const before = entriesByRecord.get(record)
    const after = entryOf(record)
    if (before === undefined && after === undefined) return
    const countChanged = before === undefined || after === undefined
    if (before !== undefined && after !== undefined && compare(before, after) === 0) {
      touchRow(record)
      return
    }
    if (before !== undefined) {
      list.delete(before)
      entriesByRecord.delete(record)
      touch(before, countChanged)
    }
    if (after !== undefined) {
      list.add(after)
      entriesByRecord.set(record, after)
      touch(after, countChanged)
    }
  }

  const readRecords = (window: Window): ItemRecord[] => {
    const { limit } = window
    const [start, end] = shownBy(window)
    const entries = list.slice(start, end - start)
    if (window.isFalling) entries.reverse()
    const records = entries.map(({ record }) => record)
    window.last = limit !== undefined && entries.length === limit ? (entries.at(-1) ?? window.last) : undefined
    window.shown = limit === undefined ? undefined : records
    window.dirty = false
    return records
  }

  refill()
  return {
    windows,
    followers,
    has: (record) => entriesByRecord.has(record),
    records: () => entriesByRecord.keys(),
    recordsIn(stretch) {
      const [start, end] = rangeOf(stretch)
      return list.slice(start, end - start).map(({ record }) => record)
    },
    countIn(stretch) {
      const [start, end] = rangeOf(stretch)
      return end - start
    },
    get size() {
      return list.size
    },
    refill,
    apply,
    applyAll(changes) {
      const removed = new Set<Entry>()
      const added: Entry[] = []
      for (const change of changes) {
        const before = entriesByRecord.get(change.record)
        if (before !== undefined && keepsPlace(change)) continue
        const after = entryOf(change.record)
        if ((before === undefined) !== (after === undefined)) for (const follower of followers) follower.changed.add(change.record)
        if (before !== undefined) removed.add(before)
        if (after !== undefined) added.push(after)
        if (after !== undefined) entriesByRecord.set(change.record, after)
        else entriesByRecord.delete(change.record)
      }
      if (removed.size > 0 || added.length > 0) list.replace(removed, added)
      for (const window of windows) window.dirty = true
    },
    readRecords,
    read: (window) => readRecords(window).map((record) => store.rows.read(record)!),
    count(window) {
      const [start, end] = shownBy(window)
      return end - start
    },
    pick({ offset, limit = Infinity, ...window }, passing) {
      let [start, end] = shownBy({ ...window, offset: 0, limit: undefined })
      const rows: Row[] = []
      let looked = 0
      while (start < end && rows.length < offset + limit) {
        const length = Math.min(walkLength, end - start)
        const entries = list.slice(window.isFalling ? end - length : start, length)
        if (window.isFalling) entries.reverse()
        if (window.isFalling) end -= length
        else start += length
        for (const { record } of entries) {
          if (rows.length >= offset + limit) break
          looked += 1
          const row = store.rows.read(record)!
          if (passing(row as Item)) rows.push(row)
        }
      }
      return { rows: rows.slice(offset), looked }
    },
  }
}

/** What an item is sorted by: fields, or how it fits what is searched for, or its place among its siblings; ancestors first by how deep they lie. */
function keysOf(
  plan: QueryPlan,
  record: ItemRecord,
  values: Readonly<Record<string, unknown>>,
  rank: number | undefined,
  store: ItemStore,
): readonly unknown[] {
  if (plan.order.length === 0 && rank !== undefined) return [rank]
  if (plan.order.length === 0) return plan.from?.step === 'ancestors' ? [store.tree.depthOf(record), record.position] : [record.position]
  return plan.order.map(({ field }) => {
    if (isStampField(field)) return store.rows.stamps(record)[field === '$.createdAt' ? 'createdAt' : 'updatedAt']
    return Object.hasOwn(values, field) ? values[field] : undefined
  })
}
