import { concatBytes } from '../../shared/bytes.ts'
import { Writer } from '../../shared/encoding.ts'
import type { GuardCaps } from '../guard/caps.ts'
import { Cursor } from '../guard/cursor.ts'
import { refuse } from '../guard/refusal.ts'
import {
  contentRef,
  contentRefBits,
  hasOrigin,
  hasRightOrigin,
  createStructView,
  walkStruct,
  type StructContext,
  type StructView,
} from '../guard/structs.ts'
import { walkAny, type NodeBudget } from '../guard/values.ts'

/** Consecutive structs that fit one update. */
export interface StructRun {
  readonly structs: number
  readonly from: number
  readonly to: number
  /** The structs' bytes. */
  readonly pieces: readonly Uint8Array[]
}

/** A struct, or a piece of one. */
interface Piece {
  readonly bytes: Uint8Array
  readonly length: number
  readonly nodes: number
}

/** Reads a client section and cuts it into runs that keep `caps` (bytes: of the structs alone). */
export function splitStructs(cursor: Cursor, client: number, from: number, caps: GuardCaps): StructRun[] {
  const count = cursor.uint()
  if (cursor.uint() !== client) refuse('g2', "another slot's clientID")
  if (cursor.uint() !== from) refuse('g2', 'the section does not begin at the expected clock')

  const runs: StructRun[] = []
  let pieces: Uint8Array[] = []
  let clock = from
  let start = from
  let bytes = 0
  let nodes = 0

  function close(): void {
    if (pieces.length > 0) runs.push({ structs: pieces.length, from: start, to: clock, pieces })
    pieces = []
    start = clock
    bytes = 0
    nodes = 0
  }

  function add(piece: Piece): void {
    const fits =
      pieces.length < caps.maxStructs &&
      bytes + piece.bytes.length <= caps.maxBytes &&
      clock - start + piece.length <= caps.maxAdvance &&
      nodes + piece.nodes <= caps.maxNodes
    if (!fits) close()
    pieces.push(piece.bytes)
    clock += piece.length
    bytes += piece.bytes.length
    nodes += piece.nodes
  }

  // References are not this walk's business: the guard judges every part.
  const context: StructContext = { client, limits: () => Infinity, kind: 'any' }
  const view = createStructView()
  const budget: NodeBudget = { nodes: Infinity }
  for (let i = 0; i < count; i++) {
    const at = cursor.at
    budget.nodes = Number.MAX_SAFE_INTEGER
    walkStruct(cursor, clock, context, budget, view)
    const piece = { bytes: cursor.bytes.subarray(at, cursor.at), length: view.length, nodes: Number.MAX_SAFE_INTEGER - budget.nodes }
    if (piece.bytes.length <= caps.maxBytes && piece.length <= caps.maxAdvance && piece.nodes <= caps.maxNodes) add(piece)
    else for (const part of cutStruct(cursor.bytes, at, cursor.at, view, client, clock, caps)) add(part)
  }
  close()
  return runs
}

/** Cuts one struct that is too big for any update. The head keeps the place of the whole; each later piece stands behind the one before it, as Yjs itself splits. */
function* cutStruct(
  update: Uint8Array,
  at: number,
  end: number,
  { info, contentAt, length }: StructView,
  client: number,
  clock: number,
  caps: GuardCaps,
): Generator<Piece> {
  const ref = info & contentRefBits
  const cutter = cutters[ref]
  if (cutter === undefined) return refuse('g9', 'a single value is too big')
  const head = update.subarray(at, contentAt)
  const rightOrigin = rightOriginOf(update, at, info)
  // Head and content length take their share of the bytes.
  const room = { ...caps, maxBytes: caps.maxBytes - Math.max(head.length, rightOrigin.length + 20) - 10 }
  const cursor = new Cursor(update.subarray(0, end))
  cursor.at = contentAt
  let taken = 0
  for (const { content, length: piece, nodes } of cutter(cursor, room)) {
    const place = taken === 0 || ref === contentRef.gc ? head : placeBehind(info, client, clock + taken - 1, rightOrigin)
    yield { bytes: concatBytes(place, content), length: piece, nodes }
    taken += piece
  }
  if (taken !== length) refuse('g4', 'a struct that cannot be cut')
}

/** The bytes before the content of a struct that follows (client, clock): no parent, for Yjs takes it from the neighbours. */
function placeBehind(info: number, client: number, clock: number, rightOrigin: Uint8Array): Uint8Array {
  return new Writer()
    .u8(info | hasOrigin)
    .uint(client)
    .uint(clock)
    .fixed(rightOrigin)
    .finish()
}

function rightOriginOf(update: Uint8Array, at: number, info: number): Uint8Array {
  if ((info & hasRightOrigin) === 0) return new Uint8Array(0)
  const cursor = new Cursor(update)
  cursor.at = at + 1
  if ((info & hasOrigin) !== 0) {
    cursor.uint()
    cursor.uint()
  }
  const start = cursor.at
  cursor.uint()
  cursor.uint()
  return update.subarray(start, cursor.at)
}

interface ContentPiece {
  readonly content: Uint8Array
  readonly length: number
  readonly nodes: number
}

type Cutter = (cursor: Cursor, room: GuardCaps) => Iterable<ContentPiece>

/** The kinds of content that hold more than one clock. */
const cutters: Partial<Record<number, Cutter>> = {
  [contentRef.gc]: cutLength,
  [contentRef.deleted]: cutLength,
  [contentRef.string]: cutText,
  [contentRef.any]: cutValues,
}

function* cutLength(cursor: Cursor, { maxAdvance }: GuardCaps): Generator<ContentPiece> {
  for (let left = cursor.uint(); left > 0;) {
    const length = Math.min(left, maxAdvance)
    yield { content: new Writer().uint(length).finish(), length, nodes: 0 }
    left -= length
  }
}

function* cutText(cursor: Cursor, { maxAdvance, maxBytes }: GuardCaps): Generator<ContentPiece> {
  cursor.uint()
  const { bytes } = cursor
  let start = cursor.at
  let units = 0
  for (let i = start; i < bytes.length;) {
    const first = bytes[i]!
    const width = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    // Four bytes are a surrogate pair: a cut between its halves would turn both into U+FFFD.
    const unitsHere = width === 4 ? 2 : 1
    if (i > start && (units + unitsHere > maxAdvance || i - start + width > maxBytes)) {
      yield { content: new Writer().bytes(bytes.subarray(start, i)).finish(), length: units, nodes: 0 }
      start = i
      units = 0
    }
    units += unitsHere
    i += width
  }
  yield { content: new Writer().bytes(bytes.subarray(start)).finish(), length: units, nodes: 0 }
}

function* cutValues(cursor: Cursor, { maxAdvance, maxBytes, maxNodes }: GuardCaps): Generator<ContentPiece> {
  const count = cursor.uint()
  let start = cursor.at
  let length = 0
  let nodes = 0
  const piece = (end: number): ContentPiece => ({
    content: new Writer().uint(length).fixed(cursor.bytes.subarray(start, end)).finish(),
    length,
    nodes,
  })
  for (let i = 0; i < count; i++) {
    const at = cursor.at
    const budget: NodeBudget = { nodes: maxNodes }
    walkAny(cursor, budget)
    const nodesHere = maxNodes - budget.nodes
    if (cursor.at - at > maxBytes) refuse('g9', 'a single value is too big')
    if (length > 0 && (length + 1 > maxAdvance || cursor.at - start > maxBytes || nodes + nodesHere > maxNodes)) {
      yield piece(at)
      start = at
      length = 0
      nodes = 0
    }
    length++
    nodes += nodesHere
  }
  yield piece(cursor.at)
}
