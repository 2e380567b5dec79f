import type { EchoError } from '../../shared/echoError.ts'
import { rootDocumentId, type BlockId, type SpaceId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { DocumentCaches } from '../../storage/documentCache.ts'
import type { Authors } from '../../feed/acceptance.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import type { BlockStore } from '../../feed/store/blockStore.ts'
import { createBlockGraph } from '../../feed/graph/createBlockGraph.ts'
import { loadBlockGraph } from '../../feed/graph/loadBlockGraph.ts'
import type { PayloadSource } from '../documentPayloads.ts'
import { loadDocument, type LoadedDocument } from './loadDocument.ts'

/** What a space's storage holds that can be read: its blocks as a graph, and the root document built from them. */
export interface LoadedContent {
  readonly graph: BlockGraph
  readonly root: LoadedDocument
  /** Stored blocks that are left out for now: damaged, or after one that is. Their rows stay; peers, asked by heads, send what heals them. */
  readonly leftOut: number
}

/** More damaged blocks than this, one by one, are no single faults any more. */
const maxUnreadable = 100

/**
 * Reads a space from storage without changing anything. A block of the root document whose payload cannot be read is left out with all that rests
 * on it, so that one bad sector does not lock the device out of the space.
 * @returns data-corrupt where too much is unreadable
 */
export async function loadContent(options: {
  readonly crypto: CryptoPort
  readonly space: SpaceId
  readonly store: BlockStore
  readonly clock: Clock
  readonly caches: DocumentCaches | undefined
  /** Who is a writer now; by default everyone, for good. */
  readonly authors?: Authors
  readonly onProgress?: ((fraction: number) => void) | undefined
}): Promise<Result<LoadedContent, EchoError>> {
  const { crypto, clock, space, store } = options
  const { rows, damaged } = await store.readHeaders()
  const unreadable = new Set<BlockId>()
  for (;;) {
    const graph = createBlockGraph({ crypto, space, ...(options.authors && { authors: options.authors }) })
    const readable = rows.filter((row) => !unreadable.has(row.block))
    const misplaced = loadBlockGraph(graph, readable)
    const source: PayloadSource = { clock, space, store, unstored: () => undefined, caches: options.caches }
    const root = await loadDocument(rootDocumentId, graph, source, options.onProgress)
    if (root.ok) return ok({ graph, root: root.value, leftOut: damaged + unreadable.size + misplaced })
    const block = root.error.details['block'] as BlockId | undefined
    if (block === undefined || unreadable.has(block) || unreadable.size >= maxUnreadable) return fail(root.error)
    unreadable.add(block)
  }
}
