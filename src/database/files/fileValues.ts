import { fromBase64Url, isBytes, toBase64Url } from '../../shared/bytes.ts'
import { createBudget, isPlainObject, maxValueDepth, type Budget } from '../types/values.ts'

/*
 * Stored values (values.ts) as JSON, for files. JSON has less, so there are three tags more:
 *
 *     { "@": "bytes",  "v": base64url }
 *     { "@": "number", "v": "NaN" | "Infinity" | "-Infinity" | "-0" }
 *     { "@": "unset" }                                                 only in the place of a whole value
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const nothing = Symbol('nothing')
const oddNumbers = new Map<unknown, number>([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
])

/** A stored value as JSON; undefined where a peer wrote what no file can hold. Never throws. */
export function toFileValue(stored: unknown): Json | undefined {
  if (stored === undefined) return { '@': 'unset' }
  const json = write(stored, createBudget(), 0)
  return json === nothing ? undefined : json
}

/** The stored form of a value in a file, or `bad` where it is none, too deep or too large. Never throws. */
export function fromFileValue(json: unknown, budget: Budget = createBudget()): { readonly value: unknown } | 'bad' {
  if (isPlainObject(json) && json['@'] === 'unset') return Object.keys(json).length === 1 ? { value: undefined } : 'bad'
  const value = read(json, budget, 0)
  return value === nothing ? 'bad' : { value }
}

function write(stored: unknown, budget: Budget, depth: number): Json | typeof nothing {
  if (!take(budget, stored)) return nothing
  switch (typeof stored) {
    case 'boolean':
      return stored
    case 'string':
      return stored.replace(/\p{Surrogate}/gu, '\uFFFD')
    case 'number':
      if (Number.isFinite(stored) && !Object.is(stored, -0)) return stored
      return { '@': 'number', v: Object.is(stored, -0) ? '-0' : String(stored) }
    case 'object':
      if (stored === null) return null
      if (isBytes(stored)) return { '@': 'bytes', v: toBase64Url(stored) }
      return parts(stored, budget, depth, write)
    default:
      return nothing
  }
}

function read(json: unknown, budget: Budget, depth: number): unknown {
  if (!take(budget, json)) return nothing
  switch (typeof json) {
    case 'boolean':
    case 'number':
      return json
    case 'string':
      return json.replace(/\p{Surrogate}/gu, '\uFFFD')
    case 'object':
      if (json === null) return null
      if (isPlainObject(json) && json['@'] === 'bytes') return readBytes(json['v'], budget)
      if (isPlainObject(json) && json['@'] === 'number') return oddNumbers.get(json['v']) ?? nothing
      if (isPlainObject(json) && json['@'] === 'obj' && isPlainObject(json['v'])) {
        // Inside, "@" is a key like any other.
        const object = take(budget, json['v']) ? parts(json['v'], budget, depth + 1, read) : nothing
        return object === nothing ? nothing : { '@': 'obj', v: object }
      }
      return parts(json, budget, depth, read)
    default:
      return nothing
  }
}

function readBytes(text: unknown, budget: Budget): Uint8Array | typeof nothing {
  const bytes = typeof text === 'string' ? fromBase64Url(text) : undefined
  return bytes !== undefined && take(budget, bytes) ? bytes : nothing
}

/** A list or an object, part by part. */
function parts<Part>(
  whole: object,
  budget: Budget,
  depth: number,
  each: (part: unknown, budget: Budget, depth: number) => Part | typeof nothing,
): Part[] | Record<string, Part> | typeof nothing {
  if (depth >= maxValueDepth) return nothing
  if (Array.isArray(whole)) {
    const list: Part[] = []
    for (const entry of whole as readonly unknown[]) {
      const part = each(entry, budget, depth + 1)
      if (part === nothing) return nothing
      list.push(part as Part)
    }
    return list
  }
  if (!isPlainObject(whole)) return nothing
  const object: Record<string, Part> = {}
  for (const key of Object.keys(whole)) {
    if (key === '__proto__' || /\p{Surrogate}/u.test(key) || !take(budget, key)) return nothing
    const part = each(whole[key], budget, depth + 1)
    if (part === nothing) return nothing
    object[key] = part as Part
  }
  return object
}

/** Never more than `storeValue` asks for the same value, so that all that can be written can be carried. */
function take(budget: Budget, part: unknown): boolean {
  budget.nodes -= 1
  budget.bytes -= typeof part === 'string' ? part.length : isBytes(part) ? part.length : 1
  return budget.nodes >= 0 && budget.bytes >= 0
}
