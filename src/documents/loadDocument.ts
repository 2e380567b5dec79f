import * as Y from 'yjs'
import { EchoError } from '../shared/echoError.ts'
import type { BlockId, DocumentId } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { BlockGraph, BlockNode } from '../feed/blockGraph.ts'
import { applyTogether, judgePayload, type Payload } from './applyPayloads.ts'
import { createYDoc, remoteOrigin } from './createYDoc.ts'
import { readPayloads, type PayloadSource } from './documentPayloads.ts'
import type { DocumentRule } from './guardInDocument.ts'

/** A Y.Doc built from blocks, and the means to bring it up to date. */
export interface LoadedDocument {
  readonly doc: Y.Doc
  /** The blocks whose payloads were left out. */
  readonly leftOut: readonly LeftOut[]
  /**
   * Applies the blocks that came meanwhile, as far as their payloads are in memory.
   * @returns whether the document now holds exactly the blocks that it should
   */
  catchUp(inMemory: (id: BlockId) => Uint8Array | undefined): boolean
}

/** A block whose payload does not count in its document. */
export interface LeftOut {
  readonly node: BlockNode
  readonly rule: DocumentRule
}

/**
 * Builds a document from its blocks, in causal order. When it resolves, it holds every block that stood at that moment, but for payloads that
 * break a rule.
 * @param how together is tried first; a payload that breaks a rule is then applied already, so that all is done again one by one
 * @param past the blocks to build it from, in causal order, instead of those that stand
 * @returns data-corrupt where a block cannot be read or the result has gaps
 */
export async function loadDocument(
  id: DocumentId,
  graph: BlockGraph,
  source: PayloadSource,
  onProgress?: (fraction: number) => void,
  how: 'together' | 'singly' = 'together',
  past?: () => readonly BlockNode[],
): Promise<Result<LoadedDocument, EchoError>> {
  const doc = createYDoc()
  const applied = new Set<BlockId>()
  const leftOut: LeftOut[] = []
  const { verdict } = graph
  const lacking = () => (past?.() ?? graph.blocksOf(id)).filter((node) => !applied.has(node.id))

  function apply(block: Payload): void {
    const rule = judgePayload(doc, graph, block)
    if (rule === undefined) Y.applyUpdate(doc, block.payload, remoteOrigin)
    else leftOut.push({ node: block.node, rule })
    applied.add(block.node.id)
  }

  for (let nodes = lacking(); nodes.length > 0; nodes = lacking()) {
    const payloads = await readPayloads(source, nodes, (read) => onProgress?.(read / nodes.length))
    if (!payloads.ok) return payloads
    const blocks = nodes.map((node, i) => ({ node, payload: payloads.value[i]! }))
    if (how === 'singly') blocks.forEach(apply)
    else if (applyTogether(doc, graph, blocks)) for (const node of nodes) applied.add(node.id)
    else return loadDocument(id, graph, source, onProgress, 'singly', past)
  }
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) return fail(gaps(id))

  return ok({
    doc,
    leftOut,
    catchUp(inMemory) {
      if (past === undefined && graph.verdict !== verdict) return false
      for (const node of lacking()) {
        const payload = inMemory(node.id)
        if (payload === undefined) return false
        apply({ node, payload })
      }
      return true
    },
  })
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
