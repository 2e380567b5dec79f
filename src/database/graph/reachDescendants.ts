import type { BaseRows } from '../items/baseRows.ts'
import type { ItemRecord } from '../items/itemIndex.ts'
import type { ItemStore } from '../items/itemStore.ts'
import type { Reach } from './reach.ts'

/**
 * Everything under the rows of a query. Which items that are is kept; after a move only the moved item asks whether it lies under one now,
 * and only where the answer is another than before is what lies under it walked.
 */
export function createReachDescendants(base: BaseRows, store: ItemStore): Reach {
  let within = new Set<ItemRecord>()

  const parentOf = ({ parentId }: ItemRecord): ItemRecord | undefined =>
    parentId === undefined ? undefined : store.index.recordsById.get(parentId)

  /** Makes an item and what lies under it agree with the item above. */
  const spread = (start: ItemRecord, affected: Set<ItemRecord>): void => {
    const open = [start]
    for (let record = open.pop(); record !== undefined; record = open.pop()) {
      const parent = parentOf(record)
      const isWithin = parent !== undefined && (base.records.has(parent) || within.has(parent))
      if (isWithin === within.has(record)) continue
      if (isWithin) within.add(record)
      else within.delete(record)
      affected.add(record)
      for (const child of store.tree.children(record.id)) open.push(child)
    }
  }

  const refill = (): void => {
    within = new Set()
    for (const record of base.records) for (const child of store.tree.children(record.id)) spread(child, new Set())
  }

  refill()
  return {
    has: (record) => within.has(record),
    candidates: () => within,
    sync(changes) {
      const affected = new Set<ItemRecord>()
      const flipped = base.sync()
      for (const { record, whole, placed } of changes) if (whole || placed) spread(record, affected)
      for (const record of flipped) for (const child of store.tree.children(record.id)) spread(child, affected)
      return affected
    },
    refill,
  }
}
