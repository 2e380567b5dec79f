import type { BaseRows } from '../items/baseRows.ts'
import type { ItemRecord } from '../items/itemIndex.ts'
import type { ItemStore } from '../items/itemStore.ts'
import type { Reach } from './reach.ts'
import type { ReferenceIndex } from './referenceIndex.ts'

/** Steps told by the item they lead to: children, links that begin here, links and references that point here. */
export function createReachDown(
  step: 'children' | 'links' | 'refs',
  base: BaseRows,
  store: ItemStore,
  references: ReferenceIndex | undefined,
): Reach {
  const isBase = (id: string | undefined): boolean => {
    const record = id === undefined ? undefined : store.index.recordsById.get(id)
    return record !== undefined && base.records.has(record)
  }

  const from = ({ id }: ItemRecord): Iterable<ItemRecord> => {
    if (step === 'children') return store.tree.children(id)
    if (step === 'links') return store.links.outgoing(id)
    return references === undefined ? store.links.incoming(id) : references.referring(id)
  }

  return {
    has(record) {
      if (step === 'children') return isBase(record.parentId)
      if (step === 'links') return isBase(record.creation?.source)
      return references === undefined ? isBase(record.creation?.target) : references.idsOf(record).some(isBase)
    },
    *candidates() {
      for (const record of base.records) yield* from(record)
    },
    sync(changes) {
      const affected = new Set<ItemRecord>()
      for (const record of base.sync()) for (const reached of from(record)) affected.add(reached)
      for (const { record, whole, placed, fields } of changes) {
        if (whole || placed || (references !== undefined && fields !== undefined)) affected.add(record)
      }
      return affected
    },
    refill() {},
  }
}
