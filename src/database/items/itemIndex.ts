import type { IdentityId, ItemId } from '../../shared/ids.ts'
import { isCustomModelName, type ModelName } from '../types/defineModel.ts'
import { equalValues } from '../types/compareValues.ts'
import type { InvalidItem, Item } from '../types/item.ts'
import { isFieldName, isItemId, parseItemKey, type ItemKey } from '../types/itemKeys.ts'
import { isPosition } from '../graph/positions.ts'
import { isPlainObject } from '../types/values.ts'

/**
 * The root map, item by item: what each key last said, checked for shape, and beside it what is derived from all of them (by tree.ts and
 * itemRows.ts). It never reads Yjs itself: it is loaded once and then told of each key, by a local write before Yjs knows of it.
 *
 * Invariant: after any sequence of {@link ItemIndex.apply} the records equal those of a fresh index over the same keys and values.
 * A record may exist before its creation key, or without it for ever; it is an item only with one. An attacker can write any value at any
 * key: what has not the right shape counts as absent, here as everywhere.
 */
export interface ItemRecord {
  readonly id: ItemId
  creation: Creation | undefined
  /** Later writes of fields, in stored form; undefined unsets. */
  later: Map<string, unknown> | undefined
  /** Later writes inside fields, by field and path, in stored form; see deepKeys.ts. */
  leaves: Map<string, Map<string, unknown>> | undefined
  /** Elements of lists and sets, by field and element; see elements.ts. */
  elements: Map<string, Map<string, ElementRecord>> | undefined
  /** The last move. */
  moved: Move | undefined
  /** The last position written beside the creation record; empty for none. */
  order: string
  /** Deleted itself. */
  deletedFlag: boolean
  /** Purged itself, or marked as what lay under something that was; undefined for neither. */
  purgeMark: PurgeMark | undefined

  /** Derived by the tree: the parent that holds after cycles are broken. */
  parentId: ItemId | undefined
  /** Derived by the tree: the position it is listed under. */
  position: string
  /** Derived by the tree: deleted itself or under something deleted. */
  removed: boolean
  /** Derived by the tree: purged itself, or still under the purged item that it was marked with. */
  purged: boolean
  /** Derived by the links: removed, or a link with an end that is removed or not here. */
  hidden: boolean

  /** The present snapshot, built on read. */
  row: Item | InvalidItem | undefined
  /** The snapshot before the last change; taken up again where nothing differs. */
  staleRow: Item | InvalidItem | undefined
  /** Whether the last snapshot built fitted its type. */
  fits: boolean | undefined
  /** What was asked about its writers since the last write; undefined where nothing was. */
  aside: ItemAside | undefined
}

/** What the structs of an item's keys say beside its content, found when it is asked for. */
export interface ItemAside {
  stamps?: ItemStamps
  conflicts?: readonly string[]
}

/** Who made and who last changed an item, by the writers' clocks. */
export interface ItemStamps {
  readonly createdAt: number | undefined
  readonly createdBy: IdentityId | undefined
  readonly updatedAt: number | undefined
  readonly updatedBy: IdentityId | undefined
}

export interface Creation {
  readonly type: string
  readonly model: ModelName
  /** Stored form. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly parentId: ItemId | undefined
  /** Empty for none. */
  readonly order: string
  /** Where a link begins and ends; either both or none. */
  readonly source: ItemId | undefined
  readonly target: ItemId | undefined
}

/** An element of a list or set as its keys say. */
export interface ElementRecord {
  /** Undefined while only its move is here. */
  readonly content: { readonly stored: unknown; readonly position: string; readonly writtenOut: boolean } | undefined
  /** Where it was moved last; empty for nowhere. */
  readonly moved: string
  /** Taken out of the plain list that it was written out of, or was to be. */
  readonly takenOut: boolean
}

export type PurgeMark = 'item' | 'under'

/** A parent and the one before it, which a broken cycle falls back to. */
export interface Move {
  readonly parentId: ItemId | undefined
  readonly parentBefore: ItemId | undefined
}

/** What a key changed. */
export type KeyChange =
  | { readonly kind: 'creation'; readonly record: ItemRecord; readonly typeBefore: string | undefined }
  | { readonly kind: 'field'; readonly record: ItemRecord; readonly field: string }
  | { readonly kind: 'parent' | 'order' | 'deleted' | 'purged'; readonly record: ItemRecord }
  | { readonly kind: 'property'; readonly name: string }

/** A key's value; `present: false` where the map does not have it. */
export type KeyState = { readonly present: true; readonly value: unknown } | { readonly present: false }

type ElementKey = Extract<ItemKey, { readonly kind: 'element' | 'element-order' }>
const noElement: ElementRecord = { content: undefined, moved: '', takenOut: false }

export const absent: KeyState = { present: false }

export interface ItemIndex {
  readonly recordsById: ReadonlyMap<string, ItemRecord>
  /** Properties of the space, in stored form. */
  readonly properties: ReadonlyMap<string, unknown>
  /** Keys met whose shape or value is none of ours, counted each time. */
  readonly ignoredCount: number
  /** Takes over what a key says now. @returns undefined where that changes nothing. Never throws. */
  apply(key: string, state: KeyState): KeyChange | undefined
}

/** An empty index. */
export function createItemIndex(): ItemIndex {
  const recordsById = new Map<string, ItemRecord>()
  const properties = new Map<string, unknown>()
  let ignoredCount = 0

  const recordOf = (id: ItemId): ItemRecord => {
    const existing = recordsById.get(id)
    if (existing !== undefined) return existing
    const record: ItemRecord = {
      id,
      creation: undefined,
      later: undefined,
      leaves: undefined,
      elements: undefined,
      moved: undefined,
      order: '',
      deletedFlag: false,
      purgeMark: undefined,
      parentId: undefined,
      position: '',
      removed: false,
      purged: false,
      hidden: false,
      row: undefined,
      staleRow: undefined,
      fits: undefined,
      aside: undefined,
    }
    recordsById.set(id, record)
    return record
  }

  /** Reads a system value; one of the wrong shape is counted and taken as absent. */
  const shaped = <T>(state: KeyState, read: (value: unknown) => T | undefined): T | undefined => {
    if (!state.present) return undefined
    const value = read(state.value)
    if (value === undefined) ignoredCount += 1
    return value
  }

  const applyProperty = (name: string, state: KeyState): KeyChange | undefined => {
    if (properties.has(name) === state.present && (!state.present || equalValues(properties.get(name), state.value))) return undefined
    if (state.present) properties.set(name, state.value)
    else properties.delete(name)
    return { kind: 'property', name }
  }

  const applyField = (record: ItemRecord, field: string, state: KeyState): KeyChange | undefined => {
    const had = record.later?.has(field) === true
    if (had === state.present && (!state.present || equalValues(record.later?.get(field), state.value))) return undefined
    if (state.present) (record.later ??= new Map()).set(field, state.value)
    else record.later?.delete(field)
    return { kind: 'field', record, field }
  }

  const applyLeaf = (record: ItemRecord, path: string, state: KeyState): KeyChange | undefined => {
    const field = path.slice(0, path.indexOf('.'))
    const leaves = record.leaves?.get(field)
    if ((leaves?.has(path) === true) === state.present && (!state.present || equalValues(leaves?.get(path), state.value))) return undefined
    if (state.present) {
      if (leaves === undefined) (record.leaves ??= new Map<string, Map<string, unknown>>()).set(field, new Map([[path, state.value]]))
      else leaves.set(path, state.value)
    } else {
      leaves!.delete(path)
      if (leaves!.size === 0) record.leaves!.delete(field)
    }
    return { kind: 'field', record, field }
  }

  const readElementOrder = (state: KeyState): Pick<ElementRecord, 'moved' | 'takenOut'> => {
    if (state.present && state.value === null) return { moved: '', takenOut: true }
    return { moved: shaped(state, (value) => (isPosition(value) ? value : undefined)) ?? '', takenOut: false }
  }

  const applyElement = (record: ItemRecord, { kind, field, element }: ElementKey, state: KeyState): KeyChange | undefined => {
    const before = record.elements?.get(field)?.get(element) ?? noElement
    const after: ElementRecord =
      kind === 'element' ? { ...before, content: shaped(state, readContent) } : { content: before.content, ...readElementOrder(state) }
    if (equalValues(before, after)) return undefined
    if (equalValues(after, noElement)) {
      const elements = record.elements!.get(field)!
      elements.delete(element)
      if (elements.size === 0) record.elements!.delete(field)
    } else {
      record.elements ??= new Map()
      const elements = record.elements.get(field)
      if (elements === undefined) record.elements.set(field, new Map([[element, after]]))
      else elements.set(element, after)
    }
    return { kind: 'field', record, field }
  }

  const applySystem = (
    record: ItemRecord,
    kind: 'creation' | 'parent' | 'order' | 'deleted' | 'purged',
    state: KeyState,
  ): KeyChange | undefined => {
    switch (kind) {
      case 'creation': {
        const typeBefore = record.creation?.type
        const creation = shaped(state, readCreation)
        if (equalValues(creation, record.creation)) return undefined
        record.creation = creation
        return { kind, record, typeBefore }
      }
      case 'parent': {
        const moved = shaped(state, readMove)
        if (equalValues(moved, record.moved)) return undefined
        record.moved = moved
        return { kind, record }
      }
      case 'order': {
        const order = shaped(state, (value) => (isPosition(value) ? value : undefined)) ?? ''
        if (order === record.order) return undefined
        record.order = order
        return { kind, record }
      }
      case 'deleted': {
        const deleted = shaped(state, (value) => (typeof value === 'boolean' ? value : undefined)) ?? false
        if (deleted === record.deletedFlag) return undefined
        record.deletedFlag = deleted
        return { kind, record }
      }
      case 'purged': {
        const mark = shaped(state, (value): PurgeMark | undefined => (value === 'item' || value === 'under' ? value : undefined))
        if (mark === record.purgeMark) return undefined
        record.purgeMark = mark
        return { kind, record }
      }
    }
  }

  return {
    recordsById,
    properties,
    get ignoredCount() {
      return ignoredCount
    },
    apply(key, state) {
      const parsed = parseItemKey(key)
      if (parsed === undefined) {
        ignoredCount += 1
        return undefined
      }
      if (parsed.kind === 'property') return applyProperty(parsed.name, state)
      const record = recordOf(parsed.id)
      if (parsed.kind === 'field') return applyField(record, parsed.field, state)
      if (parsed.kind === 'leaf') return applyLeaf(record, parsed.path, state)
      if (parsed.kind === 'element' || parsed.kind === 'element-order') return applyElement(record, parsed, state)
      return applySystem(record, parsed.kind, state)
    },
  }
}

/** The parent an item was last given, before cycles are broken. */
export function ownParent(record: ItemRecord): ItemId | undefined {
  return record.moved === undefined ? record.creation?.parentId : record.moved.parentId
}

/** The position an item was last given; empty for none. */
export function ownPosition(record: ItemRecord): string {
  return record.order === '' ? (record.creation?.order ?? '') : record.order
}

/** The stored form of a field now, undefined where it is unset. */
export function storedField(record: ItemRecord, field: string): unknown {
  if (record.later?.has(field) === true) return record.later.get(field)
  const fields = record.creation?.fields
  return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined
}

/** Names of the fields that have a stored value, in no particular order. */
export function storedFieldNames(record: ItemRecord): string[] {
  const names = Object.keys(record.creation?.fields ?? {}).filter((name) => isFieldName(name) && record.later?.has(name) !== true)
  for (const [name, value] of record.later ?? []) if (value !== undefined) names.push(name)
  return names
}

function readCreation(value: unknown): Creation | undefined {
  if (!isPlainObject(value)) return undefined
  const { t: type, m: model, f: fields, p: parentId, o: order, s: source, e: target } = value
  if (typeof type !== 'string' || !isPlainObject(fields)) return undefined
  return {
    type,
    // One that this app does not know is kept: it may learn it.
    model: model === 'text' || model === 'rich-text' || isCustomModelName(model) ? model : 'object',
    fields,
    parentId: isItemId(parentId) ? parentId : undefined,
    order: isPosition(order) ? order : '',
    ...(isItemId(source) && isItemId(target) ? { source, target } : { source: undefined, target: undefined }),
  }
}

function readContent(value: unknown): ElementRecord['content'] {
  if (!isPlainObject(value) || !Object.hasOwn(value, 'v')) return undefined
  return { stored: value['v'], position: isPosition(value['o']) ? value['o'] : '', writtenOut: value['w'] === true }
}

function readMove(value: unknown): Move | undefined {
  if (!Array.isArray(value)) return undefined
  const [parentId, parentBefore] = value as readonly unknown[]
  if (parentId !== null && !isItemId(parentId)) return undefined
  return { parentId: parentId ?? undefined, parentBefore: isItemId(parentBefore) ? parentBefore : undefined }
}
