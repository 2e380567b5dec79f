import * as Y from 'yjs'
import { applyUpdate } from '../storage/applyUpdate.ts'
import { toId, type BlockId } from '../shared/ids.ts'
import type { BlockGraph, BlockNode } from '../feed/graph/blockGraph.ts'
import { Cursor } from '../feed/guard/cursor.ts'
import { spliceUpdates } from '../feed/updates/spliceUpdates.ts'
import { remoteOrigin } from './createYDoc.ts'
import { guardInDocument, type DocumentRule } from './writing/guardInDocument.ts'

/*
 * A block whose payload breaks a rule of the document stays in the graph, is kept and passed on, but its payload is left out, and with it all that rests on
 * it: the slot's later payloads in this document, and whatever refers to them. Other documents, and blocks that only follow it, stand.
 *
 * Invariant: every peer leaves out the same, whether the document was open when a block came or not, because each answer rests on the block and its past alone.
 */
export interface Payload {
  readonly node: BlockNode
  readonly payload: Uint8Array
}

/**
 * Judges a block against a document that holds the payloads of its past, as far as they count.
 * @returns the rule for which its payload is to be left out
 */
export function judgePayload(doc: Y.Doc, graph: BlockGraph, { node, payload }: Payload): DocumentRule | undefined {
  const { header, client, document } = node
  const before = (header.seq === 0 ? header.dependencies : [header.previous, ...header.dependencies]).map(toId<BlockId>)
  return guardInDocument(doc, payload, { client, from: header.from, to: header.to, limits: graph.limits(before, document) })
}

/** Steps that Yjs may take at worst for blocks that are judged only after they were applied: some tenths of a second. */
const maxSteps = 2_000_000

/**
 * Applies blocks in causal order, many as one splice, which Yjs takes several times faster than one by one. They are judged after that, except those that could
 * take long to apply.
 * @returns false where one breaks a rule: the document then holds what it should not
 */
export function applyTogether(doc: Y.Doc, graph: BlockGraph, blocks: readonly Payload[]): boolean {
  let clocks = [...doc.store.clients.keys()].reduce((sum, client) => sum + Y.getState(doc.store, client), 0)
  let chunk: Payload[] = []
  let structs = 0

  function applyChunk(): boolean {
    const payloads = chunk.map(({ payload }) => payload)
    const spliced = spliceUpdates(payloads)
    for (const update of spliced === undefined ? payloads : [spliced]) applyUpdate(doc, update, remoteOrigin)
    const isGood = chunk.every((block) => judgePayload(doc, graph, block) === undefined)
    chunk = []
    structs = 0
    return isGood
  }

  for (const block of blocks) {
    const { from, to } = block.node.header
    const own = countStructs(block.payload)
    clocks += to - from
    if (chunk.length > 0 && (structs + own) * clocks > maxSteps && !applyChunk()) return false
    if (own * clocks > maxSteps && judgePayload(doc, graph, block) !== undefined) return false
    chunk.push(block)
    structs += own
  }
  return applyChunk()
}

function countStructs(payload: Uint8Array): number {
  const cursor = new Cursor(payload)
  return cursor.uint() === 0 ? 0 : cursor.uint()
}
