import { utf8 } from '../../shared/bytes.ts'
import type { ItemId } from '../../shared/ids.ts'
import { maxTypeNameLength } from '../types/defineType.ts'
import { fromFileValue, toFileValue, type Json } from './fileValues.ts'
import { fieldKey, isFieldName, isItemId, systemKey } from '../types/itemKeys.ts'
import { isPosition } from '../graph/positions.ts'
import { createBudget, isPlainObject, maxValueBytes } from '../types/values.ts'

/**
 * An item in a file: what its keys in the root map say now, without their history. `keys` are those that this version gives no name of its own, by what
 * follows the id in them; `more` is what else its creation record says. So a file carries also what a newer version wrote.
 */
export interface FileItem {
  readonly id: string
  readonly type: string
  /** Left out for `object`. */
  readonly model?: string
  /** The item it lies under; left out at the top. */
  readonly parent?: string
  /** Its place among its siblings. */
  readonly position?: string
  readonly deleted?: true
  readonly fields: { readonly [name: string]: Json }
  readonly keys?: { readonly [rest: string]: Json }
  readonly more?: { readonly [name: string]: Json }
  /** What a text item says, where it has no formatting. */
  readonly text?: string
  /** What a text item says, piece by piece, where it has. */
  readonly delta?: readonly Json[]
  /** What the document of an item with another model holds (fileContents.ts). */
  readonly content?: { readonly [part: string]: Json }
}

/** A piece of a text, as Yjs inserts it. */
export interface TextPiece {
  readonly insert: string | object
  readonly attributes?: Readonly<Record<string, unknown>>
}

/** What an item of a file becomes. */
export interface DecodedItem {
  readonly id: ItemId
  readonly parent: ItemId | undefined
  /** Keys of the root map with their stored values. */
  readonly entries: readonly (readonly [string, unknown])[]
  /** Undefined for an item without a text, or with an empty one. */
  readonly pieces: readonly TextPiece[] | undefined
  /** Of an item with another model, to be decoded by fileContents.ts. */
  readonly content: unknown
}

const maxModelLength = 64
/** As rule G9 of the guard has it. */
const maxKeyBytes = 1024
/** As rules G6 and G7 of the guard have it. */
const maxJsonBytes = 64 * 1024
const maxJsonDepth = 30
const ownNames = new Set(['t', 'm', 'f', 'p', 'o'])
const itemNames = new Set(['id', 'type', 'model', 'parent', 'position', 'deleted', 'fields', 'keys', 'more', 'text', 'delta', 'content'])

/**
 * The item that some keys of the root map make, or undefined where they make none.
 * @param rests what follows the id in its keys, the creation record's empty text left out
 * @param read the value of a key
 */
export function fileItemOf(
  id: ItemId,
  rests: readonly string[],
  read: (key: string) => unknown,
  place: { readonly parent: ItemId | undefined; readonly position: string },
): FileItem | undefined {
  const creation = read(id)
  if (!isPlainObject(creation) || !isPlainObject(creation['f'])) return undefined
  const { t: type, m: model, f: created } = creation
  if (!isTypeName(type)) return undefined
  const stored = new Map(Object.entries(created as object).filter(([name]) => isFieldName(name)))
  const keys: Record<string, Json> = {}
  for (const rest of rests) {
    if (rest === '//parent' || rest === '//order' || rest === '//deleted') continue
    const field = fieldOf(rest)
    if (field !== undefined) stored.set(field, read(id + rest))
    else if (isRest(rest)) put(keys, rest, toFileValue(read(id + rest)))
  }
  const fields: Record<string, Json> = {}
  for (const [name, value] of stored) if (value !== undefined) put(fields, name, toFileValue(value))
  const more: Record<string, Json> = {}
  for (const [name, value] of Object.entries(creation)) {
    if (!ownNames.has(name) && isFieldName(name) && value !== undefined) put(more, name, toFileValue(value))
  }
  return {
    id,
    type,
    ...(isModel(model) && { model }),
    ...(place.parent !== undefined && { parent: place.parent }),
    ...(place.position !== '' && { position: place.position }),
    ...(read(systemKey(id, 'deleted')) === true && { deleted: true }),
    fields,
    ...(Object.keys(keys).length > 0 && { keys }),
    ...(Object.keys(more).length > 0 && { more }),
  }
}

/** What an item of a file becomes, or undefined where it is damaged. Never throws. */
export function decodeFileItem(json: unknown): DecodedItem | undefined {
  if (!isPlainObject(json) || Object.keys(json).some((name) => !itemNames.has(name))) return undefined
  const { id, type, model = 'object', parent, position, deleted, fields, keys = {}, more = {}, text, delta, content } = json
  if (!isItemId(id) || !isTypeName(type) || (model !== 'object' && !isModel(model))) return undefined
  if (parent !== undefined && (!isItemId(parent) || parent === id)) return undefined
  if ((position !== undefined && !isPosition(position)) || (deleted !== undefined && deleted !== true)) return undefined
  const pieces = text === undefined && delta === undefined ? [] : model === 'text' ? readPieces(text, delta) : undefined
  if (content !== undefined && (model === 'object' || model === 'text')) return undefined
  const given = readAll(fields, isFieldName)
  const others = readAll(keys, (rest) => isRest(rest) && fieldOf(rest) === undefined && !isSystem(rest))
  const rest = readAll(more, (name) => isFieldName(name) && !ownNames.has(name), createBudget())
  if (pieces === undefined || given === undefined || others === undefined || rest === undefined) return undefined
  const created: Record<string, unknown> = {}
  const entries: [string, unknown][] = [
    [
      id,
      {
        ...Object.fromEntries(rest),
        t: type,
        m: model,
        f: created,
        ...(parent !== undefined && { p: parent }),
        ...(position !== undefined && { o: position }),
      },
    ],
  ]
  // What was written later may be too much for one record.
  let room = maxValueBytes
  for (const [name, value, size] of given) {
    if (value === undefined) return undefined
    room -= size
    if (room > 0) created[name] = value
    else entries.push([fieldKey(id, name), value])
  }
  for (const [name, value] of others) entries.push([id + name, value])
  if (deleted === true) entries.push([systemKey(id, 'deleted'), true])
  return { id, parent, entries, pieces: pieces.length === 0 ? undefined : pieces, content }
}

/** The properties of a space in a file, as keys of the root map; undefined where they are damaged. Never throws. */
export function decodeProperties(json: unknown): readonly (readonly [string, unknown])[] | undefined {
  return readAll(json, isFieldName)?.map(([name, value]) => [`//${name}`, value])
}

/** A text as a file says it: as it is where it has no formatting, else piece by piece. */
export function fileTextOf(delta: readonly TextPiece[]): Pick<FileItem, 'text' | 'delta'> {
  const pieces = filePieces(delta)
  if (pieces.length === 0) return {}
  const isPlain = pieces.every(({ insert, attributes }) => typeof insert === 'string' && attributes === undefined)
  return isPlain ? { text: pieces.map(({ insert }) => insert as string).join('') } : { delta: pieces as never }
}

/** What a file can hold of a text: of what a peer wrote past every rule one embed or one format is left out, and nothing else. */
export function filePieces(delta: readonly TextPiece[]): TextPiece[] {
  return delta.flatMap(({ insert, attributes = {} }) => {
    if (typeof insert !== 'string' && !isEmbed(insert)) return []
    const kept = Object.entries(attributes).filter(([name, value]) => isFormat({ [name]: value }))
    return [{ insert, ...(kept.length > 0 && { attributes: Object.fromEntries(kept) }) }]
  })
}

function readAll(
  json: unknown,
  isName: (name: string) => boolean,
  shared?: ReturnType<typeof createBudget>,
): (readonly [name: string, value: unknown, size: number])[] | undefined {
  if (!isPlainObject(json)) return undefined
  const all: [string, unknown, number][] = []
  for (const name of Object.keys(json)) {
    const budget = shared ?? createBudget()
    const value = isName(name) ? fromFileValue(json[name], budget) : 'bad'
    if (value === 'bad') return undefined
    all.push([name, value.value, 3 * (name.length + maxValueBytes - budget.bytes)])
  }
  return all
}

/** The pieces of a text in a file, or undefined where they are damaged. Never throws. */
export function readPieces(text: unknown, delta: unknown): readonly TextPiece[] | undefined {
  if (delta === undefined) return typeof text !== 'string' ? undefined : text === '' ? [] : [{ insert: wellFormed(text) }]
  if (text !== undefined || !Array.isArray(delta)) return undefined
  const pieces: TextPiece[] = []
  for (const piece of delta as readonly unknown[]) {
    if (!isPlainObject(piece) || Object.keys(piece).some((name) => name !== 'insert' && name !== 'attributes')) return undefined
    const { insert, attributes } = piece
    const content = typeof insert === 'string' && insert !== '' ? wellFormed(insert) : isEmbed(insert) ? insert : undefined
    if (content === undefined || (attributes !== undefined && !isFormat(attributes))) return undefined
    pieces.push({ insert: content, ...(attributes !== undefined && { attributes }) })
  }
  return pieces
}

function isEmbed(value: unknown): value is object {
  return isPlainObject(value) && isSmallJson(value)
}

function isFormat(value: unknown): value is Record<string, unknown> {
  return isPlainObject(value) && Object.keys(value).every((name) => isKey(name) && name.length > 0 && isSmallJson(value[name]))
}

function isSmallJson(value: unknown): boolean {
  return isJson(value, 1) && utf8(JSON.stringify(value)).length <= maxJsonBytes
}

function isJson(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (depth > maxJsonDepth) return false
  return Object.entries(value).every(([key, part]) => key !== '__proto__' && isJson(part, depth + 1))
}

function isTypeName(type: unknown): type is string {
  return typeof type === 'string' && type.length > 0 && type.length <= maxTypeNameLength && !/\p{Surrogate}/u.test(type)
}

function isModel(model: unknown): model is string {
  return (
    typeof model === 'string' && model.length > 0 && model !== 'object' && model.length <= maxModelLength && !/\p{Surrogate}/u.test(model)
  )
}

/** The field that a key's rest names, if that is all it does. */
function fieldOf(rest: string): string | undefined {
  return rest.startsWith('/') && isFieldName(rest.slice(1)) ? rest.slice(1) : undefined
}

function isSystem(rest: string): boolean {
  return rest === '//parent' || rest === '//order' || rest === '//deleted'
}

/** Whether a text can follow an id in a key. */
function isRest(rest: string): boolean {
  return rest.length > 1 && rest.startsWith('/') && isKey(rest)
}

function isKey(text: string): boolean {
  return text.length <= maxKeyBytes && utf8(text).length + 22 <= maxKeyBytes && text !== '__proto__' && !/\p{Surrogate}/u.test(text)
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}

function put(object: Record<string, Json>, name: string, value: Json | undefined): void {
  if (value !== undefined && name !== '__proto__') object[name] = value
}
