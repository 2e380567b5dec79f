import type { ItemRecord } from '../items/itemIndex.ts'

/**
 * Which links begin and end at an item, and which of them dangle: have an end that is not here, or is deleted, or lies under something
 * deleted. A dangling link is hidden and not lost.
 *
 * Whether an end counts is decided by the tree alone, never by whether that end is itself a link that dangles: so links at links make no
 * circle, and an incremental update gives what a fresh one gives.
 */
export interface Links {
  outgoing(id: string): Iterable<ItemRecord>
  incoming(id: string): Iterable<ItemRecord>
  /**
   * Takes over items that came, went, or were deleted or restored, by themselves or by what lies above, and sets the flag `hidden` of
   * those and of the links that end there.
   * @returns the items whose flag changed
   */
  update(changed: Iterable<ItemRecord>): Set<ItemRecord>
}

/** An index over records, empty until the first update. */
export function createLinks(recordsById: ReadonlyMap<string, ItemRecord>): Links {
  const outgoing = new Map<string, Set<ItemRecord>>()
  const incoming = new Map<string, Set<ItemRecord>>()
  const endsByLink = new Map<ItemRecord, readonly [source: string, target: string]>()

  const enlist = (record: ItemRecord): void => {
    const { source, target } = record.creation ?? {}
    const before = endsByLink.get(record)
    if (before?.[0] === source && before?.[1] === target) return
    if (before !== undefined) {
      remove(outgoing, before[0], record)
      remove(incoming, before[1], record)
      endsByLink.delete(record)
    }
    if (source === undefined || target === undefined) return
    add(outgoing, source, record)
    add(incoming, target, record)
    endsByLink.set(record, [source, target])
  }

  const isThere = (id: string): boolean => {
    const record = recordsById.get(id)
    return record?.creation !== undefined && !record.removed
  }

  return {
    outgoing: (id) => outgoing.get(id) ?? [],
    incoming: (id) => incoming.get(id) ?? [],
    update(changed) {
      const due = new Set(changed)
      for (const record of due) enlist(record)
      if (endsByLink.size > 0) {
        for (const record of [...due]) {
          for (const link of outgoing.get(record.id) ?? []) due.add(link)
          for (const link of incoming.get(record.id) ?? []) due.add(link)
        }
      }
      const affected = new Set<ItemRecord>()
      for (const record of due) {
        const ends = endsByLink.get(record)
        const hidden = record.removed || (ends !== undefined && !ends.every(isThere))
        if (hidden === record.hidden) continue
        record.hidden = hidden
        affected.add(record)
      }
      return affected
    },
  }
}

function add(index: Map<string, Set<ItemRecord>>, id: string, record: ItemRecord): void {
  const records = index.get(id)
  if (records === undefined) index.set(id, new Set([record]))
  else records.add(record)
}

function remove(index: Map<string, Set<ItemRecord>>, id: string, record: ItemRecord): void {
  const records = index.get(id)
  records?.delete(record)
  if (records?.size === 0) index.delete(id)
}
