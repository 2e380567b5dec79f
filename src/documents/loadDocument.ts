import * as Y from 'yjs'
import { EchoError } from '../shared/echoError.ts'
import type { BlockId, DocumentId } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { BlockGraph } from '../feed/blockGraph.ts'
import { spliceUpdates } from '../feed/spliceUpdates.ts'
import { createYDoc, remoteOrigin } from './createYDoc.ts'
import { readPayloads, type PayloadSource } from './documentPayloads.ts'

/** A Y.Doc built from blocks, and the means to bring it up to date. */
export interface LoadedDocument {
  readonly doc: Y.Doc
  /**
   * Applies the blocks that came meanwhile, as far as their payloads are in memory.
   * @returns whether the document now holds every block of the graph
   */
  catchUp(inMemory: (id: BlockId) => Uint8Array | undefined): boolean
}

/**
 * Builds a document from its blocks, in causal order. When it resolves, it holds every block that the graph had at that moment.
 * @returns data-corrupt where a block cannot be read or the result has gaps
 */
export async function loadDocument(
  id: DocumentId,
  graph: BlockGraph,
  source: PayloadSource,
  onProgress?: (fraction: number) => void,
): Promise<Result<LoadedDocument, EchoError>> {
  const doc = createYDoc()
  const applied = new Set<BlockId>()
  const lacking = () => graph.blocksOf(id).filter((node) => !applied.has(node.id))

  for (let nodes = lacking(); nodes.length > 0; nodes = lacking()) {
    const payloads = await readPayloads(source, nodes, (read) => onProgress?.(read / nodes.length))
    if (!payloads.ok) return payloads
    applyTogether(doc, payloads.value)
    for (const node of nodes) applied.add(node.id)
  }
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) return fail(gaps(id))

  return ok({
    doc,
    catchUp(inMemory) {
      for (const node of lacking()) {
        const payload = inMemory(node.id)
        if (payload === undefined) return false
        Y.applyUpdate(doc, payload, remoteOrigin)
        applied.add(node.id)
      }
      return true
    },
  })
}

/** As one splice, which Yjs takes several times faster than the updates one by one. */
function applyTogether(doc: Y.Doc, payloads: readonly Uint8Array[]): void {
  const spliced = spliceUpdates(payloads)
  for (const update of spliced === undefined ? payloads : [spliced]) Y.applyUpdate(doc, update, remoteOrigin)
}

function gaps(document: DocumentId): EchoError {
  return new EchoError(
    'data-corrupt',
    'The stored blocks of a document have gaps, so it cannot be built whole on this device. Other members still hold it: open the space on another device, or join again from an invitation.',
    {
      details: { document },
    },
  )
}
