import type { ItemId } from '../shared/ids.ts'

/**
 * The keys of the root map:
 *
 *     <id>               creation record { t: type, m: model, f: fields, p?: parent id, o?: position }, one value
 *     <id>/<field>       a later write of one field; an explicit undefined unsets it
 *     <id>//parent       [parent id | null, parent before | null]
 *     <id>//order        position among the siblings
 *     <id>//deleted      boolean
 *     //<property>       a property of the space itself, such as //name
 *
 * `<id>` is 22 base64url characters. A field name has no `/`, so it never reaches a system key (two slashes), and no `.`, so that a path
 * into a field can be a key of its own. Keys of any other shape are left alone: a newer version may have written them.
 */
export type ItemKey =
  | { readonly kind: 'creation' | 'parent' | 'order' | 'deleted'; readonly id: ItemId }
  | { readonly kind: 'field'; readonly id: ItemId; readonly field: string }
  | { readonly kind: 'property'; readonly name: string }

const idLength = 22
const slash = 47
// 16 bytes leave four spare bits in the last digit; only those four digits have them zero, so each id has one text.
const idPattern = /^[A-Za-z0-9_-]{21}[AQgw]$/
const fieldPattern = /^[^/.\p{Surrogate}]{1,128}$/u

/** Whether a text is an item id in its only form. */
export function isItemId(text: unknown): text is ItemId {
  return typeof text === 'string' && text.length === idLength && idPattern.test(text)
}

/** Whether a field may have this name: 1 to 128 code points, no `/`, no `.`, not `id`, `$` or `__proto__`. */
export function isFieldName(name: string): boolean {
  return name !== 'id' && name !== '$' && name !== '__proto__' && fieldPattern.test(name)
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
  if (rest.charCodeAt(0) !== slash) return isFieldName(rest) ? { kind: 'field', id, field: rest } : undefined
  const system = rest.slice(1)
  return system === 'parent' || system === 'order' || system === 'deleted' ? { kind: system, id } : undefined
}

/** The key of a later write of a field. */
export function fieldKey(id: string, field: string): string {
  return `${id}/${field}`
}

/** The key of something the system keeps about an item. */
export function systemKey(id: string, name: 'parent' | 'order' | 'deleted'): string {
  return `${id}//${name}`
}
