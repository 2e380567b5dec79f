import type * as Y from 'yjs'
import { createItemIndex, type ItemIndex, type ItemRecord, type KeyState } from './itemIndex.ts'
import { clearRow, createItemRows, type ItemRows, type ItemStamps } from './itemRows.ts'
import { createTree, type Tree } from './tree.ts'
import type { TypeRegistry } from './typeRegistry.ts'

/** What changed about an item since the queries last looked. */
export interface ItemChange {
  readonly record: ItemRecord
  /** Anything may differ: it came, went, was hidden or shown, or its creation record changed. */
  whole: boolean
  /** Its parent or position changed. */
  placed: boolean
  /** Undefined for none: most changes make an item. */
  fields: Set<string> | undefined
  /** Other types it had in between; only a peer that rewrites a creation record changes that. */
  otherTypes: Set<string> | undefined
  /** Whether the snapshot before the change fitted; undefined where none was built. */
  readonly fitsBefore: boolean | undefined
}

/** Index, tree and snapshots of one space, changed together. */
export interface ItemStore {
  readonly index: ItemIndex
  readonly tree: Tree
  readonly rows: ItemRows
  /** Takes over what keys say now. Never throws. */
  apply(entries: Iterable<readonly [string, KeyState]>): void
  /** Starts again from a map, keeping the snapshots whose content is the same there. */
  reload(map: Y.Map<unknown>): void
  /** What {@link apply} changed since the last call. */
  takeChanges(): readonly ItemChange[]
  /** Remembers the snapshots from before a batch, so that {@link bringBackRows} can give them back if it fails. */
  rememberRows(remember: boolean): void
  /** Offers the remembered snapshots again to items whose content is as it was. */
  bringBackRows(): void
  /** Whether properties of the space changed since the last call. */
  takePropertyChange(): boolean
}

/** An empty store. */
export function createItemStore(types: TypeRegistry, stampsOf: (record: ItemRecord) => ItemStamps): ItemStore {
  const rows = createItemRows(types, stampsOf)
  let index = createItemIndex()
  let tree = createTree(index.recordsById)
  let changesByRecord = new Map<ItemRecord, ItemChange>()
  let propertyChanged = false
  let rowsBeforeBatch: Map<ItemRecord, ItemRecord['row']> | undefined

  const changeOf = (record: ItemRecord): ItemChange => {
    let change = changesByRecord.get(record)
    if (change === undefined) {
      change = { record, whole: false, placed: false, fields: undefined, otherTypes: undefined, fitsBefore: record.fits }
      changesByRecord.set(record, change)
    }
    if (rowsBeforeBatch?.has(record) === false) rowsBeforeBatch.set(record, record.row ?? record.staleRow)
    clearRow(record)
    return change
  }

  return {
    get index() {
      return index
    },
    get tree() {
      return tree
    },
    rows,
    apply(entries) {
      const treeChanged = new Set<ItemRecord>()
      for (const [key, state] of entries) {
        const known = index.recordsById.size
        const change = index.apply(key, state)
        if (change === undefined) continue
        if (change.kind === 'property') {
          propertyChanged = true
          continue
        }
        const { record } = change
        // A record that no key named before joins the tree, whatever the key was.
        if (change.kind !== 'field' || index.recordsById.size !== known) treeChanged.add(record)
        if (change.kind === 'field') (changeOf(record).fields ??= new Set()).add(change.field)
        if (change.kind === 'creation') {
          const entry = changeOf(record)
          entry.whole = true
          if (change.typeBefore !== undefined) (entry.otherTypes ??= new Set()).add(change.typeBefore)
        }
      }
      if (treeChanged.size === 0) return
      const hiddenBefore = new Map([...treeChanged].map((record) => [record, record.hidden]))
      for (const record of tree.update(treeChanged)) {
        const change = changeOf(record)
        change.placed = true
        // Only records that were named themselves have a known flag before; of the others it is the flag that changed, or their parent.
        if (hiddenBefore.get(record) !== record.hidden) change.whole = true
      }
    },
    reload(map) {
      const before = index
      index = createItemIndex()
      tree = createTree(index.recordsById)
      changesByRecord = new Map()
      propertyChanged = true
      map.forEach((value, key) => index.apply(key, { present: true, value }))
      tree.update(index.recordsById.values())
      for (const record of index.recordsById.values()) {
        const old = before.recordsById.get(record.id)
        record.staleRow = old?.row ?? old?.staleRow
      }
    },
    takeChanges() {
      const changes = [...changesByRecord.values()]
      if (changes.length > 0) changesByRecord = new Map()
      return changes
    },
    rememberRows(remember) {
      rowsBeforeBatch = remember ? new Map() : undefined
    },
    bringBackRows() {
      for (const [record, row] of rowsBeforeBatch ?? []) {
        record.row = undefined
        record.staleRow = row
      }
    },
    takePropertyChange() {
      const changed = propertyChanged
      propertyChanged = false
      return changed
    },
  }
}
