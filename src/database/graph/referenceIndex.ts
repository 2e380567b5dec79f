import type { ItemRecord } from '../items/itemIndex.ts'
import { isItemId } from '../types/itemKeys.ts'
import { isInvalidRow } from '../items/itemRows.ts'
import type { ItemChange, ItemStore } from '../items/itemStore.ts'
import { Reference } from '../types/reference.ts'

/** Which items refer to an item by one field. Built when first asked for, and kept. */
export interface ReferenceIndex {
  referring(id: string): Iterable<ItemRecord>
  idsOf(record: ItemRecord): readonly string[]
  sync(changes: readonly ItemChange[]): void
  refill(): void
}

/** The ids that a field's value refers to: a reference, an item's id as a text, or a list of those. */
export function idsIn(value: unknown): readonly string[] {
  if (value instanceof Reference) return [value.id]
  if (typeof value === 'string') return isItemId(value) ? [value] : []
  return Array.isArray(value) ? value.flatMap((part) => (Array.isArray(part) ? [] : idsIn(part))) : []
}

/** @param types names of the types whose items are looked at; undefined: all */
export function createReferenceIndex(types: readonly string[] | undefined, field: string, store: ItemStore): ReferenceIndex {
  const names = types === undefined ? undefined : new Set(types)
  let idsByRecord = new Map<ItemRecord, readonly string[]>()
  let recordsById = new Map<string, Set<ItemRecord>>()

  const read = (record: ItemRecord): readonly string[] => {
    if (record.creation === undefined || names?.has(record.creation.type) === false) return []
    const row = store.rows.read(record)
    if (row === undefined || isInvalidRow(row) || !Object.hasOwn(row, field)) return []
    return [...new Set(idsIn((row as unknown as Readonly<Record<string, unknown>>)[field]))]
  }

  const renew = (record: ItemRecord): void => {
    for (const id of idsByRecord.get(record) ?? []) {
      const records = recordsById.get(id)
      records?.delete(record)
      if (records?.size === 0) recordsById.delete(id)
    }
    const ids = read(record)
    if (ids.length === 0) idsByRecord.delete(record)
    else idsByRecord.set(record, ids)
    for (const id of ids) {
      const records = recordsById.get(id)
      if (records === undefined) recordsById.set(id, new Set([record]))
      else records.add(record)
    }
  }

  const refill = (): void => {
    idsByRecord = new Map()
    recordsById = new Map()
    for (const record of store.index.recordsById.values()) renew(record)
  }

  refill()
  return {
    referring: (id) => recordsById.get(id) ?? [],
    idsOf: (record) => idsByRecord.get(record) ?? [],
    sync(changes) {
      for (const { record } of changes) renew(record)
    },
    refill,
  }
}
