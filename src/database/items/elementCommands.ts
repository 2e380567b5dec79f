import { EchoError } from '../../shared/echoError.ts'
import type { ItemId } from '../../shared/ids.ts'
import type { Random } from '../../shared/ports.ts'
import { equalValues } from '../types/compareValues.ts'
import type { ArrayField } from '../types/defineType.ts'
import { createElementId, kindOfField, readElements, setElementId, valuesOf, type Element } from './elements.ts'
import type { ItemMeta, ItemRef } from '../types/item.ts'
import type { ExistingItem, ItemFinder } from '../query/itemFinder.ts'
import { readFields } from './itemRows.ts'
import { planElements, type Draft } from './planElements.ts'
import type { TypeRegistry } from '../types/typeRegistry.ts'
import { assertWriteFits } from '../types/validateFields.ts'
import { readValue, storeValue } from '../types/values.ts'
import type { WriteBatch } from '../writeBatch.ts'

/** What an array field of an item holds. */
export type ElementOf<Input, Field> = Field extends keyof Input
  ? Exclude<Input[Field], null | undefined> extends readonly (infer One)[]
    ? One
    : never
  : never

/** An element by its place, from 0, or by its key. */
export type ElementRef = number | string

/** Commands on a list that merges. Each is one write, checked as any other; inside a batch they go together. */
export interface ItemList<Value> {
  /**
   * One key for each element, in the order of the list: stays with the element however it moves. For React's `key`, and to name an element
   * that others may move meanwhile.
   */
  keys(): readonly string[]
  /** Puts values before the element at `index`, from 0; the length of the list puts them last. */
  insert(index: number, ...values: Value[]): void
  /** Puts values at the end. */
  push(...values: Value[]): void
  /** Puts values at the start. */
  unshift(...values: Value[]): void
  /** Takes an element out; nothing happens where its key is gone already. */
  delete(element: ElementRef): void
  /** Moves an element to where it is at `index` afterwards; nothing happens where its key is gone already. */
  move(element: ElementRef, index: number): void
}

/** Commands on a set that merges. */
export interface ItemSet<Value> {
  /** Whether an equal value is in it. */
  has(value: Value): boolean
  /** Adds values; those that are there already are added again, so that they outlive a concurrent removal. */
  add(...values: Value[]): void
  /** Takes values out; those that are not there are left alone. */
  remove(...values: Value[]): void
}

/** `listOf` and `setOf` are named as a pair, since `set` writes a field. */
export interface ElementCommands {
  /**
   * A list field of an item, to change it element by element. What is read is the plain array on the item.
   * @throws EchoError wrong-kind where the type does not declare it, item-not-found, item-deleted, unknown-type; its commands also bad-value, value-too-large, read-only
   * @example
   * space.listOf(task, 'steps').push('Fill the can')
   */
  listOf<Input, Field extends ArrayField<Input>>(
    item: { readonly id: ItemId; readonly $: ItemMeta<Input> },
    field: Field,
  ): ItemList<ElementOf<Input, Field>>
  listOf(id: string, field: string): ItemList<unknown>
  /**
   * A set field of an item, to change it element by element. What is read is the sorted array on the item.
   * @throws EchoError as {@link ElementCommands.listOf}
   * @example
   * space.setOf(task, 'tags').add('urgent')
   */
  setOf<Input, Field extends ArrayField<Input>>(
    item: { readonly id: ItemId; readonly $: ItemMeta<Input> },
    field: Field,
  ): ItemSet<ElementOf<Input, Field>>
  setOf(id: string, field: string): ItemSet<unknown>
}

export interface ElementCommandPorts {
  readonly assertWritable: () => void
  readonly finder: ItemFinder
  readonly types: TypeRegistry
  readonly batch: WriteBatch
  readonly random: Random
  readonly authorTag: string
}

/** Commands on elements over a store. */
export function createElementCommands({ assertWritable, finder, types, batch, random, authorTag }: ElementCommandPorts): ElementCommands {
  /** The item now; a list or set may outlive what it was made for. */
  const find = (id: string, field: string, kind: 'list' | 'set'): ExistingItem => {
    const record = finder.findVisible(id, 'item')
    const { type } = record.creation
    if (kindOfField(types.require(type), field) !== kind) {
      throw new EchoError(
        'wrong-kind',
        `"${field}" is no ${kind} of "${type}". Declare it: defineType("${type}", schema, { ${kind}s: ["${field}"] }).`,
        { details: { id, field } },
      )
    }
    return record
  }

  const edit = (
    id: string,
    field: string,
    kind: 'list' | 'set',
    change: (before: readonly Element[]) => { readonly after: readonly Draft[]; readonly moved?: ReadonlySet<Draft> } | undefined,
  ): void => {
    assertWritable()
    const record = find(id, field, kind)
    const before = readElements(record, field, kind)
    const changed = change(before)
    if (changed === undefined) return
    const { after, moved = new Set() } = changed
    const plan = planElements(record, field, kind, { before, after, moved }, authorTag)
    const type = types.require(record.creation.type)
    const fields = readFields(record, type)
    assertWriteFits(type, { ...fields, [field]: valuesOf(after, kind) }, [[field]], fields)
    batch.run(() => {
      batch.set(plan.entries)
      batch.remove(plan.removed)
    })
  }

  const draftsOf = (field: string, values: readonly unknown[], idOf: (stored: unknown) => string): Draft[] =>
    values.map((value) => {
      const stored = storeValue(value, field)
      return { id: idOf(stored), stored, value: readValue(stored)! }
    })

  const listOf = (item: ItemRef, field: string): ItemList<unknown> => {
    const id = typeof item === 'string' ? item : item.id
    find(id, field, 'list')

    const insertAt = (index: (length: number) => number, values: readonly unknown[]): void =>
      edit(id, field, 'list', (before) => {
        const at = assertIndex(index(before.length), before.length)
        if (values.length === 0) return undefined
        return { after: before.toSpliced(at, 0, ...(draftsOf(field, values, () => createElementId(random)) as Element[])) }
      })

    return {
      keys: () => Object.freeze(readElements(find(id, field, 'list'), field, 'list').map((element) => element.id)),
      insert: (index, ...values) => insertAt(() => index, values),
      push: (...values) => insertAt((length) => length, values),
      unshift: (...values) => insertAt(() => 0, values),
      delete: (element) =>
        edit(id, field, 'list', (before) => {
          const rank = rankOf(before, element)
          return rank < 0 ? undefined : { after: before.toSpliced(rank, 1) }
        }),
      move: (element, index) =>
        edit(id, field, 'list', (before) => {
          const rank = rankOf(before, element)
          const to = assertIndex(index, before.length - 1)
          if (rank < 0 || rank === to) return undefined
          const moving = before[rank]!
          return { after: before.toSpliced(rank, 1).toSpliced(to, 0, moving), moved: new Set([moving]) }
        }),
    }
  }

  const setOf = (item: ItemRef, field: string): ItemSet<unknown> => {
    const id = typeof item === 'string' ? item : item.id
    find(id, field, 'set')
    const isOneOf = (drafts: readonly Draft[], element: Element): boolean =>
      drafts.some((draft) => draft.id === element.id || equalValues(draft.value, element.value))

    return {
      has: (value) => {
        const [draft] = draftsOf(field, [value], setElementId)
        return readElements(find(id, field, 'set'), field, 'set').some((element) => isOneOf([draft!], element))
      },
      add: (...values) =>
        edit(id, field, 'set', (before) => {
          const added = [...new Map(draftsOf(field, values, setElementId).map((draft) => [draft.id, draft])).values()]
          if (added.length === 0) return undefined
          return { after: [...before.filter((element) => !added.some((draft) => draft.id === element.id)), ...added] }
        }),
      remove: (...values) =>
        edit(id, field, 'set', (before) => {
          const gone = draftsOf(field, values, setElementId)
          const after = before.filter((element) => !isOneOf(gone, element))
          return after.length === before.length ? undefined : { after }
        }),
    }
  }

  return { listOf, setOf } as ElementCommands
}

function rankOf(elements: readonly Element[], element: ElementRef): number {
  if (typeof element === 'string') return elements.findIndex(({ id }) => id === element)
  return assertIndex(element, elements.length - 1)
}

function assertIndex(index: number, last: number): number {
  if (Number.isSafeInteger(index) && index >= 0 && index <= last) return index
  throw new EchoError('bad-value', `There is no place ${String(index)} in this list: places go from 0 to ${last} here.`)
}
