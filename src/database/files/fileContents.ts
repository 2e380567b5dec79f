import * as Y from '../../documents/sharedTypes.ts'
import { fromBase64Url, isBytes, toBase64Url, utf8 } from '../../shared/bytes.ts'
import { filePieces, readPieces, type TextPiece } from './fileItems.ts'
import type { Json } from './fileValues.ts'
import { createBudget, isPlainObject, type Budget } from '../types/values.ts'

/*
 * What the document of an item holds beside a text, for files: the content of models, which an app lays out as it likes. Values are JSON; what JSON has not,
 * and types of Yjs inside others, are tagged objects:
 *
 *     { "@": "bytes" | "number" | "unset" }              as in fileValues.ts
 *     { "@": "obj", "v": object }                        a plain object that has a key "@"
 *     { "@": "map", "v": object }   { "@": "list", "v": list }   { "@": "text", "v": pieces }   { "@": "xml", "v": nodes }
 *
 * A node of an XML tree is a list of pieces for a text, else { name, attributes, children }.
 */
export interface FileContent {
  readonly map?: Json
  readonly list?: Json
  readonly text?: Json
  readonly xml?: Json
}

/** The four parts that an item's document can have. */
export interface ContentParts {
  readonly map: Y.Map<unknown>
  readonly list: Y.Array<unknown>
  readonly text: Y.Text
  readonly xml: Y.XmlFragment
}

/** A step that writes a portion of a content; each is one transaction. */
export type ContentStep = (parts: ContentParts) => void

const nothing = Symbol('nothing')
/** Deepest nesting of values and types together; a document holds no deeper. */
const maxContentDepth = 60
/** As rule G9 of the guard has it. */
const maxKeyBytes = 1024
/** Entries that are written in one step. */
const stepEntries = 64

/** What an item's document holds, without the entries and nodes that a peer wrote past every rule. Never throws. */
export function fileContentOf({ map, list, text, xml }: ContentParts): FileContent {
  const entries = Object.entries(mapOf(map, 0)).filter(([key, value]) => readEntries({ [key]: value }, 0) !== nothing)
  const values = listOf(list.toArray(), 0).filter((value) => readList([value], 0) !== nothing)
  const nodes = nodesOf(xml, 0).filter((node) => readNodes([node], 0) !== nothing)
  return {
    ...(entries.length > 0 && { map: Object.fromEntries(entries) }),
    ...(values.length > 0 && { list: values }),
    ...(text.length > 0 && { text: piecesOf(text) }),
    ...(nodes.length > 0 && { xml: nodes }),
  }
}

/** The steps that write a content into an empty document, or undefined where it is damaged. Never throws. */
export function decodeFileContent(json: unknown): readonly ContentStep[] | undefined {
  if (!isPlainObject(json)) return undefined
  const steps: ContentStep[] = []
  for (const [name, part] of Object.entries(json)) {
    if (name === 'map') {
      const entries = isPlainObject(part) ? readEntries(part, 0) : nothing
      if (entries === nothing) return undefined
      for (const some of slices(entries)) steps.push(({ map }) => some.forEach(([key, value]) => map.set(key, value)))
    } else if (name === 'list') {
      const values = Array.isArray(part) ? readList(part, 0) : nothing
      if (values === nothing) return undefined
      for (const some of slices(values)) steps.push(({ list }) => list.push(some))
    } else if (name === 'text') {
      const pieces = readPieces(undefined, part)
      if (pieces === undefined) return undefined
      for (const some of slices(pieces)) steps.push(({ text }) => text.applyDelta(behind(text, some)))
    } else if (name === 'xml') {
      const nodes = readNodes(part, 0)
      if (nodes === nothing) return undefined
      for (const some of slices(nodes)) steps.push(({ xml }) => xml.push(some))
    } else return undefined
  }
  return steps
}

/** Pieces to be appended to a text. */
export function behind(text: Y.Text, pieces: readonly TextPiece[]): unknown[] {
  return text.length === 0 ? [...pieces] : [{ retain: text.length }, ...pieces]
}

function piecesOf(text: Y.Text): Json {
  return filePieces(text.toDelta() as readonly TextPiece[]) as readonly unknown[] as Json
}

function mapOf(map: Y.Map<unknown>, depth: number): Readonly<Record<string, Json>> {
  return objectOf(map.entries(), depth)
}

function objectOf(entries: Iterable<readonly [string, unknown]>, depth: number): Readonly<Record<string, Json>> {
  const object: Record<string, Json> = {}
  for (const [key, value] of entries) {
    const json = key === '__proto__' ? undefined : jsonOf(value, depth + 1)
    if (json !== undefined) object[key] = json
  }
  return object
}

function listOf(values: readonly unknown[], depth: number): readonly Json[] {
  return values.flatMap((value) => {
    const json = jsonOf(value, depth + 1)
    return json === undefined ? [] : [json]
  })
}

/** Undefined for what a peer wrote and no file can hold. */
function jsonOf(value: unknown, depth: number): Json | undefined {
  if (depth > maxContentDepth) return undefined
  switch (typeof value) {
    case 'undefined':
      return { '@': 'unset' }
    case 'boolean':
      return value
    case 'string':
      return wellFormed(value)
    case 'number':
      if (Number.isFinite(value) && !Object.is(value, -0)) return value
      return { '@': 'number', v: Object.is(value, -0) ? '-0' : String(value) }
    case 'object':
      if (value === null) return null
      if (isBytes(value)) return { '@': 'bytes', v: toBase64Url(value) }
      if (value instanceof Y.XmlFragment) return { '@': 'xml', v: nodesOf(value, depth) }
      if (value instanceof Y.Text) return { '@': 'text', v: piecesOf(value) }
      if (value instanceof Y.Map) return { '@': 'map', v: mapOf(value, depth) }
      if (value instanceof Y.Array) return { '@': 'list', v: listOf(value.toArray(), depth) }
      if (Array.isArray(value)) return listOf(value, depth)
      if (!isPlainObject(value)) return undefined
      return Object.hasOwn(value, '@') ? { '@': 'obj', v: objectOf(Object.entries(value), depth) } : objectOf(Object.entries(value), depth)
    default:
      return undefined
  }
}

function nodesOf(fragment: Y.XmlFragment, depth: number): readonly Json[] {
  return fragment.toArray().flatMap((node): Json[] => {
    if (node instanceof Y.XmlText) return [piecesOf(node)]
    if (!(node instanceof Y.XmlElement) || depth >= maxContentDepth) return []
    const attributes = objectOf(Object.entries(node.getAttributes() as Record<string, unknown>), depth)
    return [{ name: node.nodeName, attributes, children: nodesOf(node, depth + 1) }]
  })
}

function read(json: unknown, depth: number): unknown {
  if (depth > maxContentDepth) return nothing
  if (typeof json === 'string') return wellFormed(json)
  if (json === null || typeof json === 'boolean' || typeof json === 'number') return json
  if (Array.isArray(json)) return readList(json, depth)
  if (!isPlainObject(json)) return nothing
  if (!Object.hasOwn(json, '@')) return readObject(json, depth)
  const { '@': tag, v } = json
  switch (tag) {
    case 'unset':
      return undefined
    case 'bytes':
      return (typeof v === 'string' && fromBase64Url(v)) || nothing
    case 'number':
      return v === '-0' ? -0 : v === 'NaN' || v === 'Infinity' || v === '-Infinity' ? Number(v) : nothing
    case 'obj':
      return isPlainObject(v) ? readObject(v, depth) : nothing
    case 'map': {
      const entries = isPlainObject(v) ? readEntries(v, depth) : nothing
      return entries === nothing ? nothing : new Y.Map(entries)
    }
    case 'list': {
      const values = Array.isArray(v) ? readList(v, depth) : nothing
      return values === nothing ? nothing : Y.Array.from(values as never[])
    }
    case 'text':
      return readText(v, new Y.Text())
    case 'xml': {
      const nodes = readNodes(v, depth)
      if (nodes === nothing) return nothing
      const fragment = new Y.XmlFragment()
      fragment.insert(0, nodes)
      return fragment
    }
    default:
      return nothing
  }
}

function readEntries(object: Readonly<Record<string, unknown>>, depth: number): [string, unknown][] | typeof nothing {
  const entries: [string, unknown][] = []
  for (const [key, part] of Object.entries(object)) {
    const value = isKey(key) ? read(part, depth + 1) : nothing
    if (value === nothing || !isSmall(value)) return nothing
    entries.push([key, value])
  }
  return entries
}

function readObject(object: Readonly<Record<string, unknown>>, depth: number): unknown {
  const entries = readEntries(object, depth)
  // A type of Yjs stands in a type of Yjs only.
  return entries === nothing || entries.some(([, value]) => value instanceof Y.AbstractType) ? nothing : Object.fromEntries(entries)
}

function readList(list: readonly unknown[], depth: number): unknown[] | typeof nothing {
  const values: unknown[] = []
  for (const part of list) {
    const value = read(part, depth + 1)
    if (value === nothing || !isSmall(value)) return nothing
    values.push(value)
  }
  return values
}

function readText<Text extends Y.Text>(json: unknown, text: Text): Text | typeof nothing {
  const pieces = readPieces(undefined, json)
  if (pieces === undefined) return nothing
  text.applyDelta([...pieces])
  return text
}

function readNodes(json: unknown, depth: number): (Y.XmlElement | Y.XmlText)[] | typeof nothing {
  if (!Array.isArray(json) || depth > maxContentDepth) return nothing
  const nodes: (Y.XmlElement | Y.XmlText)[] = []
  for (const part of json as readonly unknown[]) {
    const node = Array.isArray(part) ? readText(part, new Y.XmlText()) : readElement(part, depth)
    if (node === nothing) return nothing
    nodes.push(node)
  }
  return nodes
}

function readElement(json: unknown, depth: number): Y.XmlElement | typeof nothing {
  if (!isPlainObject(json)) return nothing
  const { name, attributes, children } = json
  const entries = isPlainObject(attributes) ? readEntries(attributes, depth) : nothing
  const nodes = readNodes(children, depth + 1)
  if (typeof name !== 'string' || !isKey(name) || name === '' || entries === nothing || nodes === nothing) return nothing
  const element = new Y.XmlElement(name)
  for (const [key, value] of entries) {
    if (value instanceof Y.AbstractType) return nothing
    element.setAttribute(key, value as string)
  }
  element.insert(0, nodes)
  return element
}

/** Whether the guard of a peer takes a value: 256 KiB, 32 deep. */
function isSmall(value: unknown): boolean {
  return value instanceof Y.AbstractType || take(value, createBudget(), 1)
}

function take(value: unknown, budget: Budget, depth: number): boolean {
  budget.nodes -= 1
  budget.bytes -= typeof value === 'string' || isBytes(value) ? value.length : 1
  if (budget.nodes < 0 || budget.bytes < 0 || depth > 30) return false
  if (value instanceof Y.AbstractType) return false
  if (Array.isArray(value)) return value.every((part) => take(part, budget, depth + 1))
  if (!isPlainObject(value)) return true
  return Object.entries(value).every(([key, part]) => take(key, budget, depth) && take(part, budget, depth + 1))
}

function isKey(key: string): boolean {
  return key !== '__proto__' && key.length <= maxKeyBytes && utf8(key).length <= maxKeyBytes && !/\p{Surrogate}/u.test(key)
}

function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD')
}

function* slices<T>(entries: readonly T[]): Generator<T[]> {
  for (let start = 0; start < entries.length; start += stepEntries) yield entries.slice(start, start + stepEntries)
}
