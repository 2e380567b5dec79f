import type { IdentityId, ItemId } from '../shared/ids.ts'
import { equalValues } from './compareValues.ts'
import type { ModelName } from './defineType.ts'
import type { InvalidItem, Item, ItemMeta } from './item.ts'
import { storedField, storedFieldNames, type Creation, type ItemRecord } from './itemIndex.ts'
import type { TypeRegistry } from './typeRegistry.ts'
import { validateFields, type Fields } from './validateFields.ts'
import { createBudget, isPlainObject, readValue, type Value } from './values.ts'

/** Who made and who last changed an item, by the writers' clocks. */
export interface ItemStamps {
  readonly createdAt: number | undefined
  readonly createdBy: IdentityId | undefined
  readonly updatedAt: number | undefined
  readonly updatedBy: IdentityId | undefined
}

/** Snapshots of items: built and validated on read, kept on the record, cleared by the one who changes it. */
export interface ItemRows {
  /** The present snapshot, or undefined where there is no such item or the app does not know its type. */
  read(record: ItemRecord): Item | InvalidItem | undefined
  /** Builds the snapshot of an item that was just made of these fields, with what its type's schema made of them: nothing is read or checked again. */
  make(record: ItemRecord, raw: Fields, output: Fields): void
  /** Stored values met that could not be read, counted at each building of a snapshot. */
  readonly unreadableCount: number
}

/** The item's fields in user form, as stored: no defaults. */
export function readFields(record: ItemRecord, onUnreadable: () => void = () => undefined): Record<string, Value> {
  const fields: Record<string, Value> = {}
  // What creation wrote is one stored value, so its fields share one budget; this bounds what a peer makes us copy.
  const creationBudget = createBudget()
  for (const name of storedFieldNames(record)) {
    const value = readValue(storedField(record, name), record.later?.has(name) === true ? createBudget() : creationBudget)
    if (value === undefined) onUnreadable()
    else fields[name] = value
  }
  return fields
}

/** Whether a row is one that does not fit its type. */
export function isInvalidRow(row: Item | InvalidItem): row is InvalidItem {
  return !(row instanceof ItemSnapshot)
}

/** @param stampsOf who wrote an item; asked when `$` is first looked into */
export function createItemRows(types: TypeRegistry, stampsOf: (record: ItemRecord) => ItemStamps): ItemRows {
  let unreadableCount = 0
  const onUnreadable = (): void => {
    unreadableCount += 1
  }

  const build = (record: ItemRecord): Item | InvalidItem | undefined => {
    const creation = record.creation
    const type = creation === undefined ? undefined : types.get(creation.type)
    if (creation === undefined || type === undefined) return undefined
    const stale = record.staleRow
    const raw = readFields(record, onUnreadable)
    const result = validateFields(type, raw)
    record.fits = result.ok
    if (!result.ok) {
      if (stale !== undefined && isInvalidRow(stale) && equalValues(stale.raw, raw) && equalValues(stale.issues, result.error)) return stale
      return Object.freeze({ id: record.id, raw: freezeAll(raw), issues: Object.freeze(result.error) }) as InvalidItem
    }
    const snapshot = stale instanceof ItemSnapshot ? stale : undefined
    const fields = unite(raw, result.value, snapshot?.[content])
    const meta = metaOf(record, creation)
    if (snapshot !== undefined && snapshot[content] === fields && meta.equals(snapshot.$)) return snapshot as unknown as Item
    return new ItemSnapshot(record.id, fields, meta) as unknown as Item
  }

  const metaOf = (record: ItemRecord, { type, model }: Creation): SnapshotMeta =>
    new SnapshotMeta(type, model, record.parentId, record.hidden, () => stampsOf(record))

  return {
    make(record, raw, output) {
      record.fits = true
      record.row = new ItemSnapshot(record.id, unite(raw, output, undefined), metaOf(record, record.creation!)) as unknown as Item
    },
    read(record) {
      if (record.row !== undefined) return record.row
      const row = build(record)
      record.row = row
      record.staleRow = undefined
      return row
    },
    get unreadableCount() {
      return unreadableCount
    },
  }
}

/** Clears a record's snapshot; the next read builds one, and takes up the old where nothing differs. */
export function clearRow(record: ItemRecord): void {
  record.staleRow = record.row ?? record.staleRow
  record.row = undefined
}

const content = Symbol('content')

class ItemSnapshot {
  readonly id: ItemId
  readonly #fields: Fields
  readonly #meta: SnapshotMeta

  constructor(id: ItemId, fields: Fields, meta: SnapshotMeta) {
    this.id = id
    this.#fields = fields
    this.#meta = meta
    // A schema may name what the system keeps; it does not reach the snapshot.
    for (const name of Object.keys(fields)) if (name !== 'id' && name !== '$') (this as unknown as Fields)[name] = fields[name]
    Object.freeze(this)
  }

  get $(): SnapshotMeta {
    return this.#meta
  }

  get [content](): Fields {
    return this.#fields
  }
}

class SnapshotMeta implements ItemMeta {
  readonly type: string
  readonly model: ModelName
  readonly parentId: ItemId | undefined
  readonly deleted: boolean
  readonly #readStamps: () => ItemStamps
  #stamps: ItemStamps | undefined

  constructor(type: string, model: ModelName, parentId: ItemId | undefined, deleted: boolean, readStamps: () => ItemStamps) {
    this.type = type
    this.model = model
    this.parentId = parentId
    this.deleted = deleted
    this.#readStamps = readStamps
    Object.freeze(this)
  }

  get createdAt(): number | undefined {
    return this.#read().createdAt
  }

  get createdBy(): IdentityId | undefined {
    return this.#read().createdBy
  }

  get updatedAt(): number | undefined {
    return this.#read().updatedAt
  }

  get updatedBy(): IdentityId | undefined {
    return this.#read().updatedBy
  }

  equals(other: SnapshotMeta): boolean {
    return this.type === other.type && this.model === other.model && this.parentId === other.parentId && this.deleted === other.deleted
  }

  #read(): ItemStamps {
    if (this.#stamps !== undefined) return this.#stamps
    const stamps = this.#readStamps()
    // Inside the batch that creates the item nobody has signed it yet: ask again later.
    if (stamps.createdAt !== undefined) this.#stamps = stamps
    return stamps
  }
}

/**
 * What is read: the schema's output with the stored keys that it does not know, all the way down, so that an older app which writes an
 * object back keeps what a newer one put there. Parts equal to those of the snapshot before keep their identity.
 */
function unite<T>(raw: unknown, output: T, before: unknown): T {
  let united: unknown = output
  if (isPlainObject(output)) {
    const rawObject = isPlainObject(raw) ? raw : {}
    const beforeObject = isPlainObject(before) ? before : {}
    const object: Fields = {}
    for (const key of Object.keys(output)) {
      if (output[key] !== undefined) setOwn(object, key, unite(rawObject[key], output[key], beforeObject[key]))
    }
    for (const key of Object.keys(rawObject)) {
      if (!Object.hasOwn(output, key)) setOwn(object, key, unite(undefined, rawObject[key], beforeObject[key]))
    }
    united = object
  } else if (Array.isArray(output)) {
    const list: readonly unknown[] = output
    const rawList: readonly unknown[] = Array.isArray(raw) && raw.length === list.length ? raw : []
    united = list.map((entry, i) => unite(rawList[i], entry, Array.isArray(before) ? before[i] : undefined))
  } else {
    return (equalValues(before, output) ? before : output) as T
  }
  return (sameParts(before, united) ? before : Object.freeze(united)) as T
}

/** Whether two objects or lists hold the very same parts. */
function sameParts(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const [first, second] = [a as Fields, b as Fields]
  const keys = Object.keys(first)
  return keys.length === Object.keys(second).length && keys.every((key) => Object.hasOwn(second, key) && Object.is(first[key], second[key]))
}

function setOwn(object: Fields, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value
}

function freezeAll<T>(value: T): T {
  if (Array.isArray(value)) value.forEach(freezeAll)
  else if (isPlainObject(value)) Object.values(value).forEach(freezeAll)
  else return value
  return Object.freeze(value)
}
