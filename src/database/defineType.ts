import type { StandardSchemaV1 } from '@standard-schema/spec'
import { EchoError } from '../shared/echoError.ts'
import { isFieldName } from './itemKeys.ts'

/** How an item's content is kept: fields only, or fields and a text document of its own. */
export type ModelName = 'object' | 'text'

/** A kind of item: a name that peers share, and the schema this app reads it by. Made by {@link defineType}. */
export interface ItemType<Name extends string = string, Input = unknown, Output = unknown> {
  readonly kind: 'item-type'
  readonly name: Name
  readonly schema: StandardSchemaV1<Input, Output>
  readonly model: ModelName
}

// oxlint-disable-next-line typescript/no-explicit-any -- the constraint that every item type satisfies
export type AnyItemType = ItemType<string, any, any>
/** What `create` takes for a type: defaults may be left out. */
export type InputOf<T> = T extends ItemType<string, infer Input, unknown> ? Input : never
/** What is read back: defaults are filled in. */
export type OutputOf<T> = T extends ItemType<string, infer _Input, infer Output> ? Output : never

export interface ItemTypeOptions {
  /** Default `object`. */
  readonly model?: ModelName
}

/** Longest name of a type, in UTF-16 units. */
export const maxTypeNameLength = 128

/**
 * Defines a kind of item by any synchronous Standard Schema that does not transform: what it returns must fit it again, because only the
 * input is stored. Types are known to peers by `name`.
 * @throws EchoError bad-schema for a name or schema that cannot be used
 * @example
 * const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
 */
// oxlint-disable-next-line typescript/no-explicit-any -- any schema of an object
export function defineType<const Name extends string, Schema extends StandardSchemaV1<any, object>>(
  name: Name,
  schema: Schema,
  options: ItemTypeOptions = {},
): ItemType<Name, StandardSchemaV1.InferInput<Schema>, StandardSchemaV1.InferOutput<Schema>> {
  if (typeof name !== 'string' || name.length === 0 || name.length > maxTypeNameLength || /\p{Surrogate}/u.test(name)) {
    throw new EchoError('bad-schema', `A type needs a name of 1 to ${maxTypeNameLength} characters.`)
  }
  const standard: unknown = (schema as { readonly '~standard'?: unknown } | undefined)?.['~standard']
  if (!isStandard(standard)) {
    throw new EchoError('bad-schema', `The type "${name}" needs a Standard Schema, such as one of zod or valibot.`)
  }
  const { model = 'object' } = options
  if (model !== 'object' && model !== 'text') {
    throw new EchoError('bad-schema', `The type "${name}" has an unknown model; use 'object' or 'text'.`)
  }
  for (const field of namedFields(schema)) {
    if (!isFieldName(field)) {
      throw new EchoError(
        'bad-schema',
        `The type "${name}" has a field "${field}": id, $, __proto__ and names with "/" or "." are taken. Rename it.`,
      )
    }
  }
  return Object.freeze({ kind: 'item-type', name, schema, model }) as ItemType<
    Name,
    StandardSchemaV1.InferInput<Schema>,
    StandardSchemaV1.InferOutput<Schema>
  >
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
