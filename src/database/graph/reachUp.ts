import type { BaseRows } from '../items/baseRows.ts'
import type { ItemRecord } from '../items/itemIndex.ts'
import { isInvalidRow } from '../items/itemRows.ts'
import type { ItemStore } from '../items/itemStore.ts'
import type { Reach } from './reach.ts'
import { idsIn } from './referenceIndex.ts'

/**
 * Steps told by the item they start from: its parent, all its ancestors, the ends of a link, what a field refers to. For each row is kept
 * where it leads, and for each item reached how many rows lead there.
 */
export function createReachUp(
  step: 'parent' | 'ancestors' | 'source' | 'target' | 'follow' | (string & {}),
  field: string | undefined,
  base: BaseRows,
  store: ItemStore,
): Reach {
  let idsByRecord = new Map<ItemRecord, readonly string[]>()
  let counts = new Map<string, number>()

  const idsFrom = (record: ItemRecord): readonly string[] => {
    switch (step) {
      case 'parent':
        return record.parentId === undefined ? [] : [record.parentId]
      case 'ancestors': {
        const ids: string[] = []
        for (let id = record.parentId; id !== undefined; id = store.index.recordsById.get(id)?.parentId) ids.push(id)
        return ids
      }
      case 'source':
        return record.creation?.source === undefined ? [] : [record.creation.source]
      case 'target':
        return record.creation?.target === undefined ? [] : [record.creation.target]
      default: {
        const row = store.rows.read(record)
        if (row === undefined || isInvalidRow(row) || field === undefined || !Object.hasOwn(row, field)) return []
        return [...new Set(idsIn((row as unknown as Readonly<Record<string, unknown>>)[field]))]
      }
    }
  }

  /** Reads again where an item leads. */
  const renew = (record: ItemRecord, affected: Set<ItemRecord>): void => {
    const before = idsByRecord.get(record) ?? []
    const after = base.records.has(record) ? idsFrom(record) : []
    if (after.length === 0) idsByRecord.delete(record)
    else idsByRecord.set(record, after)
    for (const id of after) count(id, 1, affected)
    for (const id of before) count(id, -1, affected)
  }

  const count = (id: string, difference: number, affected: Set<ItemRecord>): void => {
    const now = (counts.get(id) ?? 0) + difference
    if (now === 0) counts.delete(id)
    else counts.set(id, now)
    const record = store.index.recordsById.get(id)
    if (record !== undefined) affected.add(record)
  }

  const refill = (): void => {
    idsByRecord = new Map()
    counts = new Map()
    for (const record of base.records) renew(record, new Set())
  }

  refill()
  return {
    has: ({ id }) => counts.has(id),
    *candidates() {
      for (const id of counts.keys()) {
        const record = store.index.recordsById.get(id)
        if (record !== undefined) yield record
      }
    },
    sync(changes) {
      const affected = new Set<ItemRecord>()
      const due = new Set(base.sync())
      const moved = new Set<string>()
      for (const { record, whole, placed, fields } of changes) {
        if (whole || placed || fields !== undefined) due.add(record)
        if (step === 'ancestors' && (whole || placed) && counts.has(record.id)) moved.add(record.id)
      }
      // What lies above a moved item lies above everything under it.
      if (moved.size > 0) for (const [record, ids] of idsByRecord) if (ids.some((id) => moved.has(id))) due.add(record)
      for (const record of due) if (base.records.has(record) || idsByRecord.has(record)) renew(record, affected)
      return affected
    },
    refill,
  }
}
