import { utf8 } from '../../shared/bytes.ts'
import type { Cursor } from './cursor.ts'
import { refuse } from './refusal.ts'
import { walkAny, walkJson, walkKey, type NodeBudget } from './values.ts'

/** Content refs of Yjs as the low five bits of a struct's first byte. 2 (old JSON), 9 (subdocument) and 10 (Skip) are refused. */
export const contentRef = { gc: 0, deleted: 1, binary: 3, string: 4, embed: 5, format: 6, type: 7, any: 8 } as const

/** One bit for each content ref that may pass. */
const allowedRefs = Object.values(contentRef).reduce<number>((bits, ref) => bits | (1 << ref), 0)

/** Bits above the content ref. */
export const hasOrigin = 0x80
export const hasRightOrigin = 0x40
export const contentRefBits = 0x1f
export const hasParentSub = 0x20

const xmlElement = 3
const xmlHook = 5
const lastTypeRef = 6

/** Which root types a document may have. */
export type DocumentKind = 'root' | 'content'

const rootNames: Record<DocumentKind, readonly Uint8Array[]> = {
  root: [utf8('items')],
  content: ['text', 'xml', 'map', 'list'].map(utf8),
}

export interface StructContext {
  /** The writing slot's Yjs clientID. */
  readonly client: number
  /** The exclusive limit of a clientID's clocks in the update's past; not asked for `client` itself. */
  readonly limits: (client: number) => number
  /** `any`: the names of root types are not looked at. */
  readonly kind: DocumentKind | 'any'
}

/** What {@link walkStruct} found; one object serves a whole walk. */
export interface StructView {
  /** The struct's first byte: flags and content ref. */
  info: number
  /** Where its author put it: behind the origin, before the right origin; -1 = none is named. */
  originClient: number
  originClock: number
  rightClient: number
  rightClock: number
  /** Offset of the parent, where neither is named. */
  parentAt: number
  /** Offset of the bytes after origins and parent. */
  contentAt: number
  /** Clocks that the struct takes. */
  length: number
}

/** A view for a walk to fill. */
export function createStructView(): StructView {
  return { info: 0, originClient: -1, originClock: -1, rightClient: -1, rightClock: -1, parentAt: 0, contentAt: 0, length: 0 }
}

/** Steps over one struct whose clock is `clock` (G3-G7). */
export function walkStruct(cursor: Cursor, clock: number, context: StructContext, budget: NodeBudget, view: StructView): void {
  const info = cursor.u8()
  view.info = info
  if (((allowedRefs >>> (info & contentRefBits)) & 1) === 0) refuse('g3', 'a struct of a kind that is not allowed')
  // Yjs' readers disagree about a GC with flags (one takes it for an item), so only the plain one passes.
  if ((info & contentRefBits) === contentRef.gc && info !== 0) refuse('g3', 'a GC struct with flags')
  view.originClient = view.originClock = view.rightClient = view.rightClock = -1
  if (info !== 0) walkPlace(cursor, info, clock, context, view)
  view.contentAt = cursor.at
  view.length = walkContent(cursor, info & contentRefBits, budget)
  if (view.length < 1) refuse('g4', 'a struct of no length')
}

function walkPlace(cursor: Cursor, info: number, clock: number, context: StructContext, view: StructView): void {
  if ((info & hasOrigin) !== 0) {
    view.originClient = cursor.uint()
    view.originClock = walkClock(cursor, view.originClient, clock, context)
  }
  if ((info & hasRightOrigin) !== 0) {
    view.rightClient = cursor.uint()
    view.rightClock = walkClock(cursor, view.rightClient, clock, context)
  }
  view.parentAt = cursor.at
  if ((info & (hasOrigin | hasRightOrigin)) !== 0) return
  const parentInfo = cursor.uint()
  if (parentInfo === 1) walkRootName(cursor, context.kind)
  else if (parentInfo === 0) walkClock(cursor, cursor.uint(), clock, context)
  else refuse('g5', 'a parent of an unknown kind')
  if ((info & hasParentSub) !== 0) walkKey(cursor)
}

/** Every reference points into the past, so that nothing of an update can ever wait inside Yjs (G5). @returns the clock referred to */
function walkClock(cursor: Cursor, referred: number, clock: number, { client, limits }: StructContext): number {
  const limit = referred === client ? clock : limits(referred)
  const at = cursor.uint()
  return at < limit ? at : refuse('g5', 'a reference outside the past')
}

function walkRootName(cursor: Cursor, kind: DocumentKind | 'any'): void {
  const length = cursor.uint()
  const start = cursor.at
  cursor.skip(length)
  const { bytes } = cursor
  const isAllowed =
    kind === 'any' || rootNames[kind].some((name) => name.length === length && name.every((byte, i) => bytes[start + i] === byte))
  if (!isAllowed) refuse('g5', 'a root type of an unknown name')
}

/** @returns the clocks that the content takes. */
function walkContent(cursor: Cursor, ref: number, budget: NodeBudget): number {
  switch (ref) {
    case contentRef.gc:
    case contentRef.deleted:
      return cursor.uint()
    case contentRef.string:
      return cursor.text()
    case contentRef.any: {
      const count = cursor.uint()
      for (let i = 0; i < count; i++) walkAny(cursor, budget)
      return count
    }
    case contentRef.type:
      walkType(cursor)
      return 1
    case contentRef.format:
      walkKey(cursor)
      walkJson(cursor, budget)
      return 1
    case contentRef.embed:
      walkJson(cursor, budget)
      return 1
    default:
      // Binary is what is left.
      cursor.skip(cursor.uint())
      return 1
  }
}

function walkType(cursor: Cursor): void {
  const type = cursor.uint()
  if (type > lastTypeRef) refuse('g5', 'a type of an unknown kind')
  if (type === xmlElement || type === xmlHook) walkKey(cursor)
}
