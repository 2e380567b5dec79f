import * as Y from 'yjs'
import type { BlockNode } from '../../feed/graph/blockGraph.ts'
import { blockCaps, type GuardCaps } from '../../feed/guard/caps.ts'
import { Cursor } from '../../feed/guard/cursor.ts'
import { walkDeleteSet } from '../../feed/guard/deleteSet.ts'
import { Refused } from '../../feed/guard/refusal.ts'
import { contentRef, contentRefBits, createStructView, walkStruct, type StructContext } from '../../feed/guard/structs.ts'
import { createAuthorView } from '../verdicts/authorView.ts'

/** The guard's rules that need the document, adjacency and nesting (docs/PROTOCOL.md#guard); `rests` = the update refers to content that was itself left out. */
export type DocumentRule = 'g10' | 'g11' | 'rests'

/** What each rule says of an update that breaks it. */
export const documentRules: Record<DocumentRule, string> = {
  g10: 'its parts lie too far from the neighbours they name',
  g11: 'its values nest too deep',
  rests: 'it rests on a change that is left out',
}

/** A block whose payload does not count in its document. */
export interface LeftOut {
  readonly node: BlockNode
  readonly rule: DocumentRule
}

/** How many clocks may lie between the origins of structs, summed over an update (G10). Honest authors insert between neighbours, but for a few redone deletions. */
export const maxClocksBetween = 4096
/** How deep types may nest (G11). Yjs deletes nested types by recursion, and tells each of those around a change. */
export const maxNesting = 100

export interface DocumentGuardContext {
  readonly client: number
  /** The clocks that the update adds. */
  readonly from: number
  readonly to: number
  /** The exclusive limit of a clientID's clocks in the update's past; not asked for `client`. */
  readonly limits: (client: number) => number
}

/** Size is the static guard's business, or nobody's yet: an update may be judged before it is cut into parts. */
const noCaps: GuardCaps = { ...blockCaps, maxRanges: Infinity }

/**
 * Judges an update that passed the static guard against a document that holds its past; what else the document holds (concurrent content, the update itself) makes
 * no difference. Without it 32 KB of structs that name far neighbours make Yjs walk for minutes, and a hundred blocks of nested types overflow its stack.
 * @returns the rule that it breaks
 */
export function guardInDocument(doc: Y.Doc, update: Uint8Array, context: DocumentGuardContext): DocumentRule | undefined {
  try {
    return walk(doc, update, context)
  } catch (error) {
    // It is known to be well formed, so a reference is what is refused.
    if (error instanceof Refused) return 'rests'
    throw error
  }
}

function walk(doc: Y.Doc, update: Uint8Array, { client, from, to, limits }: DocumentGuardContext): DocumentRule | undefined {
  if (from > Y.getState(doc.store, client)) return 'rests'
  const held = heldLimits(doc, limits)
  const cursor = new Cursor(update)
  if (cursor.uint() > 0) {
    const structs = cursor.uint()
    cursor.uint()
    let clock = cursor.uint()
    const author = createAuthorView(doc, update, { client, from, limits: held })
    const context: StructContext = { client, limits: held, kind: 'any' }
    const view = createStructView()
    const budget = { nodes: Infinity }
    let between = 0
    for (let i = 0; i < structs; i++) {
      walkStruct(cursor, clock, context, budget, view)
      between += author.insert(view, clock, maxClocksBetween - between)
      if (between > maxClocksBetween) return 'g10'
      if ((view.info & contentRefBits) === contentRef.type && author.nesting() > maxNesting) return 'g11'
      clock += view.length
    }
  }
  walkDeleteSet(cursor, (of) => (of === client ? to : held(of)), noCaps)
  return undefined
}

/** What the document holds of the past; less than that where a payload was left out. */
function heldLimits(doc: Y.Doc, limits: (client: number) => number): (client: number) => number {
  const byClient = new Map<number, number>()
  return (client) => {
    let limit = byClient.get(client)
    if (limit === undefined) byClient.set(client, (limit = Math.min(limits(client), Y.getState(doc.store, client))))
    return limit
  }
}
