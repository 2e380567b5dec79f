import type { RootDocument } from '../../documents/rootDocument.ts'
import type { IdentityId, ItemId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import { compareTexts } from '../types/compareValues.ts'
import type { InvalidItem, Item } from '../types/item.ts'
import { isItem, type ExistingItem } from '../query/itemFinder.ts'
import type { ItemRecord } from '../items/itemIndex.ts'
import { systemKey } from '../types/itemKeys.ts'
import { authorOfKey } from '../items/itemStamps.ts'
import type { ItemStore } from '../items/itemStore.ts'
import { createLiveSnapshot } from '../query/liveSnapshot.ts'
import type { LiveValue } from '../query/liveValue.ts'

/** Something deleted that nothing deleted lies above: to be restored or purged with all that lies under it. */
export interface DeletedItem {
  readonly id: ItemId
  readonly type: string
  /** What it says; undefined where this app does not know its type. */
  readonly row: Item | InvalidItem | undefined
  /** How many items lie under it, all the way down. */
  readonly count: number
  /** By the clock of who deleted it; undefined for what was put under something that was purged at the same time. */
  readonly deletedAt: number | undefined
  readonly deletedBy: IdentityId | undefined
}

/** What is deleted, the last deleted first. */
export type Trash = readonly DeletedItem[]

/**
 * The deleted items of a space as a live snapshot. The first reading costs what is deleted; a later one what lies under the entries that something
 * changed in, and a look at each of the others. Nothing is done while nobody reads.
 */
export function createTrash(root: RootDocument, store: ItemStore, clock: Clock, onError: (error: unknown) => void): LiveValue<Trash> {
  /** What changed since the last reading; undefined: anything. */
  let changes: Set<ItemRecord> | undefined
  const entries = new Map<ItemId, DeletedItem>()
  /** The entry that an item was counted in last, or that it is: an outdated one costs nothing but a look. */
  const owners = new WeakMap<ItemRecord, ItemId>()
  let shown: Trash = Object.freeze([])

  const ownerOf = (record: ItemRecord): ItemId | undefined => {
    const { topmostRemoved } = store.tree
    let at: ItemRecord | undefined = record
    while (at !== undefined && !topmostRemoved.has(at))
      at = at.removed && !at.purged ? store.index.recordsById.get(at.parentId ?? '') : undefined
    return at?.id
  }

  const countUnder = (record: ItemRecord): number => {
    let count = 0
    const open = [record]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      owners.set(at, record.id)
      for (const child of store.tree.children(at.id)) {
        if (child.purged) continue
        open.push(child)
        if (isItem(child)) count += 1
      }
    }
    return count
  }

  const entryOf = (record: ExistingItem): DeletedItem => {
    const author = record.deletedFlag ? authorOfKey(root, systemKey(record.id, 'deleted')) : undefined
    return {
      id: record.id,
      type: record.creation.type,
      row: store.rows.read(record),
      count: countUnder(record),
      deletedAt: author?.timeMs,
      deletedBy: author?.identity,
    }
  }

  /** What may have an entry, or another one, since the last reading. */
  const takeDue = (): Iterable<ItemId> => {
    const { recordsById } = store.index
    const { topmostRemoved } = store.tree
    const due = new Set<ItemId>()
    for (const record of changes ?? []) for (const owner of [owners.get(record), ownerOf(record)]) if (owner !== undefined) due.add(owner)
    const isWhole = changes === undefined
    changes = new Set()
    if (due.size === 0 && !isWhole) return due
    // What comes to lie under something deleted, or no longer does, has not changed itself.
    for (const { id } of topmostRemoved) if (isWhole || !entries.has(id)) due.add(id)
    for (const id of entries.keys()) {
      const record = recordsById.get(id)
      if (record === undefined || !topmostRemoved.has(record)) due.add(id)
    }
    return due
  }

  return createLiveSnapshot<Trash>({
    clock,
    onError,
    takeChange() {
      const taken = store.takeTrashChanges()
      if (taken === undefined) changes = undefined
      else for (const record of taken) changes?.add(record)
      return changes === undefined || changes.size > 0
    },
    make() {
      const changed: DeletedItem[] = []
      const gone = new Set<DeletedItem>()
      for (const id of takeDue()) {
        const record = store.index.recordsById.get(id)
        const old = entries.get(id)
        const entry = isItem(record) && store.tree.topmostRemoved.has(record) ? entryOf(record) : undefined
        if (old !== undefined && entry !== undefined && isSame(old, entry)) continue
        if (old !== undefined) gone.add(old)
        entries.delete(id)
        if (entry === undefined) continue
        entries.set(id, Object.freeze(entry))
        changed.push(entry)
      }
      if (changed.length === 0 && gone.size === 0) return shown
      // Two runs in order each are sorted by one merge.
      shown = Object.freeze([...shown.filter((entry) => !gone.has(entry)), ...changed.sort(compareEntries)].sort(compareEntries))
      return shown
    },
    isSame: (a, b) => a.length === b.length && a.every((entry, i) => entry === b[i]),
  })
}

function compareEntries(a: DeletedItem, b: DeletedItem): number {
  return (b.deletedAt ?? Infinity) - (a.deletedAt ?? Infinity) || compareTexts(a.id, b.id)
}

function isSame(a: DeletedItem, b: DeletedItem): boolean {
  return (Object.keys(a) as (keyof DeletedItem)[]).every((key) => a[key] === b[key])
}
