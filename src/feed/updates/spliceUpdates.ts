import { concatBytes } from '../../shared/bytes.ts'
import { Writer } from '../../shared/encoding.ts'
import { Cursor } from '../guard/cursor.ts'
import { Refused } from '../guard/refusal.ts'
import { createStructView, walkStruct, type StructContext } from '../guard/structs.ts'

/** The structs of one client, gathered from updates whose clocks follow each other. */
interface Section {
  structs: number
  readonly from: number
  to: number
  readonly pieces: Uint8Array[]
}

interface Range {
  readonly start: number
  end: number
}

/**
 * Joins updates into one by copying bytes: the structs of a client one after the other, the delete sets united. Applied at once the result
 * gives the same document as the updates one by one, several times faster. (`mergeUpdates` decodes everything, and is quadratic when flat.)
 * @param updates Yjs V1 updates that the guard let pass, each client's in the order of its clocks
 * @returns undefined where they do not follow each other, or are no such updates
 */
export function spliceUpdates(updates: readonly Uint8Array[]): Uint8Array | undefined {
  const sections = new Map<number, Section>()
  const deletes = new Map<number, Range[]>()
  try {
    for (const update of updates) if (!take(update, sections, deletes)) return undefined
  } catch (error) {
    if (error instanceof Refused) return undefined
    throw error
  }
  const parts: Uint8Array[] = [new Writer().uint(sections.size).finish()]
  for (const [client, { structs, from, pieces }] of descending(sections))
    parts.push(new Writer().uint(structs).uint(client).uint(from).finish(), ...pieces)
  parts.push(encodeDeleteSet(deletes))
  return concatBytes(...parts)
}

/** @returns false where a section does not begin where the client's last one ended */
function take(update: Uint8Array, sections: Map<number, Section>, deletes: Map<number, Range[]>): boolean {
  const cursor = new Cursor(update)
  const sectionCount = cursor.uint()
  for (let i = 0; i < sectionCount; i++) {
    const structs = cursor.uint()
    const client = cursor.uint()
    const from = cursor.uint()
    const start = cursor.at
    const to = skipStructs(cursor, structs, client, from)
    let section = sections.get(client)
    if (section === undefined) sections.set(client, (section = { structs: 0, from, to: from, pieces: [] }))
    if (section.to !== from) return false
    section.structs += structs
    section.to = to
    section.pieces.push(update.subarray(start, cursor.at))
  }
  readDeleteSet(cursor, deletes)
  return cursor.at === update.length
}

/** @returns the clock after the last struct */
function skipStructs(cursor: Cursor, count: number, client: number, from: number): number {
  // References were judged when each update came.
  const context: StructContext = { client, limits: () => Infinity, kind: 'any' }
  const view = createStructView()
  const budget = { nodes: Infinity }
  let clock = from
  for (let i = 0; i < count; i++) {
    walkStruct(cursor, clock, context, budget, view)
    clock += view.length
  }
  return clock
}

function readDeleteSet(cursor: Cursor, deletes: Map<number, Range[]>): void {
  const clients = cursor.uint()
  for (let i = 0; i < clients; i++) {
    const client = cursor.uint()
    let ranges = deletes.get(client)
    if (ranges === undefined) deletes.set(client, (ranges = []))
    const count = cursor.uint()
    for (let k = 0; k < count; k++) {
      const start = cursor.uint()
      ranges.push({ start, end: start + cursor.uint() })
    }
  }
}

function encodeDeleteSet(deletes: ReadonlyMap<number, Range[]>): Uint8Array {
  const writer = new Writer().uint(deletes.size)
  for (const [client, ranges] of descending(deletes)) {
    writer.uint(client).list(united(ranges), ({ start, end }) => writer.uint(start).uint(end - start))
  }
  return writer.finish()
}

function united(ranges: readonly Range[]): readonly Range[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start)
  const joined: Range[] = []
  for (const { start, end } of sorted) {
    const last = joined.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else joined.push({ start, end })
  }
  return joined
}

/** Yjs writes clients in this order, so the ones on which others rest most often come first. */
function descending<T>(byClient: ReadonlyMap<number, T>): readonly (readonly [number, T])[] {
  return [...byClient].sort(([a], [b]) => b - a)
}
