import { EchoError } from '../../shared/echoError.ts'
import { createItemId, type ItemId } from '../../shared/ids.ts'
import type { Random } from '../../shared/ports.ts'
import { leavesUnder } from './deepKeys.ts'
import type { AnyItemType, AnyLinkType, InputOf } from '../types/defineType.ts'
import { createElementCommands, type ElementCommands } from './elementCommands.ts'
import { kindOfField, mergingFields } from './elements.ts'
import { changesOf, patchEntries, refuseKey } from './fieldChanges.ts'
import { withValueAt, type PathOf, type ValueAt } from '../types/fieldPath.ts'
import type { Item, ItemMeta, ItemRef, Patch } from '../types/item.ts'
import { createItemFinder, isItem } from '../query/itemFinder.ts'
import { ownParent, type ItemRecord } from './itemIndex.ts'
import { fieldKey, isFieldName, systemKey } from '../types/itemKeys.ts'
import { isVersionedName, writeThroughLenses } from '../types/lenses.ts'
import { readFields } from './itemRows.ts'
import type { ItemStore } from './itemStore.ts'
import { planWhole, type KeyPlan } from './planElements.ts'
import type { TypeRegistry } from '../types/typeRegistry.ts'
import { assertWriteFits } from '../types/validateFields.ts'
import { createBudget, readValue, storeValue } from '../types/values.ts'
import type { WriteBatch } from '../writeBatch.ts'

/** Where an item goes: under which parent (null: the top), before which of its children (default: last). */
export interface PlaceOptions {
  readonly parent?: ItemRef | null
  readonly before?: ItemRef
}

/** The synchronous writes. Each throws before it changes anything, or changes everything it says. */
export interface ItemCommands extends ElementCommands {
  /**
   * Makes an item, visible at once.
   * @throws EchoError unknown-type, bad-key, bad-value, value-too-large, bad-schema; item-not-found, item-deleted for the place; read-only;
   *   wrong-kind for a kind of link
   */
  create<T extends AnyItemType>(type: T, fields: InputOf<T>, options?: PlaceOptions): Item<T>
  /**
   * Makes a link from one item to another, visible at once and as long as both ends are. Delete and update it like any item.
   * @throws EchoError dangling-link where an end is not here or is deleted; wrong-kind for a type that defineLink did not make; as {@link create}
   * @example
   * space.link(wall, Blocks, roof, { since: new Date() })
   */
  link<T extends AnyLinkType>(source: ItemRef, type: T, target: ItemRef, fields: InputOf<T>): Item<T>
  /**
   * Changes fields, or what lies at paths inside them; undefined unsets. A value equal to the present one is not written.
   *
   * Of two who write one field at the same time one wins as a whole; of two who write at different paths inside it both do, and a path
   * holds beside a concurrent write of the whole field.
   * @throws EchoError item-not-found, item-deleted, unknown-type, bad-key, bad-value, value-too-large, read-only
   * @example
   * space.update(person, { name: 'Ada', 'address.city': 'Graz', 'address.zip': undefined })
   */
  update<Input>(item: { readonly id: ItemId; readonly $: ItemMeta<Input> }, patch: NoInfer<Patch<Input>>): void
  update(id: string, patch: Readonly<Record<string, unknown>>): void
  /**
   * Writes one field, or what lies at a path inside one: {@link ItemCommands.update} with one entry. Objects on the way are made.
   * @throws EchoError as {@link ItemCommands.update}
   * @example
   * space.set(person, 'address.city', 'Graz')
   */
  set<Input, Path extends PathOf<Input>>(
    item: { readonly id: ItemId; readonly $: ItemMeta<Input> },
    path: Path,
    value: NoInfer<ValueAt<Input, Path>>,
  ): void
  set(id: string, path: string, value: unknown): void
  /** Takes away one field, or what lies at a path inside one. @throws EchoError as {@link ItemCommands.update} */
  unset<Input>(item: { readonly id: ItemId; readonly $: ItemMeta<Input> }, path: NoInfer<PathOf<Input>>): void
  unset(id: string, path: string): void
  /** Hides an item and what lies under it, until restored. @throws EchoError item-not-found, read-only */
  delete(item: ItemRef): void
  /**
   * Undoes a deletion of this item; it stays hidden while something above is deleted. What came under a purged item at the same time goes to
   * the top.
   * @throws EchoError item-not-found, item-purged, read-only
   */
  restore(item: ItemRef): void
  /**
   * Hides an item and what lies under it for good: no query finds them, and no command or undo takes them, in no app and on no device.
   * It frees no storage. What others move out of it at the same time stays; what they put into it is
   * among the deleted, see `trash`.
   * @throws EchoError item-not-found, item-purged, read-only
   */
  purge(item: ItemRef): void
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
  const finder = createItemFinder(store)
  const { findItem, findVisible } = finder

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

  const update = (item: ItemRef, patch: unknown): void => {
    assertWritable()
    const record = findVisible(item, 'item')
    const type = types.require(record.creation.type)
    const before = readFields(record, type)
    const plain: [string, unknown][] = []
    const merging = new Map<string, ReturnType<typeof planWhole>>()
    for (const [path, value] of patchEntries(patch)) {
      const field = path.split('.', 1)[0]!
      const kind = kindOfField(type, field)
      if (kind === undefined) plain.push([path, value])
      else if (path !== field) refuseIndex(path, field, kind)
      else merging.set(field, planWhole(record, field, kind, value, { random, authorTag }))
    }
    const changes = changesOf(record, type.storages, before, plain)
    const lists = [...merging].filter(([, { entries, removed }]) => entries.length + removed.length > 0)
    if (changes.length + lists.length === 0) return
    let merged: Record<string, unknown> = before
    for (const { names, stored } of changes) {
      merged = withValueAt(merged, names, stored === undefined ? undefined : readValue(stored)) as Record<string, unknown>
    }
    for (const [field, { values }] of lists) merged = { ...merged, [field]: values }
    // What is written in parts must still fit into one value: someone else may write it back as a whole.
    for (const { names } of changes) if (names.length > 1 && merged[names[0]!] !== undefined) storeValue(merged[names[0]!], names[0]!)
    assertWriteFits(type, merged, [...changes.map(({ names }) => names), ...lists.map(([field]) => [field])], before)
    batch.run(() => {
      const keys = changes.flatMap((change) => change.keys)
      batch.set(keys.map(([path, stored]) => [fieldKey(record.id, path), stored]))
      batch.remove(keys.flatMap(([path]) => leavesUnder(record, path).map((leaf) => fieldKey(record.id, leaf))))
      for (const [, { entries, removed }] of lists) {
        batch.set(entries)
        batch.remove(removed)
      }
    })
  }

  const findEnd = (ref: ItemRef, role: string): ItemId => {
    const id = typeof ref === 'string' ? ref : ref.id
    const record = store.index.recordsById.get(id)
    if (!isItem(record) || record.removed) {
      throw new EchoError(
        'dangling-link',
        `The ${role} of the link is not here, or is deleted. Link items that are there; restore it first.`,
        { details: { id } },
      )
    }
    return record.id
  }

  const make = <T extends AnyItemType>(
    type: T,
    fields: InputOf<T>,
    options: PlaceOptions,
    ends: { readonly s?: ItemId; readonly e?: ItemId },
  ): Item<T> => {
    const known = types.require(type.name)
    const stored: Record<string, unknown> = {}
    const raw: Record<string, unknown> = {}
    const budget = createBudget()
    const id = createItemId(random)
    const elements: KeyPlan['entries'][number][] = []
    for (const [field, value] of patchEntries(fields)) {
      if (!isFieldName(field) || isVersionedName(field)) refuseKey(field)
      if (value === undefined || kindOfField(known, field) !== undefined) continue
      const storage = known.storages.get(field)
      const kept = storeValue(value, field, budget)
      raw[field] = readValue(kept)
      if (storage === undefined) stored[field] = kept
      else for (const [key, older] of writeThroughLenses(field, storage, kept, raw[field])) if (older !== undefined) stored[key] = older
    }
    for (const field of mergingFields(known)) {
      const given = Object.hasOwn(fields as object, field) ? (fields as Readonly<Record<string, unknown>>)[field] : undefined
      const { values, entries } = planWhole({ id }, field, kindOfField(known, field)!, given, { random, authorTag })
      raw[field] = values
      elements.push(...entries)
    }
    const output = assertWriteFits(known, raw, undefined, undefined)!
    const { parentId, sibling } = findPlace(options, undefined)
    const { order, respaced } = store.tree.place(parentId, sibling, undefined, authorTag)
    const creation = { t: known.name, m: known.model, f: stored, ...(parentId === undefined ? {} : { p: parentId }), o: order, ...ends }
    batch.run(() => {
      batch.set([[id, creation], ...elements, ...respaced.map(([record, position]) => [systemKey(record.id, 'order'), position] as const)])
      store.rows.make(store.index.recordsById.get(id)!, raw, output)
    })
    return store.rows.read(store.index.recordsById.get(id)!) as Item<T>
  }

  return {
    create(type, fields, options = {}) {
      assertWritable()
      if (types.require(type.name).link) {
        throw new EchoError(
          'wrong-kind',
          `Items of the type "${type.name}" are links. Make one by space.link(source, type, target, fields).`,
        )
      }
      return make(type, fields, options, {})
    },

    link(source, type, target, fields) {
      assertWritable()
      if (!types.require(type.name).link) {
        throw new EchoError('wrong-kind', `Items of the type "${type.name}" are no links. Define the type by defineLink.`)
      }
      return make(type, fields, {}, { s: findEnd(source, 'source'), e: findEnd(target, 'target') })
    },

    ...createElementCommands({ assertWritable, finder, types, batch, random, authorTag }),
    update,
    set: (item: ItemRef, path: string, value: unknown) => update(item, { [path]: value }),
    unset: (item: ItemRef, path: string) => update(item, { [path]: undefined }),

    delete(item) {
      assertWritable()
      const record = findItem(item)
      if (!record.deletedFlag) batch.run(() => batch.set([[systemKey(record.id, 'deleted'), true]]))
    },

    restore(item) {
      assertWritable()
      const record = findItem(item)
      const entries: [string, unknown][] = record.deletedFlag ? [[systemKey(record.id, 'deleted'), false]] : []
      if (record.parentId !== undefined && store.index.recordsById.get(record.parentId)?.purged === true) {
        entries.push([systemKey(record.id, 'parent'), [null, record.parentId]])
        entries.push([systemKey(record.id, 'order'), store.tree.place(undefined, undefined, record, authorTag).order])
      }
      if (entries.length > 0) batch.run(() => batch.set(entries))
    },

    purge(item) {
      assertWritable()
      const record = findItem(item)
      const entries: [string, unknown][] = [[systemKey(record.id, 'purged'), 'item']]
      if (!record.deletedFlag) entries.push([systemKey(record.id, 'deleted'), true])
      const open: ItemRecord[] = [record]
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        for (const child of store.tree.children(at.id)) {
          if (child.purgeMark === 'item') continue
          open.push(child)
          if (child.purgeMark === undefined) entries.push([systemKey(child.id, 'purged'), 'under'])
        }
      }
      batch.run(() => batch.set(entries))
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

function refuseIndex(path: string, field: string, kind: 'list' | 'set'): never {
  throw new EchoError(
    'bad-key',
    `"${path}" leads into a ${kind}. Change its elements by ${kind}Of(item, "${field}"), or write "${field}" as a whole.`,
  )
}
