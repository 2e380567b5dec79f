import type { ItemId } from '../../shared/ids.ts'

/**
 * The keys of the root map:
 *
 *     <id>               creation record { t: type, m: model, f: fields, p?: parent id, o?: position, s?: source id, e?: target id },
 *                        one value; s and e make it a link
 *     <id>/<field>       a later write of one field; an explicit undefined unsets it
 *     <id>/<path>        a later write inside a field, such as address.city; lies over the field, an explicit undefined takes away
 *     <id>/<field>/<element>       an element of a list { v: value, o: position } or of a set { v: value }, with w: true where it was
 *                                  written out of a plain list
 *     <id>/<field>/<element>/@o    where an element of a list was moved; null: it was taken out of a plain list
 *     <id>//parent       [parent id | null, parent before | null]
 *     <id>//order        position among the siblings
 *     <id>//deleted      boolean
 *     <id>//purged       'item', or 'under' for what lay under it then
 *     //<property>       a property of the space itself, such as //name
 *
 * `<id>` is 22 base64url characters. A field name has no `/`, so it never reaches a system key (two slashes), and no `.`, which parts the
 * names of a path. Keys of any other shape are left alone: a newer version may have written them.
 */
export type ItemKey =
  | { readonly kind: 'creation' | 'parent' | 'order' | 'deleted' | 'purged'; readonly id: ItemId }
  | { readonly kind: 'field'; readonly id: ItemId; readonly field: string }
  | { readonly kind: 'leaf'; readonly id: ItemId; readonly path: string }
  | { readonly kind: 'element' | 'element-order'; readonly id: ItemId; readonly field: string; readonly element: string }
  | { readonly kind: 'property'; readonly name: string }

const idLength = 22
/** Greatest number of names in a path. */
const maxPathLength = 16
/** In UTF-16 units: a key of the root map holds at most 1,024 bytes. */
const maxPathUnits = 256
const slash = 47
// 16 bytes leave four spare bits in the last digit; only those four digits have them zero, so each id has one text.
const idPattern = /^[A-Za-z0-9_-]{21}[AQgw]$/
/** 9 random bytes in a list, 16 of a hash in a set. */
const elementPattern = /^(?:[A-Za-z0-9_-]{12}|[A-Za-z0-9_-]{21}[AQgw])$/
const namePattern = /^[^/.\s\p{Surrogate}]{1,128}$/u

/** Whether a text is an item id in its only form. */
export function isItemId(text: unknown): text is ItemId {
  return typeof text === 'string' && text.length === idLength && idPattern.test(text)
}

/** The id that a key of an item begins with; no item's id for other keys. */
export function idOfKey(key: string): string {
  return key.slice(0, idLength)
}

/** Whether a field may have this name: 1 to 128 code points, no `/`, `.` or white space, not `id`, `$`, `@` or `__proto__`. */
export function isFieldName(name: string): boolean {
  return name !== 'id' && name !== '$' && isPathSegment(name)
}

/** Whether a path may go on with this name: as {@link isFieldName}, but inside an object `id` and `$` are names like others. */
export function isPathSegment(name: string): boolean {
  return name !== '@' && name !== '__proto__' && namePattern.test(name)
}

/** What a key of the root map stands for, or undefined where it is none of ours. Never throws. */
export function parseItemKey(key: string): ItemKey | undefined {
  if (key.startsWith('//')) {
    const name = key.slice(2)
    return isFieldName(name) ? { kind: 'property', name } : undefined
  }
  if (key.length < idLength) return undefined
  if (key.length > idLength && key.charCodeAt(idLength) !== slash) return undefined
  const id = key.slice(0, idLength)
  if (!isItemId(id)) return undefined
  if (key.length === idLength) return { kind: 'creation', id }
  const rest = key.slice(idLength + 1)
  if (rest.charCodeAt(0) !== slash) {
    if (rest.includes('/')) return parseElement(id, rest)
    if (rest.includes('.')) return parsePath(rest) === undefined ? undefined : { kind: 'leaf', id, path: rest }
    return isFieldName(rest) ? { kind: 'field', id, field: rest } : undefined
  }
  const system = rest.slice(1)
  return system === 'parent' || system === 'order' || system === 'deleted' || system === 'purged' ? { kind: system, id } : undefined
}

function parseElement(id: ItemId, rest: string): ItemKey | undefined {
  const [field = '', element = '', suffix, ...more] = rest.split('/', 4)
  if (!isFieldName(field) || !elementPattern.test(element) || more.length > 0) return undefined
  if (suffix === undefined) return { kind: 'element', id, field, element }
  return suffix === '@o' ? { kind: 'element-order', id, field, element } : undefined
}

/** The names of a path such as `address.city`, or undefined where it is none. */
export function parsePath(path: string): readonly string[] | undefined {
  const names = path.split('.')
  if (names.length > maxPathLength || path.length > maxPathUnits || !isFieldName(names[0]!)) return undefined
  return names.every((name, i) => i === 0 || isPathSegment(name)) ? names : undefined
}

/** The key of a later write of a field, or of what lies at a path inside it. */
export function fieldKey(id: string, path: string): string {
  return `${id}/${path}`
}

/** The key of an element of a list or set. */
export function elementKey(id: string, field: string, element: string): string {
  return `${id}/${field}/${element}`
}

/** The key of the last move of an element of a list. */
export function elementOrderKey(id: string, field: string, element: string): string {
  return `${id}/${field}/${element}/@o`
}

/** The key of something the system keeps about an item. */
export function systemKey(id: string, name: 'parent' | 'order' | 'deleted' | 'purged'): string {
  return `${id}//${name}`
}
