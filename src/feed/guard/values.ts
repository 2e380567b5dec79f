import { utf8 } from '../../shared/bytes.ts'
import { maxDepth, maxJsonBytes, maxKeyBytes } from './caps.ts'
import type { Cursor } from './cursor.ts'
import { refuse } from './refusal.ts'

const proto = utf8('__proto__')
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Counts the values inside values of one update, so that a small update cannot become millions of objects. */
export interface NodeBudget {
  nodes: number
}

/** Steps over a value in lib0's `any` form (G6). */
export function walkAny(cursor: Cursor, budget: NodeBudget, depth = 1): void {
  if (--budget.nodes < 0) refuse('g6', 'too many values')
  if (depth > maxDepth) refuse('g6', 'a value nests too deep')
  const tag = cursor.u8()
  switch (tag) {
    case 127: // undefined
    case 126: // null
    case 121: // false
    case 120: // true
      return
    case 125:
      return cursor.skipInt()
    case 124:
      return cursor.skip(4)
    case 123:
      return cursor.skip(8)
    case 119:
      return void cursor.text()
    case 118: {
      const count = cursor.uint()
      for (let i = 0; i < count; i++) {
        const start = cursor.at
        cursor.text()
        refuseProto(cursor, start)
        walkAny(cursor, budget, depth + 1)
      }
      return
    }
    case 117: {
      const count = cursor.uint()
      for (let i = 0; i < count; i++) walkAny(cursor, budget, depth + 1)
      return
    }
    case 116:
      return cursor.skip(cursor.uint())
    default:
      // 122 is a BigInt: JSON.stringify throws on it, wherever an app meets it.
      refuse('g6', 'a value of an unknown kind')
  }
}

/** Steps over the key of a map or format, or the name of an attribute or element. */
export function walkKey(cursor: Cursor): void {
  const start = cursor.at
  cursor.text()
  // The length in front takes two bytes at this size; counting it in keeps the check to one comparison.
  if (cursor.at - start > maxKeyBytes + 2) refuse('g9', 'a key is too long')
  refuseProto(cursor, start)
}

/** Steps over the JSON text of a format or an embed: Yjs parses it half-way through applying, where a fault would leave a broken document (G7). */
export function walkJson(cursor: Cursor, budget: NodeBudget): void {
  const length = cursor.uint()
  if (length > maxJsonBytes) refuse('g7', 'a JSON text is too long')
  const start = cursor.at
  cursor.skip(length)
  if (isPlainLiteral(cursor.bytes, start, length)) return
  const bytes = cursor.bytes.subarray(start, cursor.at)
  refuseDeepJson(bytes)
  let value: unknown
  try {
    value = JSON.parse(decoder.decode(bytes))
  } catch {
    refuse('g7', 'a JSON text that does not parse')
  }
  countJson(value, budget)
}

/** Whether the text is `true` or `null`: what nearly all formats hold, and not worth a parser. */
function isPlainLiteral(bytes: Uint8Array, at: number, length: number): boolean {
  if (length !== 4) return false
  const word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  return word === 0x74727565 || word === 0x6e756c6c
}

/** Runs before parsing, so that the walk over the parsed value cannot exhaust the stack. */
function refuseDeepJson(bytes: Uint8Array): void {
  let depth = 1
  let isInString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (isInString) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) isInString = false
    } else if (byte === 0x22) isInString = true
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maxDepth) refuse('g7', 'a JSON text nests too deep')
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
}

function countJson(value: unknown, budget: NodeBudget): void {
  if (--budget.nodes < 0) refuse('g6', 'too many values')
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) for (const entry of value) countJson(entry, budget)
  else {
    // A JSON key may be written with escapes, so only the parsed one tells.
    if (Object.hasOwn(value, '__proto__')) refuse('g6', '`__proto__` as a key')
    for (const entry of Object.values(value)) countJson(entry, budget)
  }
}

function refuseProto({ bytes, at }: Cursor, start: number): void {
  if (at - start !== proto.length + 1) return
  for (let i = 0; i < proto.length; i++) if (bytes[start + 1 + i] !== proto[i]) return
  refuse('g6', '`__proto__` as a key')
}
