import type { StandardSchemaV1 } from '@standard-schema/spec'
import { EchoError } from '../../shared/echoError.ts'
import type { AnyModelType, ModelName } from './defineModel.ts'
import { isFieldName } from './itemKeys.ts'
import { compileLenses, isVersionedName, type FieldStorages, type Lenses } from './lenses.ts'

/** A kind of item: a name that peers share, and the schema this app reads it by. Made by {@link defineType}. */
export interface ItemType<Name extends string = string, Input = unknown, Output = unknown> {
  readonly kind: 'item-type'
  readonly name: Name
  readonly schema: StandardSchemaV1<Input, Output>
  readonly model: ModelName
  /** Fields whose elements merge as a list. */
  readonly lists: readonly string[]
  /** Fields whose elements merge as a set. */
  readonly sets: readonly string[]
  /** Fields by which items are kept sorted, see {@link ItemTypeOptions.indexes}. */
  readonly indexes: readonly (readonly string[])[]
  /** Fields that are searched, see {@link ItemTypeOptions.search}. */
  readonly search: readonly string[]
  /** Whether items of it are links between two others. */
  readonly link: boolean
  /** Where fields that went through lenses are kept. */
  readonly storages: FieldStorages
}

/** A kind of link. Made by {@link defineLink}. */
export interface LinkType<Name extends string = string, Input = unknown, Output = unknown> extends ItemType<Name, Input, Output> {
  readonly link: true
}

// oxlint-disable-next-line typescript/no-explicit-any -- the constraint that every kind of link satisfies
export type AnyLinkType = LinkType<string, any, any>
// oxlint-disable-next-line typescript/no-explicit-any -- the constraint that every item type satisfies
export type AnyItemType = ItemType<string, any, any>
/** What `create` takes for a type: defaults may be left out. */
export type InputOf<T> = T extends ItemType<string, infer Input, unknown> ? Input : never
/** What is read back: defaults are filled in. */
export type OutputOf<T> = T extends ItemType<string, infer _Input, infer Output> ? Output : never

export interface ItemTypeOptions<Field extends string = string, Name extends string = string> {
  /**
   * What an item keeps beside its fields, in a document of its own: a plain or a rich text (`space.openText`, `useText`), or what a model of the app's lays
   * out. It stays what it was when the item was created. Default `object`: nothing.
   */
  readonly model?: 'object' | 'text' | 'rich-text' | AnyModelType
  /**
   * Array fields whose elements merge: what people insert, move and remove at the same time all holds, where a plain array is one value.
   * Such a field is never absent, at least `[]`. Meant for up to some hundred elements; use child items for more.
   */
  readonly lists?: readonly Field[]
  /** Array fields without order or double values that merge: read sorted. Never absent either. */
  readonly sets?: readonly Field[]
  /** Which version of the type the schema is, from 1, the default. Count up when a field is renamed or holds something else, and add a lens. */
  readonly version?: number
  /**
   * How the fields of each version follow from those of the version before, and back: apps of all versions then share a space, and each
   * reads what another wrote last. New optional fields need none. Not for lists and sets.
   * @example
   * defineType('task', z.object({ name: z.string(), priority: z.enum(['normal', 'high']) }), {
   *   version: 2,
   *   lenses: {
   *     1: {
   *       name: { from: 'title' },
   *       priority: { from: 'urgent', forward: (urgent: boolean) => (urgent ? 'high' : 'normal'), back: (priority) => priority === 'high' },
   *     },
   *   },
   * })
   */
  readonly lenses?: Lenses
  /**
   * Fields, or lists of fields, by which items are kept sorted from the first query on that can use it: `['owner', 'due']` answers
   * `where({ owner }).orderBy('due').limit(20)` without looking at another item. Each costs about 100 bytes an item and microseconds a write.
   */
  readonly indexes?: readonly (Name | readonly Name[])[]
  /**
   * Fields that `query(Type).search(text)` looks through, the most important first: texts, numbers and lists of them.
   * @example
   * const Note = defineType('note', z.object({ title: z.string(), tags: z.array(z.string()) }), { search: ['title', 'tags'] })
   */
  readonly search?: readonly Name[]
}

/** Names of the fields that hold an array. */
export type ArrayField<Input> = Input extends object
  ? { [Field in keyof Input & string]-?: Exclude<Input[Field], null | undefined> extends readonly unknown[] ? Field : never }[keyof Input &
      string]
  : never

/** Longest name of a type, in UTF-16 units. */
export const maxTypeNameLength = 128

/**
 * Defines a kind of item by any synchronous Standard Schema that does not transform: what it returns must fit it again, because only the
 * input is stored. So a default is filled in at every reading, by every peer: it must be the same each time, no new date or id, which `create`
 * is given instead. Types are known to peers by `name`.
 * @throws EchoError bad-schema for a name or schema that cannot be used
 * @example
 * const Task = defineType(
 *   'task',
 *   z.object({ title: z.string(), done: z.boolean().default(false), steps: z.array(z.string()), tags: z.array(z.string()) }),
 *   { lists: ['steps'], sets: ['tags'] },
 * )
 */
// oxlint-disable-next-line typescript/no-explicit-any -- any schema of an object
export function defineType<const Name extends string, Schema extends StandardSchemaV1<any, object>>(
  name: Name,
  schema: Schema,
  options: ItemTypeOptions<
    NoInfer<ArrayField<StandardSchemaV1.InferInput<Schema>>>,
    NoInfer<keyof StandardSchemaV1.InferOutput<Schema> & string>
  > = {},
): ItemType<Name, StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>> {
  return makeType(name, schema, options, false) as ItemType<Name, StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>>
}

/**
 * Defines a kind of link: a typed arrow from one item to another, with fields of its own. Made by `space.link`, an item in all else.
 * @throws EchoError bad-schema for a name or schema that cannot be used
 * @example
 * const Blocks = defineLink('blocks', z.object({ since: z.date().optional() }))
 */
// oxlint-disable-next-line typescript/no-explicit-any -- any schema of an object
export function defineLink<const Name extends string, Schema extends StandardSchemaV1<any, object>>(
  name: Name,
  schema: Schema,
): LinkType<Name, StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>> {
  return makeType(name, schema, {}, true) as LinkType<Name, StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>>
}

function makeType(name: string, schema: StandardSchemaV1, options: ItemTypeOptions, link: boolean): AnyItemType {
  if (typeof name !== 'string' || name.length === 0 || name.length > maxTypeNameLength || /\p{Surrogate}/u.test(name)) {
    throw new EchoError('bad-schema', `A type needs a name of 1 to ${maxTypeNameLength} characters.`)
  }
  const standard: unknown = (schema as { readonly '~standard'?: unknown } | undefined)?.['~standard']
  if (!isStandard(standard)) {
    throw new EchoError('bad-schema', `The type "${name}" needs a Standard Schema, such as one of zod or valibot.`)
  }
  const { lists = [], sets = [], version = 1, lenses = {} } = options as ItemTypeOptions
  const indexes = (options.indexes ?? []).map((fields) => Object.freeze(typeof fields === 'string' ? [fields] : [...fields]))
  if (indexes.some((fields) => fields.length === 0 || new Set(fields).size < fields.length)) {
    throw new EchoError('bad-schema', `The type "${name}" has an index without fields, or with one field twice. Name each field once.`)
  }
  const search: readonly string[] = options.search ?? []
  if (!Array.isArray(search) || new Set(search).size < search.length || search.some((field: unknown) => typeof field !== 'string')) {
    throw new EchoError('bad-schema', `The type "${name}" needs a list of fields as "search", each named once, such as ['title'].`)
  }
  const storages = compileLenses(name, version, lenses)
  const model = modelName(options.model)
  if (model === undefined) {
    throw new EchoError(
      'bad-schema',
      `The type "${name}" has an unknown model; use 'object', 'text', 'rich-text' or what defineModel returned.`,
    )
  }
  for (const field of lists) {
    if (sets.includes(field))
      throw new EchoError('bad-schema', `The type "${name}" has "${field}" both as a list and as a set. Choose one.`)
  }
  for (const field of [...namedFields(schema), ...lists, ...sets, ...indexes.flat(), ...search]) {
    if (!isFieldName(field) || isVersionedName(field)) {
      throw new EchoError(
        'bad-schema',
        `The type "${name}" has a field "${field}": id, $, @, __proto__, names with "/", "." or white space and names that end like "@2" are taken. Rename it.`,
      )
    }
  }
  for (const [field, { base }] of storages) {
    if (lists.includes(field) || sets.includes(field)) {
      throw new EchoError(
        'bad-schema',
        `The type "${name}" has a lens for "${field}", which merges. Give what it becomes a new name instead.`,
      )
    }
    if (base !== field && !storages.has(base) && namedFields(schema).includes(base)) {
      throw new EchoError(
        'bad-schema',
        `The type "${name}" has a new field "${base}", but "${field}" was that before and is kept there. Name the new one otherwise.`,
      )
    }
  }
  return Object.freeze({
    kind: 'item-type',
    name,
    schema,
    model,
    link,
    indexes: Object.freeze(indexes),
    search: Object.freeze([...search]),
    lists: Object.freeze([...lists]),
    sets: Object.freeze([...sets]),
    storages,
  })
}

function modelName(model: unknown = 'object'): ModelName | undefined {
  if (model === 'object' || model === 'text' || model === 'rich-text') return model
  const { kind, name } = (model ?? {}) as { readonly kind?: unknown; readonly name?: unknown }
  return kind === 'model' && typeof name === 'string' ? name : undefined
}

function isStandard(standard: unknown): boolean {
  if (typeof standard !== 'object' || standard === null) return false
  const { version, validate } = standard as Record<string, unknown>
  return version === 1 && typeof validate === 'function'
}

/** Field names, where the schema library shows them (zod: `shape`, valibot: `entries`); the standard itself does not, so writes check too. */
function namedFields(schema: object): string[] {
  const { shape, entries } = schema as { readonly shape?: unknown; readonly entries?: unknown }
  const fields = shape ?? entries
  return typeof fields === 'object' && fields !== null ? Object.keys(fields) : []
}
