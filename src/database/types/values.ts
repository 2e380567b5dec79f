import { isBytes } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { parseId } from '../../shared/ids.ts'
import { Reference } from './reference.ts'

/**
 * What a field can hold, and its stored form inside Yjs (`any` of lib0 or bytes). Both ways go through an allow list, because Yjs takes
 * more than it gives back: a Date arrives as {}, a big integer as 0, a lone surrogate as U+FFFD, and a key `__proto__` sets a prototype.
 *
 *     stored = null | boolean | number | string | bytes | list of stored | object | tagged
 *     object = string keys to stored; without a key "@" or "constructor"
 *     tagged = { "@": "date", "v": number of ms since 1970 }
 *            | { "@": "ref",  "v": item id }
 *            | { "@": "obj",  "v": string keys to stored }         an object that has a key "@" or "constructor"
 *
 * A key `__proto__` is never valid. A tag that is not listed is unreadable here (a newer version's kind), not an error. `constructor` is
 * escaped because Yjs chooses how to store a value by that property of it.
 *
 * An attacker can put any value at any key. {@link readValue} bounds depth, count and size, never throws, and hands out copies only.
 */
export type Value = null | boolean | number | string | Uint8Array | Date | Reference | readonly Value[] | { readonly [key: string]: Value }

/** Greatest size of one value (and of all fields given at creation together), in bytes: an upper bound of its encoding. */
export const maxValueBytes = 256 * 1024
/** Deepest nesting of lists and objects in the stored form of a field. Blocks allow 32; the creation record lies around it. */
export const maxValueDepth = 28
/** Greatest number of scalars, lists and objects in one value. */
export const maxValueNodes = 32 * 1024

const unreadable = Symbol('unreadable')

/** Room left while one value, or several that are stored together, are walked. */
export interface Budget {
  bytes: number
  nodes: number
}

/** A fresh {@link Budget} for one stored value. */
export function createBudget(): Budget {
  return { bytes: maxValueBytes, nodes: maxValueNodes }
}

/**
 * Copies a developer's value into its stored form. Undefined properties of nested objects are left out.
 * @param path where the value stands, for messages: `address.city`
 * @param budget shared by values that are stored as one
 * @throws EchoError bad-value (a kind that is not in the list, too deep), value-too-large
 */
export function storeValue(value: unknown, path: string, budget: Budget = createBudget()): unknown {
  return store(value, path, budget, 0)
}

/** A fresh copy of a stored value in its user form, or undefined where it is none of ours, too deep or too large. Never throws. */
export function readValue(stored: unknown, budget: Budget = createBudget()): Value | undefined {
  const value = read(stored, budget, 0)
  return value === unreadable ? undefined : value
}

/** Whether a value is a Date of whatever realm, which `instanceof` could not tell. Never throws. */
export function isDate(value: unknown): value is Date {
  if (typeof value !== 'object' || value === null) return false
  try {
    // The tag is the fast way to a no; what only calls itself a Date fails at the second look.
    if (Object.prototype.toString.call(value) !== '[object Date]') return false
    Date.prototype.getTime.call(value)
    return true
  } catch {
    return false
  }
}

/** Whether a value is an object made of keys only: from a literal, JSON or lib0, of any realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value) as object | null
  return (
    prototype === null ||
    prototype === Object.prototype ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty'))
  )
}

function store(value: unknown, path: string, budget: Budget, depth: number): unknown {
  switch (typeof value) {
    case 'boolean':
      spend(budget, 1, path)
      return value
    case 'number':
      spend(budget, 9, path)
      return value
    case 'string':
      return storeText(value, path, budget)
    case 'object':
      if (value === null) {
        spend(budget, 1, path)
        return null
      }
      return storeObject(value, path, budget, depth)
    case 'undefined':
      return refuse(path, 'is undefined', 'leave the key out, or use null')
    case 'bigint':
      return refuse(path, 'is a BigInt', 'use a number or a string')
    default:
      return refuse(path, `is a ${typeof value}`, 'store plain data only')
  }
}

function storeObject(value: object, path: string, budget: Budget, depth: number): unknown {
  if (depth >= maxValueDepth)
    refuse(path, `is nested deeper than ${maxValueDepth} levels, or refers to itself`, 'make child items, or flatten it')
  if (Array.isArray(value)) {
    spend(budget, 4, path)
    const list: unknown[] = []
    for (let i = 0; i < value.length; i++) list.push(store(value[i], `${path}[${i}]`, budget, depth + 1))
    return list
  }
  if (value instanceof Reference) {
    spend(budget, 48, path)
    return { '@': 'ref', v: value.id }
  }
  if (isDate(value)) {
    const timeMs = value.getTime()
    if (Number.isNaN(timeMs)) refuse(path, 'is an invalid Date', 'check it before the write')
    spend(budget, 24, path)
    return { '@': 'date', v: timeMs }
  }
  if (isBytes(value)) {
    const bytes = Uint8Array.from(value)
    spend(budget, 4 + bytes.length, path)
    return bytes
  }
  if (!isPlainObject(value)) {
    const kind = Object.prototype.toString.call(value)
    refuse(
      path,
      `is ${kind.slice(8, -1) === 'Object' ? 'an instance of a class' : `a ${kind.slice(8, -1)}`}`,
      'store plain objects, lists, Date, Uint8Array or Reference',
    )
  }
  return storePlainObject(value, path, budget, depth)
}

function storePlainObject(value: Record<string, unknown>, path: string, budget: Budget, depth: number): unknown {
  spend(budget, 4, path)
  const escaped = Object.hasOwn(value, '@') || Object.hasOwn(value, 'constructor')
  if (escaped) {
    if (depth + 1 >= maxValueDepth) refuse(path, `is nested deeper than ${maxValueDepth} levels`, 'make child items, or flatten it')
    spend(budget, 12, path)
  }
  const object: Record<string, unknown> = {}
  for (const key of Object.keys(value)) {
    if (key === '__proto__') refuse(path, 'has a key __proto__', 'rename the key')
    const item = value[key]
    if (item === undefined) continue
    object[storeText(key, path, budget)] = store(item, `${path}.${key}`, budget, depth + (escaped ? 2 : 1))
  }
  return escaped ? { '@': 'obj', v: object } : object
}

function storeText(text: string, path: string, budget: Budget): string {
  const size = utf8Length(text, budget.bytes)
  spend(budget, 4 + Math.abs(size), path)
  return size < 0 ? text.replace(/\p{Surrogate}/gu, '\uFFFD') : text
}

/** UTF-8 length; negative where the text holds a lone surrogate (counted as U+FFFD). Stops early once over `limit`. */
function utf8Length(text: string, limit: number): number {
  let length = 0
  let broken = false
  for (let i = 0; i < text.length && length <= limit; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) length += 1
    else if (unit < 0x800) length += 2
    else if (unit < 0xd800 || unit > 0xdfff) length += 3
    else if (unit < 0xdc00 && i + 1 < text.length && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      length += 4
      i++
    } else {
      length += 3
      broken = true
    }
  }
  return broken ? -length : length
}

function spend(budget: Budget, bytes: number, path: string): void {
  budget.bytes -= bytes
  budget.nodes -= 1
  if (budget.bytes < 0 || budget.nodes < 0) {
    throw new EchoError(
      'value-too-large',
      `"${path}" does not fit: one value holds at most ${maxValueBytes} bytes and ${maxValueNodes} parts. Put large content into a text item or into child items.`,
      { details: { path } },
    )
  }
}

function refuse(path: string, what: string, fix: string): never {
  throw new EchoError('bad-value', `"${path}" ${what}, which cannot be stored: ${fix}.`, { details: { path } })
}

function read(stored: unknown, budget: Budget, depth: number): Value | typeof unreadable {
  budget.nodes -= 1
  if (budget.nodes < 0) return unreadable
  switch (typeof stored) {
    case 'boolean':
      return take(budget, 1) ? stored : unreadable
    case 'number':
      return take(budget, 9) ? stored : unreadable
    case 'string':
      return take(budget, 4 + Math.abs(utf8Length(stored, budget.bytes))) ? stored : unreadable
    case 'object':
      return stored === null ? null : readObject(stored, budget, depth)
    default:
      return unreadable
  }
}

function readObject(stored: object, budget: Budget, depth: number): Value | typeof unreadable {
  if (depth >= maxValueDepth || !take(budget, 4)) return unreadable
  if (isBytes(stored)) return take(budget, stored.length) ? Uint8Array.from(stored) : unreadable
  if (Array.isArray(stored)) {
    const list: Value[] = []
    for (const entry of stored as readonly unknown[]) {
      const value = read(entry, budget, depth + 1)
      if (value === unreadable) return unreadable
      list.push(value)
    }
    return list
  }
  if (!isPlainObject(stored)) return unreadable
  return Object.hasOwn(stored, '@') ? readTagged(stored, budget, depth) : readEntries(stored, budget, depth)
}

function readTagged(stored: Record<string, unknown>, budget: Budget, depth: number): Value | typeof unreadable {
  const content = stored['v']
  switch (stored['@']) {
    case 'date':
      return typeof content === 'number' && !Number.isNaN(new Date(content).getTime()) ? new Date(content) : unreadable
    case 'ref':
      return typeof content === 'string' && parseId(content, 16) !== undefined ? new Reference(content) : unreadable
    case 'obj':
      return isPlainObject(content) && depth + 1 < maxValueDepth ? readEntries(content, budget, depth + 1) : unreadable
    default:
      return unreadable
  }
}

function readEntries(stored: Record<string, unknown>, budget: Budget, depth: number): Value | typeof unreadable {
  const object: Record<string, Value> = {}
  for (const key of Object.keys(stored)) {
    if (key === '__proto__' || !take(budget, 4 + Math.abs(utf8Length(key, budget.bytes)))) return unreadable
    const value = read(stored[key], budget, depth + 1)
    if (value === unreadable) return unreadable
    object[key] = value
  }
  return object
}

function take(budget: Budget, bytes: number): boolean {
  budget.bytes -= bytes
  return budget.bytes >= 0
}
