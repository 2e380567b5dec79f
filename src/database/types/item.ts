import type { IdentityId, ItemId } from '../../shared/ids.ts'
import type { Reference } from './reference.ts'
import type { ModelName } from './defineModel.ts'
import type { AnyItemType, AnyLinkType, InputOf, OutputOf } from './defineType.ts'
import type { PathOf, ValueAt } from './fieldPath.ts'
import type { Value } from './values.ts'

declare const inputType: unique symbol

/** All the way down readonly; dates, bytes and references stay themselves. */
export type DeepReadonly<T> = T extends Date | Uint8Array | Reference | ((...args: never[]) => unknown)
  ? T
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

/** What is known about an item beside its fields. Lies on the prototype, so spread and JSON leave it out. */
export interface ItemMeta<Input = unknown> {
  readonly type: string
  readonly model: ModelName
  /** The item it lies under, undefined at the top. */
  readonly parentId: ItemId | undefined
  /** Milliseconds by the author's own clock (advisory); undefined inside the batch that creates it. */
  readonly createdAt: number | undefined
  readonly createdBy: IdentityId | undefined
  readonly updatedAt: number | undefined
  readonly updatedBy: IdentityId | undefined
  /** Where a link begins; undefined for what is no link. */
  readonly source: ItemId | undefined
  /** Where a link ends; undefined for what is no link. */
  readonly target: ItemId | undefined
  /**
   * How the text of a text item begins, in one line of at most 200 characters; undefined until that is known, and the item is another snapshot then. Its
   * document is opened for it only where it never was read before, or changed since.
   */
  readonly excerpt: string | undefined
  /** Deleted itself, or under something deleted; a link also where one of its ends is, or is not here. */
  readonly deleted: boolean
  /** Fields, and paths inside them, in which a value lost against one written at the same time, see `space.conflicts`. */
  readonly conflicts: readonly string[]
  /** Types only: what `update` takes. */
  readonly [inputType]?: Input
}

/** What is known about a link: it has both ends. */
export interface LinkMeta<Input = unknown> extends ItemMeta<Input> {
  readonly source: ItemId
  readonly target: ItemId
}

/**
 * An immutable snapshot of an item: the same object until its content changes. `Item<typeof Task>`, or `Item<{ title: string }>`.
 * Bytes and dates inside are copies; changing them changes nothing but the copy.
 */
export type Item<T = unknown> = T extends AnyItemType
  ? DeepReadonly<OutputOf<T>> & { readonly id: ItemId; readonly $: T extends AnyLinkType ? LinkMeta<InputOf<T>> : ItemMeta<InputOf<T>> }
  : DeepReadonly<T> & { readonly id: ItemId; readonly $: ItemMeta<T> }

/** An item whose content does not fit its type, as `query(Type).invalid('only')` lists it. */
export interface InvalidItem {
  readonly id: ItemId
  /** Its fields as they are stored. */
  readonly raw: { readonly [field: string]: Value }
  readonly issues: readonly ItemIssue[]
}

/** One thing that is wrong with an item's content. */
export interface ItemIssue {
  readonly message: string
  /** Keys from the item inwards; empty where the item as a whole is meant. */
  readonly path: readonly PropertyKey[]
}

/** An item or its id. */
export type ItemRef = string | { readonly id: string }

/** The fields to change, or paths inside them such as `'address.city'`; undefined unsets one. */
export type Patch<Input> = Input extends object
  ? { readonly [Field in keyof Input]?: Input[Field] | undefined } & {
      readonly [Path in Exclude<PathOf<Input>, keyof Input>]?: ValueAt<Input, Path> | undefined
    }
  : never
