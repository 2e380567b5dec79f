import { compareTexts, compareValues } from './compareValues.ts'
import { passes } from './conditions.ts'
import type { InvalidItem, Item } from './item.ts'
import type { ItemRecord } from './itemIndex.ts'
import { isInvalidRow } from './itemRows.ts'
import type { ItemChange, ItemStore } from './itemStore.ts'
import { fieldsOfPlan, type QueryPlan } from './query.ts'
import { SortedList } from './sortedList.ts'

export type Row = Item | InvalidItem

/** A match, with the keys it is sorted by: its place can be found again after its item changed. */
export interface Entry {
  readonly record: ItemRecord
  readonly keys: readonly unknown[]
}

/** A part of a view that someone watches. */
export interface Window {
  readonly offset: number
  /** Undefined: to the end. */
  readonly limit: number | undefined
  /** Counts matches only. */
  readonly countOnly: boolean
  /** Set by the view when the rows may have changed. */
  dirty: boolean
  /** The last row shown where the window is full: what happens behind it does not matter. */
  last: Entry | undefined
  /** What it shows where it has a limit: far fewer records to look through than the matches. */
  shown: readonly ItemRecord[] | undefined
}

/** All matches of a query without offset and limit, sorted, kept up to date change by change. */
export interface SortedView {
  readonly windows: Set<Window>
  readonly size: number
  /** Takes over one change; the item's snapshot has been built since. */
  apply(change: ItemChange): void
  /** Takes over many changes by one merge. */
  applyAll(changes: readonly ItemChange[]): void
  /** Fills itself from the store again. */
  refill(): void
  /** Rows of a window; notes its last row. */
  read(window: Window): Row[]
}

/**
 * A filled view.
 * @param onError told when a filter throws; the item then does not match
 */
export function createSortedView(plan: QueryPlan, store: ItemStore, onError: (error: unknown) => void): SortedView {
  const fields = fieldsOfPlan(plan)
  const byPlace = plan.order.length === 0
  const ids = plan.ids === undefined ? undefined : new Set(plan.ids)
  const windows = new Set<Window>()
  let entriesByRecord = new Map<ItemRecord, Entry>()

  const compare = (a: Entry, b: Entry): number => {
    for (let i = 0; i < a.keys.length; i++) {
      const difference = compareValues(a.keys[i], b.keys[i])
      if (difference !== 0) return plan.order[i]?.descending === true ? -difference : difference
    }
    return compareTexts(a.record.id, b.record.id)
  }
  let list = new SortedList(compare)

  const accepts = (row: Item): boolean => {
    try {
      return plan.filters.every((filter) => filter(row as never))
    } catch (error) {
      onError(error)
      return false
    }
  }

  const entryOf = (record: ItemRecord): Entry | undefined => {
    if (record.creation?.type !== plan.type.name) return undefined
    if (plan.deleted !== 'show' && record.hidden !== (plan.deleted === 'only')) return undefined
    if (ids !== undefined && !ids.has(record.id)) return undefined
    if (plan.parentId !== undefined && record.parentId !== plan.parentId) return undefined
    const row = store.rows.read(record)
    if (row === undefined || isInvalidRow(row) !== plan.invalid) return undefined
    const values = row as unknown as Readonly<Record<string, unknown>>
    if (plan.test !== undefined && !passes(values, plan.test)) return undefined
    if (plan.filters.length > 0 && !accepts(row as Item)) return undefined
    return {
      record,
      keys: byPlace ? [record.position] : plan.order.map(({ field }) => (Object.hasOwn(values, field) ? values[field] : undefined)),
    }
  }

  /** Whether a change can only have changed how a row looks. */
  const keepsPlace = ({ record, whole, placed, fields: changed, fitsBefore }: ItemChange): boolean => {
    if (whole || record.fits !== fitsBefore || fields === undefined) return false
    if (placed && (byPlace || plan.parentId !== undefined)) return false
    for (const field of changed ?? []) if (fields.has(field)) return false
    return true
  }

  const touch = (entry: Entry, countChanged: boolean): void => {
    for (const window of windows) {
      if (window.countOnly) window.dirty ||= countChanged
      else if (!window.dirty) window.dirty = window.last === undefined || compare(entry, window.last) <= 0
    }
  }

  /** A row looks different and stays where it is. */
  const touchRow = (record: ItemRecord): void => {
    for (const window of windows) {
      if (!window.dirty && !window.countOnly) window.dirty = window.shown?.includes(record) ?? entriesByRecord.has(record)
    }
  }

  const refill = (): void => {
    entriesByRecord = new Map()
    for (const record of candidates()) {
      const entry = entryOf(record)
      if (entry !== undefined) entriesByRecord.set(record, entry)
    }
    list = new SortedList(compare, [...entriesByRecord.values()])
    for (const window of windows) window.dirty = true
  }

  const candidates = (): Iterable<ItemRecord> => {
    const { recordsById } = store.index
    if (plan.ids !== undefined) return plan.ids.flatMap((id) => recordsById.get(id) ?? [])
    return plan.parentId === undefined ? recordsById.values() : store.tree.children(plan.parentId)
  }

  const apply = (change: ItemChange): void => {
    const { record } = change
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

  refill()
  return {
    windows,
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
        if (before !== undefined) removed.add(before)
        if (after !== undefined) added.push(after)
        if (after !== undefined) entriesByRecord.set(change.record, after)
        else entriesByRecord.delete(change.record)
      }
      if (removed.size > 0 || added.length > 0) list.replace(removed, added)
      for (const window of windows) window.dirty = true
    },
    read(window) {
      const { offset, limit } = window
      const entries = list.slice(offset, limit ?? list.size)
      window.last = limit !== undefined && entries.length === limit ? (entries.at(-1) ?? window.last) : undefined
      window.shown = limit === undefined ? undefined : entries.map(({ record }) => record)
      window.dirty = false
      return entries.map(({ record }) => store.rows.read(record)!)
    },
  }
}
