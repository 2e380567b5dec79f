import { EchoError } from '../../shared/echoError.ts'
import type { BlockId, DocumentId } from '../../shared/ids.ts'
import type { Result } from '../../shared/result.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import type { Inbox } from '../inbox.ts'
import type { LiveDocument } from '../liveDocument.ts'
import type { LoadedDocument } from '../loading/loadDocument.ts'
import type { OwnEdits } from '../writing/ownEdits.ts'
import type { ShownVerdict } from './shownVerdict.ts'
import type { NextSlot, SlotKeeper } from '../writing/slotKeeper.ts'
import type { TakeBack } from './takeBack.ts'

export interface DocumentSettlingOptions {
  readonly graph: BlockGraph
  readonly verdict: ShownVerdict
  readonly keeper: SlotKeeper
  readonly live: ReadonlyMap<DocumentId, LiveDocument>
  readonly inbox: Inbox
  readonly edits: OwnEdits
  readonly takeBack: TakeBack
  /** Builds a document beside the open one. */
  readonly load: (id: DocumentId) => Promise<Result<LoadedDocument, EchoError>>
  /** The payload of a block that may not be stored yet. */
  readonly unstored: (id: BlockId) => Uint8Array | undefined
  /** Takes another slot, without going on under it yet. */
  readonly claimNext: () => Promise<NextSlot>
  readonly goOnUnder: (next: NextSlot) => void
  /** Puts a document in the place of the open one. */
  readonly show: (former: LiveDocument, loaded: LoadedDocument) => void
  readonly isDisposed: () => boolean
}

/**
 * Brings the open documents to what stands, all at once: a document of one branch beside one of another would give blocks a past that no document
 * ever had. Takes another slot where this one is spoiled.
 * @returns the function that does it; it rejects with EchoErrors of storage, data-corrupt, or what keeps own edits from being cut
 */
export function createDocumentSettling(options: DocumentSettlingOptions): () => Promise<void> {
  const { graph, verdict, keeper, live, inbox, edits, takeBack, load, unstored, isDisposed } = options

  /** @throws what keeps own edits from being cut, before anything has changed */
  function showAll(loaded: ReadonlyMap<DocumentId, LoadedDocument>, next: NextSlot | undefined): void {
    // Edits that no block holds go along into the new documents, unless what they stand in is withdrawn: then they were cut, to be written again with it.
    const isCarried = next !== undefined && keeper.isHeadStanding()
    const held = [...live.values()].some((document) => document.uncutBytes > 0 && !takeBack.isUnderWay(document))
    if (held && !isCarried) throw keeper.cutter.obstacle() ?? new EchoError('block-refused', 'An edit could not be cut; it is tried again.')
    if (next !== undefined) options.goOnUnder(next)
    keeper.cutter.reset(graph.heads().map(({ id }) => id))
    inbox.clear()
    verdict.noteShown()
    for (const [id, document] of loaded) if (live.has(id)) options.show(live.get(id)!, document)
  }

  return async () => {
    let next: NextSlot | undefined
    try {
      for (let isDone = false; !isDone && !isDisposed();) {
        edits.cutAll()
        await verdict.decide()
        if (next === undefined && keeper.isSpoiled()) next = await options.claimNext()
        if (next === undefined && verdict.isCurrent()) return
        const decided = graph.verdict
        const loaded = new Map<DocumentId, LoadedDocument>()
        for (const id of live.keys()) {
          const document = await load(id)
          if (!document.ok) throw document.error
          loaded.set(id, document.value)
        }
        // From here on nothing is awaited: what was edited until now goes along, and the next edit meets the new documents.
        edits.cutAll()
        const areWhole = [...live.keys()].every((id) => loaded.get(id)?.catchUp(unstored) ?? false)
        isDone = areWhole && graph.verdict === decided && (next !== undefined || !keeper.isSpoiled()) && !isDisposed()
        if (!isDone) continue
        showAll(loaded, next)
        next = undefined
      }
    } finally {
      next?.slot.release()
    }
  }
}
