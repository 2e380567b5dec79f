import type * as Y from 'yjs'
import type { ItemId } from '../../shared/ids.ts'
import { isTextModel } from '../types/defineModel.ts'
import { createItemIndex, type ItemIndex, type ItemRecord, type KeyState } from './itemIndex.ts'
import { idOfKey } from '../types/itemKeys.ts'
import { clearRow, createItemRows, type ItemRows, type ItemWriters } from './itemRows.ts'
import { fieldOfKey } from '../types/lenses.ts'
import { createLinks, type Links } from '../graph/links.ts'
import { createSearchTexts, type SearchTexts } from '../search/searchTexts.ts'
import { createTree, type Tree } from '../graph/tree.ts'
import type { TypeRegistry } from '../types/typeRegistry.ts'

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

/** Index, tree, links and snapshots of one space, changed together. */
export interface ItemStore {
  readonly index: ItemIndex
  readonly tree: Tree
  readonly links: Links
  readonly rows: ItemRows
  /** What searches look at. */
  readonly texts: SearchTexts
  /** Takes over what keys say now. Never throws. */
  apply(entries: Iterable<readonly [string, KeyState]>): void
  /**
   * Says which keys the document has taken in: who wrote their items, and what lost in them, may be different now, also where the content is what it
   * was. What nobody has asked about costs nothing.
   */
  noteWritten(keys: Iterable<string>): void
  /** Says that something about items is to be read anew that is not in the map: `$.excerpt`. */
  touch(ids: Iterable<string>): void
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
  /** The text items that were purged since the last call, by whomever, or were when the map was loaded. */
  takePurged(): readonly ItemId[]
  /**
   * The items by which the trash may have changed since the last call, whether they are in it or not; undefined where so many changed, or so much,
   * that all is to be read anew.
   */
  takeTrashChanges(): ReadonlySet<ItemRecord> | undefined
}

/** How many changes are kept for the trash, which nobody may be looking at. */
const maxTrashChanges = 1000

/** An empty store. */
export function createItemStore(types: TypeRegistry, writers: ItemWriters): ItemStore {
  const rows = createItemRows(types, writers)
  const texts = createSearchTexts(types)
  let index = createItemIndex()
  let tree = createTree(index.recordsById)
  let links = createLinks(index.recordsById)
  let changesByRecord = new Map<ItemRecord, ItemChange>()
  let propertyChanged = false
  let trashChanges: Set<ItemRecord> | undefined
  let purged: ItemId[] = []
  let rowsBeforeBatch: Map<ItemRecord, ItemRecord['row']> | undefined

  const changeOf = (record: ItemRecord): ItemChange => {
    let change = changesByRecord.get(record)
    if (change === undefined) {
      change = { record, whole: false, placed: false, fields: undefined, otherTypes: undefined, fitsBefore: record.fits }
      changesByRecord.set(record, change)
    }
    if (rowsBeforeBatch?.has(record) === false) rowsBeforeBatch.set(record, record.row ?? record.staleRow)
    if (record.removed) noteTrash(record)
    clearRow(record)
    return change
  }

  const noteTrash = (record: ItemRecord): void => {
    if (trashChanges === undefined) return
    trashChanges.add(record)
    if (trashChanges.size > maxTrashChanges) trashChanges = undefined
  }

  const notePurged = ({ id, purged: isPurged, creation }: ItemRecord): void => {
    if (isPurged && isTextModel(creation?.model)) purged.push(id)
  }

  return {
    get index() {
      return index
    },
    get tree() {
      return tree
    },
    get links() {
      return links
    },
    rows,
    texts,
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
        if (change.kind === 'field') {
          const type = record.creation && types.get(record.creation.type)
          ;(changeOf(record).fields ??= new Set()).add(type === undefined ? change.field : fieldOfKey(type.storages, change.field))
        }
        if (change.kind === 'creation') {
          const entry = changeOf(record)
          entry.whole = true
          if (change.typeBefore !== undefined) (entry.otherTypes ??= new Set()).add(change.typeBefore)
        }
      }
      if (treeChanged.size === 0) return
      const repurged = new Set<ItemRecord>()
      const affected = tree.update(treeChanged, repurged)
      for (const record of affected) changeOf(record).placed = true
      for (const record of affected) treeChanged.add(record)
      for (const record of treeChanged) noteTrash(record)
      for (const record of links.update(treeChanged)) changeOf(record).whole = true
      for (const record of repurged) {
        changeOf(record).whole = true
        notePurged(record)
      }
    },
    touch(ids) {
      for (const id of ids) {
        const record = index.recordsById.get(id)
        // No field is called so: views take the new row, and what they are sorted by stays.
        if (record !== undefined) (changeOf(record).fields ??= new Set()).add('$')
      }
    },
    noteWritten(keys) {
      for (const key of keys) {
        const record = index.recordsById.get(idOfKey(key))
        if (record !== undefined && (record.aside !== undefined || record.removed)) changeOf(record)
      }
    },
    reload(map) {
      const before = index
      texts.forgetItems()
      index = createItemIndex()
      tree = createTree(index.recordsById)
      links = createLinks(index.recordsById)
      changesByRecord = new Map()
      propertyChanged = true
      trashChanges = undefined
      map.forEach((value, key) => index.apply(key, { present: true, value }))
      tree.update(index.recordsById.values())
      links.update(index.recordsById.values())
      for (const record of index.recordsById.values()) {
        const old = before.recordsById.get(record.id)
        record.staleRow = old?.row ?? old?.staleRow
        if (old?.purged !== true) notePurged(record)
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
    takePurged() {
      if (purged.length === 0) return purged
      // A batch that threw purged nothing.
      const taken = purged.filter((id) => index.recordsById.get(id)?.purged === true)
      purged = []
      return taken
    },
    takeTrashChanges() {
      const changes = trashChanges
      trashChanges = new Set()
      return changes
    },
    takePropertyChange() {
      const changed = propertyChanged
      propertyChanged = false
      return changed
    },
  }
}
