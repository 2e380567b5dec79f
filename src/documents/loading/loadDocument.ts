import type * as Y from 'yjs'
import { applyUpdate } from '../../storage/applyUpdate.ts'
import { EchoError } from '../../shared/echoError.ts'
import type { BlockId, DocumentId } from '../../shared/ids.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { DocumentCache } from '../../storage/documentCache.ts'
import type { BlockGraph, BlockNode } from '../../feed/graph/blockGraph.ts'
import { applyTogether, judgePayload, type Payload } from '../applyPayloads.ts'
import { createYDoc, remoteOrigin } from '../createYDoc.ts'
import { readPayloads, type PayloadSource } from '../documentPayloads.ts'
import { fillFromCache, type FilledDocument } from './fillFromCache.ts'
import type { LeftOut } from '../writing/guardInDocument.ts'

/** A Y.Doc that holds what its blocks say, and the means to bring it up to date. */
export interface LoadedDocument {
  readonly doc: Y.Doc
  /** The blocks whose payloads were left out. */
  readonly leftOut: readonly LeftOut[]
  /** The document's cache, which follows it if it filled it; whoever uses the document releases it. */
  readonly cache: DocumentCache | undefined
  /**
   * Applies the blocks that came meanwhile, as far as their payloads are in memory.
   * @returns whether the document now holds exactly the blocks that it should
   */
  catchUp(inMemory: (id: BlockId) => Uint8Array | undefined): boolean
}

type Built = Result<Omit<LoadedDocument, 'cache'>, EchoError>

/**
 * Builds a document from its cache, where there is a good one, and from the blocks that are not in it, in causal order. When it resolves, it holds
 * every block that stood at that moment, but for payloads that break a rule.
 * @param past the blocks to build it from, in causal order, instead of those that stand
 * @returns data-corrupt where a block cannot be read or the result has gaps
 */
export async function loadDocument(
  id: DocumentId,
  graph: BlockGraph,
  source: PayloadSource,
  onProgress?: (fraction: number) => void,
  past?: () => readonly BlockNode[],
): Promise<Result<LoadedDocument, EchoError>> {
  const cache = past === undefined ? await takeCache(id, graph, source) : undefined
  const plan: Plan = { id, graph, source, onProgress, past }
  const fromCache = cache && (await buildFrom(() => fillFromCache(cache, id, graph), plan))
  if (fromCache?.ok) return ok({ ...fromCache.value, cache })
  // Whatever was wrong: blocks are the truth.
  if (fromCache !== undefined) await cache?.stop()
  const fromBlocks = await buildFrom(async () => ({ doc: createYDoc(), leftOut: [], holds: () => false }), plan)
  if (fromBlocks?.ok) return ok({ ...fromBlocks.value, cache })
  await cache?.release()
  return fromBlocks ?? fail(gaps(id))
}

/** The cache of a document that is worth one, unless another tab has it. */
export async function takeCache(
  id: DocumentId,
  graph: BlockGraph,
  { caches, space }: Pick<PayloadSource, 'caches' | 'space'>,
): Promise<DocumentCache | undefined> {
  if (caches === undefined || graph.blocksOf(id).length < caches.worthFromBlocks) return undefined
  return caches.take(space, id)
}

interface Plan {
  readonly id: DocumentId
  readonly graph: BlockGraph
  readonly source: PayloadSource
  readonly onProgress: ((fraction: number) => void) | undefined
  readonly past: (() => readonly BlockNode[]) | undefined
}

/**
 * Many blocks together first; a payload that breaks a rule is applied already then, so that all is done again one by one.
 * @returns undefined where `begin` gives nothing to begin with
 */
async function buildFrom(begin: () => Promise<FilledDocument | undefined>, plan: Plan): Promise<Built | undefined> {
  for (const how of ['together', 'singly'] as const) {
    const { verdict } = plan.graph
    const filled = await begin()
    const built = filled && (await build(filled, how, verdict, plan))
    if (built !== 'broken rule') return built
  }
  return undefined
}

/** @param verdict of the graph, from before the document was begun */
async function build(
  { doc, leftOut: leftOutBefore, holds }: FilledDocument,
  how: 'together' | 'singly',
  verdict: number,
  { id, graph, source, onProgress, past }: Plan,
): Promise<Built | 'broken rule'> {
  const applied = new Set<BlockId>()
  const leftOut = [...leftOutBefore]
  const lacking = () => (past?.() ?? graph.blocksOf(id)).filter((node) => !applied.has(node.id) && !holds(node.id))

  function apply(block: Payload): void {
    const rule = judgePayload(doc, graph, block)
    if (rule === undefined) applyUpdate(doc, block.payload, remoteOrigin)
    else leftOut.push({ node: block.node, rule })
    applied.add(block.node.id)
  }

  for (let nodes = lacking(); nodes.length > 0; nodes = lacking()) {
    const count = nodes.length
    let read = 0
    let isBroken = false
    const all = await readPayloads(source, nodes, (blocks) => {
      if (isBroken) return
      if (how === 'singly') blocks.forEach(apply)
      else isBroken = !applyTogether(doc, graph, blocks)
      for (const { node } of blocks) applied.add(node.id)
      read += blocks.length
      onProgress?.(read / count)
    })
    if (!all.ok) return all
    if (isBroken) return 'broken rule'
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
