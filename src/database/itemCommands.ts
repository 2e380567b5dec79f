import { EchoError } from '../shared/echoError.ts'
import { createItemId, type ItemId } from '../shared/ids.ts'
import type { Random } from '../shared/ports.ts'
import { equalValues } from './compareValues.ts'
import type { AnyItemType, InputOf } from './defineType.ts'
import type { Item, ItemMeta, ItemRef, Patch } from './item.ts'
import { ownParent, storedField, type Creation, type ItemRecord } from './itemIndex.ts'
import { fieldKey, isFieldName, systemKey } from './itemKeys.ts'
import { readFields } from './itemRows.ts'
import type { ItemStore } from './itemStore.ts'
import type { TypeRegistry } from './typeRegistry.ts'
import { assertWriteFits } from './validateFields.ts'
import { createBudget, isPlainObject, readValue, storeValue } from './values.ts'
import type { WriteBatch } from './writeBatch.ts'

/** Where an item goes: under which parent (null: the top), before which of its children (default: last). */
export interface PlaceOptions {
  readonly parent?: ItemRef | null
  readonly before?: ItemRef
}

/** The synchronous writes. Each throws before it changes anything, or changes everything it says. */
export interface ItemCommands {
  /**
   * Makes an item, visible at once.
   * @throws EchoError unknown-type, bad-key, bad-value, value-too-large, bad-schema; item-not-found, item-deleted for the place; read-only
   */
  create<T extends AnyItemType>(type: T, fields: InputOf<T>, options?: PlaceOptions): Item<T>
  /**
   * Changes fields; undefined unsets one. A value equal to the present one is not written.
   * @throws EchoError item-not-found, item-deleted, unknown-type, bad-key, bad-value, value-too-large, read-only
   */
  update<Input>(item: { readonly id: ItemId; readonly $: ItemMeta<Input> }, patch: NoInfer<Patch<Input>>): void
  update(id: string, patch: Readonly<Record<string, unknown>>): void
  /** Hides an item and what lies under it, until restored. @throws EchoError item-not-found, read-only */
  delete(item: ItemRef): void
  /** Undoes a deletion of this item; it stays hidden while something above is deleted. @throws EchoError item-not-found, read-only */
  restore(item: ItemRef): void
  /**
   * Moves an item with all that lies under it.
   * @throws EchoError tree-cycle under itself; bad-value where `before` is no child of the parent; item-not-found, item-deleted, read-only
   */
  move(item: ItemRef, options: PlaceOptions): void
}

export interface ItemCommandPorts {
  /** Throws where nothing may be written now. */
  readonly assertWritable: () => void
  readonly store: ItemStore
  readonly types: TypeRegistry
  readonly batch: WriteBatch
  readonly random: Random
  readonly authorTag: string
}

/** Commands over a store. */
export function createItemCommands({ assertWritable, store, types, batch, random, authorTag }: ItemCommandPorts): ItemCommands {
  const findItem = (ref: ItemRef): ExistingItem => {
    const id = typeof ref === 'string' ? ref : ref.id
    const record = store.index.recordsById.get(id)
    if (!isItem(record))
      throw new EchoError('item-not-found', 'There is no item with this id in the space: look it up first, or wait until it has arrived.', {
        details: { id },
      })
    return record
  }

  const findVisible = (ref: ItemRef, role: string): ExistingItem => {
    const record = findItem(ref)
    if (record.hidden) {
      throw new EchoError('item-deleted', `The ${role} is deleted, or lies under something deleted. Restore that first.`, {
        details: { id: record.id },
      })
    }
    return record
  }

  const findPlace = (
    { parent, before }: PlaceOptions,
    present: ItemId | undefined,
  ): { readonly parentId: ItemId | undefined; readonly sibling: ItemRecord | undefined } => {
    const sibling = before === undefined ? undefined : findItem(before)
    const otherwise = sibling === undefined ? present : sibling.parentId
    const parentId = parent === undefined ? otherwise : parent === null ? undefined : findItem(parent).id
    if (sibling !== undefined && sibling.parentId !== parentId) {
      throw new EchoError(
        'bad-value',
        '`before` must be a child of the parent. Leave `parent` out to go beside the sibling, wherever it lies.',
        {
          details: { before: sibling.id },
        },
      )
    }
    // The present parent may be one that is not here (yet); a chosen one was found above.
    if (parentId !== undefined && isItem(store.index.recordsById.get(parentId))) findVisible(parentId, 'parent')
    return { parentId, sibling }
  }

  return {
    create<T extends AnyItemType>(type: T, fields: InputOf<T>, options: PlaceOptions = {}): Item<T> {
      assertWritable()
      const known = types.require(type.name)
      const stored: Record<string, unknown> = {}
      const raw: Record<string, unknown> = {}
      const budget = createBudget()
      for (const [field, value] of fieldEntries(fields)) {
        if (value === undefined) continue
        stored[field] = storeValue(value, field, budget)
        raw[field] = readValue(stored[field])
      }
      const output = assertWriteFits(known, raw, undefined, undefined)!
      const { parentId, sibling } = findPlace(options, undefined)
      const { order, respaced } = store.tree.place(parentId, sibling, undefined, authorTag)
      const id = createItemId(random)
      const creation = { t: known.name, m: known.model, f: stored, ...(parentId === undefined ? {} : { p: parentId }), o: order }
      batch.run(() => {
        batch.set([[id, creation], ...respaced.map(([record, position]) => [systemKey(record.id, 'order'), position] as const)])
        store.rows.make(store.index.recordsById.get(id)!, raw, output)
      })
      return store.rows.read(store.index.recordsById.get(id)!) as Item<T>
    },

    update(item: ItemRef, patch: unknown) {
      assertWritable()
      const record = findVisible(item, 'item')
      const type = types.require(record.creation.type)
      const changes = new Map<string, unknown>()
      for (const [field, value] of fieldEntries(patch)) {
        const stored = value === undefined ? undefined : storeValue(value, field)
        if (!equalValues(stored, storedField(record, field))) changes.set(field, stored)
      }
      if (changes.size === 0) return
      const before = readFields(record)
      const merged: Record<string, unknown> = { ...before }
      for (const [field, stored] of changes) {
        if (stored === undefined) delete merged[field]
        else merged[field] = readValue(stored)
      }
      assertWriteFits(type, merged, new Set(changes.keys()), before)
      batch.run(() => batch.set([...changes].map(([field, stored]) => [fieldKey(record.id, field), stored])))
    },

    delete(item) {
      assertWritable()
      const record = findItem(item)
      if (!record.deletedFlag) batch.run(() => batch.set([[systemKey(record.id, 'deleted'), true]]))
    },

    restore(item) {
      assertWritable()
      const record = findItem(item)
      if (record.deletedFlag) batch.run(() => batch.set([[systemKey(record.id, 'deleted'), false]]))
    },

    move(item, options) {
      assertWritable()
      const record = findItem(item)
      if (record.deletedFlag)
        throw new EchoError('item-deleted', 'A deleted item cannot be moved. Restore it first.', { details: { id: record.id } })
      const { parentId, sibling } = findPlace(options, record.parentId)
      if (sibling === record) return
      if (store.tree.isWithin(parentId, record.id)) {
        throw new EchoError('tree-cycle', 'An item cannot lie under itself or under one of its own descendants.', {
          details: { id: record.id },
        })
      }
      const entries: [string, unknown][] = []
      for (const healed of store.tree.healedBy(record, parentId)) {
        entries.push([systemKey(healed.id, 'parent'), [healed.parentId ?? null, healed.moved?.parentBefore ?? null]])
      }
      if (parentId !== record.parentId || parentId !== ownParent(record)) {
        entries.push([systemKey(record.id, 'parent'), [parentId ?? null, record.parentId ?? null]])
      }
      if (parentId !== record.parentId || !store.tree.isBefore(record, sibling)) {
        const { order, respaced } = store.tree.place(parentId, sibling, record, authorTag)
        entries.push([systemKey(record.id, 'order'), order])
        for (const [other, position] of respaced) entries.push([systemKey(other.id, 'order'), position])
      }
      if (entries.length > 0) batch.run(() => batch.set(entries))
    },
  }
}

type ExistingItem = ItemRecord & { readonly creation: Creation }

/** Whether a record is an item: its creation is here. */
export function isItem(record: ItemRecord | undefined): record is ExistingItem {
  return record?.creation !== undefined
}

function fieldEntries(fields: unknown): [string, unknown][] {
  if (!isPlainObject(fields)) throw new EchoError('bad-value', 'The fields of an item are given as a plain object: { title: "…" }.')
  const entries = Object.entries(fields)
  for (const [field] of entries) {
    if (!isFieldName(field)) {
      throw new EchoError(
        'bad-key',
        `"${field.slice(0, 40)}" cannot name a field: id, $, __proto__, names with "/" or "." and empty or very long ones are taken. Rename it.`,
      )
    }
  }
  return entries
}
