import * as Y from 'yjs'
import type { BlockId, DocumentId } from '../shared/ids.ts'
import type { Clock } from '../shared/ports.ts'
import type { BlockGraph } from '../feed/graph/blockGraph.ts'
import { createCacheKeeper, type CacheKeeper } from './loading/cacheKeeper.ts'
import { encodeCacheMark } from './loading/cacheMark.ts'
import type { PayloadSource } from './documentPayloads.ts'
import { takeCache, type LoadedDocument } from './loading/loadDocument.ts'
import type { LeftOut } from './writing/guardInDocument.ts'

/** Keeps the caches of all open documents of a space. */
export interface DocumentKeepers {
  /** A document was opened, or stands in the place of a former one; its own listeners are registered. */
  keep(id: DocumentId, loaded: LoadedDocument): void
  /** The payload of a block was left out of a document. */
  leaveOut(id: DocumentId, block: LeftOut): void
  /** Blocks were applied to a document or cut from it. */
  touch(id: DocumentId): void
  /** A document is about to be destroyed. */
  close(id: DocumentId): void
  /** Closes all; resolves when the caches of all documents are given back. */
  dispose(): Promise<void>
}

export function createDocumentKeepers(options: {
  readonly clock: Clock
  readonly graph: BlockGraph
  readonly source: PayloadSource
  /** Whether an open document is just what its applied blocks make. */
  readonly isWhole: (id: DocumentId) => boolean
  /** The newest applied blocks. */
  readonly frontier: () => readonly BlockId[]
  /** Resolves when all applied blocks are stored, rejects where they cannot be. */
  readonly stored: () => Promise<unknown>
}): DocumentKeepers {
  const { clock, graph, source, stored } = options
  const keepers = new Map<DocumentId, CacheKeeper>()
  const open = new Map<DocumentId, { readonly doc: Y.Doc; readonly leftOut: LeftOut[] }>()
  const closing = new Set<Promise<void>>()

  function markOf(id: DocumentId): Uint8Array | undefined {
    if (!options.isWhole(id)) return undefined
    const { doc, leftOut } = open.get(id)!
    return encodeCacheMark({
      heads: options.frontier(),
      leftOut: leftOut.map(({ node, rule }) => ({ block: node.id, rule })),
      stateVector: Y.encodeStateVector(doc),
    })
  }

  function close(id: DocumentId): void {
    const closed = keepers.get(id)?.close()
    keepers.delete(id)
    open.delete(id)
    if (closed === undefined) return
    closing.add(closed)
    void closed.finally(() => closing.delete(closed))
  }

  return {
    keep(id, { doc, cache, leftOut }) {
      open.set(id, { doc, leftOut: [...leftOut] })
      const keeper = keepers.get(id)
      if (keeper !== undefined) return keeper.replace(doc, cache)
      if (source.caches === undefined) return
      keepers.set(id, createCacheKeeper({ clock, doc, cache, take: () => takeCache(id, graph, source), mark: () => markOf(id), stored }))
    },
    leaveOut(id, block) {
      open.get(id)?.leftOut.push(block)
      keepers.get(id)?.touch()
    },
    touch: (id) => keepers.get(id)?.touch(),
    close,
    async dispose() {
      for (const id of [...keepers.keys()]) close(id)
      await Promise.all(closing)
    },
  }
}
