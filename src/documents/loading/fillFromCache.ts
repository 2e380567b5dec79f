import * as Y from 'yjs'
import { equalBytes } from '../../shared/bytes.ts'
import type { BlockId, DocumentId } from '../../shared/ids.ts'
import type { DocumentCache } from '../../storage/documentCache.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import { decodeCacheMark } from './cacheMark.ts'
import { createYDoc } from '../createYDoc.ts'
import type { LeftOut } from '../writing/guardInDocument.ts'

/** A document with some of its blocks applied. */
export interface FilledDocument {
  readonly doc: Y.Doc
  /** Blocks that are held without their payloads. */
  readonly leftOut: readonly LeftOut[]
  /** Whether the document holds this block of it. */
  holds(block: BlockId): boolean
}

/**
 * A document as its cache was last marked.
 * @returns undefined at the least doubt: it is built from its blocks then
 */
export async function fillFromCache(cache: DocumentCache, id: DocumentId, graph: BlockGraph): Promise<FilledDocument | undefined> {
  const doc = createYDoc()
  const value = await cache.fill(doc)
  const mark = value && decodeCacheMark(value)
  const isGood =
    mark !== undefined &&
    // A block that stands has a past that stands.
    mark.heads.every((head) => graph.stands(head)) &&
    doc.store.pendingStructs === null &&
    doc.store.pendingDs === null &&
    equalBytes(Y.encodeStateVector(doc), mark.stateVector) &&
    isCovered(doc, graph.limits(mark.heads, id))
  if (isGood) {
    const held = new Set(graph.pastOf(mark.heads, id).map((node) => node.id))
    const leftOut = mark.leftOut.flatMap(({ block, rule }) => {
      const node = graph.node(block)
      return node === undefined ? [] : [{ node, rule }]
    })
    return { doc, leftOut, holds: (block) => held.has(block) }
  }
  await cache.stop()
  doc.destroy()
  return undefined
}

/** Whether no client has written more than the blocks say: what nobody else can ever have must not be shown. */
function isCovered(doc: Y.Doc, limits: (client: number) => number): boolean {
  return [...Y.decodeStateVector(Y.encodeStateVector(doc))].every(([client, clock]) => clock <= limits(client))
}
