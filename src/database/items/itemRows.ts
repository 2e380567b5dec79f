import type { IdentityId, ItemId } from '../../shared/ids.ts'
import { fail } from '../../shared/result.ts'
import { equalValues } from '../types/compareValues.ts'
import { overlayLeaves } from './deepKeys.ts'
import type { ModelName } from '../types/defineModel.ts'
import type { AnyItemType } from '../types/defineType.ts'
import { createDerivedFields } from '../types/derivedFields.ts'
import { kindOfField, mergingFields, readElementValues } from './elements.ts'
import type { InvalidItem, Item, ItemIssue, ItemMeta } from '../types/item.ts'
import { storedField, storedFieldNames, type Creation, type ItemRecord, type ItemStamps } from './itemIndex.ts'
import { readThroughLenses } from '../types/lenses.ts'
import type { TypeRegistry } from '../types/typeRegistry.ts'
import { validateFields, type Fields } from '../types/validateFields.ts'
import { createBudget, isPlainObject, readValue, type Value } from '../types/values.ts'

/** Snapshots of items: built and validated on read, kept on the record, cleared by the one who changes it. */
export interface ItemRows {
  /** The present snapshot, or undefined where there is no such item or the app does not know its type. */
  read(record: ItemRecord): Item | InvalidItem | undefined
  /** Builds the snapshot of an item that was just made of these fields, with what its type's schema made of them: nothing is read or checked again. */
  make(record: ItemRecord, raw: Fields, output: Fields): void
  /** Who wrote an item; the same object until one of its keys is written. */
  stamps(record: ItemRecord): ItemStamps
  /** Whether any change of an item may change what is read at any of its fields; see derivedFields.ts. */
  derives(record: ItemRecord): boolean
  /** Stored values met that could not be read, counted at each building of a snapshot. */
  readonly unreadableCount: number
}

/**
 * The item's fields in user form, as stored: no defaults.
 * @param type says which fields are lists and sets that merge; those are never absent
 */
export function readFields(record: ItemRecord, type: AnyItemType, onUnreadable: () => void = () => undefined): Record<string, Value> {
  const fields: Record<string, Value> = {}
  // What creation wrote is one stored value, so its fields share one budget; this bounds what a peer makes us copy.
  const creationBudget = createBudget()
  for (const name of storedFieldNames(record)) {
    if (kindOfField(type, name) !== undefined) continue
    const value = readValue(storedField(record, name), record.later?.has(name) === true ? createBudget() : creationBudget)
    if (value === undefined) onUnreadable()
    else fields[name] = value
  }
  for (const [name, leaves] of record.leaves ?? []) {
    if (kindOfField(type, name) !== undefined) continue
    const value = overlayLeaves(fields[name], leaves, onUnreadable)
    if (value !== undefined) fields[name] = value
  }
  readThroughLenses(fields, type.storages)
  for (const name of mergingFields(type)) {
    const kind = kindOfField(type, name)!
    fields[name] = readElementValues(record, name, kind, onUnreadable)
  }
  return fields
}

/** Whether a row is one that does not fit its type. */
export function isInvalidRow(row: Item | InvalidItem): row is InvalidItem {
  return !(row instanceof ItemSnapshot)
}

const noEnds = fail<readonly ItemIssue[]>([{ message: 'A link needs a source and a target.', path: [] }])

/** What the document knows of an item beside its content. Asked when `$` is first looked into. */
export interface ItemWriters {
  stampsOf(record: ItemRecord): ItemStamps
  /** Fields and paths with a value that lost. */
  conflictsOf(record: ItemRecord): readonly string[]
  /** How its text begins; where that is not known, it is found out, and the item's row changes. */
  excerptOf(record: ItemRecord): string | undefined
  /** As {@link excerptOf}, without finding it out. */
  knownExcerptOf(record: ItemRecord): string | undefined
}

export function createItemRows(types: TypeRegistry, writers: ItemWriters): ItemRows {
  const derivedFields = createDerivedFields()
  let unreadableCount = 0
  const onUnreadable = (): void => {
    unreadableCount += 1
  }

  const build = (record: ItemRecord): Item | InvalidItem | undefined => {
    const creation = record.creation
    const type = creation === undefined ? undefined : types.get(creation.type)
    if (creation === undefined || type === undefined) return undefined
    const stale = record.staleRow
    const raw = readFields(record, type, onUnreadable)
    const result = type.link && creation.source === undefined ? noEnds : validateFields(type, raw)
    record.fits = result.ok
    if (!result.ok) {
      if (stale !== undefined && isInvalidRow(stale) && equalValues(stale.raw, raw) && equalValues(stale.issues, result.error)) return stale
      return Object.freeze({ id: record.id, raw: freezeAll(raw), issues: Object.freeze(result.error) }) as InvalidItem
    }
    const snapshot = stale instanceof ItemSnapshot ? stale : undefined
    derivedFields.note(type.name, raw, result.value, snapshot?.[content])
    const fields = unite(raw, result.value, snapshot?.[content])
    const meta = metaOf(record, creation)
    if (snapshot !== undefined && snapshot[content] === fields && meta.equals(snapshot.$)) {
      snapshot.$.follow(record)
      return snapshot as unknown as Item
    }
    return new ItemSnapshot(record.id, fields, meta) as unknown as Item
  }

  const known: ItemWriters = {
    stampsOf: (record) => ((record.aside ??= {}).stamps ??= writers.stampsOf(record)),
    conflictsOf: (record) => ((record.aside ??= {}).conflicts ??= writers.conflictsOf(record)),
    excerptOf: (record) => writers.excerptOf(record),
    knownExcerptOf: (record) => writers.knownExcerptOf(record),
  }
  const metaOf = (record: ItemRecord, creation: Creation): SnapshotMeta => new SnapshotMeta(creation, record, known)

  return {
    make(record, raw, output) {
      record.fits = true
      derivedFields.note(record.creation!.type, raw, output, undefined)
      record.row = new ItemSnapshot(record.id, unite(raw, output, undefined), metaOf(record, record.creation!)) as unknown as Item
    },
    read(record) {
      if (record.row !== undefined) return record.row
      const row = build(record)
      record.row = row
      record.staleRow = undefined
      return row
    },
    stamps: known.stampsOf,
    derives: (record) => derivedFields.has(record.creation?.type),
    get unreadableCount() {
      return unreadableCount
    },
  }
}

/** Clears a record's snapshot; the next read builds one, and takes up the old where nothing differs. */
export function clearRow(record: ItemRecord): void {
  record.staleRow = record.row ?? record.staleRow
  record.row = undefined
  record.aside = undefined
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
  readonly source: ItemId | undefined
  readonly target: ItemId | undefined
  readonly deleted: boolean
  #record: ItemRecord
  readonly #writers: ItemWriters
  #stamps: ItemStamps | undefined
  #conflicts: readonly string[] | undefined
  /** What somebody has seen of it; undefined: nobody has looked. */
  #seen: { readonly excerpt: string | undefined } | undefined

  constructor({ type, model, source, target }: Creation, record: ItemRecord, writers: ItemWriters) {
    this.type = type
    this.model = model
    this.parentId = record.parentId
    this.source = source
    this.target = target
    this.deleted = record.hidden
    this.#record = record
    this.#writers = writers
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

  get conflicts(): readonly string[] {
    return (this.#conflicts ??= this.#writers.conflictsOf(this.#record))
  }

  get excerpt(): string | undefined {
    if (this.#seen?.excerpt === undefined) this.#seen = { excerpt: this.#writers.excerptOf(this.#record) }
    return this.#seen.excerpt
  }

  /** The item's record is another one, after the document was replaced. */
  follow(record: ItemRecord): void {
    this.#record = record
  }

  /** Whether it says the same as the one of the snapshot before, as far as somebody has asked that one. */
  equals(other: SnapshotMeta): boolean {
    return (
      this.type === other.type &&
      this.model === other.model &&
      this.parentId === other.parentId &&
      this.source === other.source &&
      this.target === other.target &&
      this.deleted === other.deleted &&
      (other.#stamps === undefined || equalValues(this.#read(), other.#stamps)) &&
      (other.#conflicts === undefined || equalValues(this.conflicts, other.#conflicts)) &&
      (other.#seen === undefined || other.#seen.excerpt === this.#writers.knownExcerptOf(this.#record))
    )
  }

  #read(): ItemStamps {
    if (this.#stamps !== undefined) return this.#stamps
    const stamps = this.#writers.stampsOf(this.#record)
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

/** Freezes a value with all lists and objects in it; Dates and bytes cannot be. @returns the value */
export function freezeAll<T>(value: T): T {
  if (Array.isArray(value)) value.forEach(freezeAll)
  else if (isPlainObject(value)) Object.values(value).forEach(freezeAll)
  else return value
  return Object.freeze(value)
}
