import type * as Y from 'yjs'
import type { EchoError } from '../../shared/echoError.ts'
import { idBytes, type DocumentId } from '../../shared/ids.ts'
import type { Retraction } from '../../feed/header.ts'
import type { BlockFinisher } from './blockFinisher.ts'
import { extractUpdate } from './extractUpdate.ts'
import type { LiveDocument } from '../liveDocument.ts'
import type { LostEdit } from '../verdicts/reissueEdits.ts'
import type { SlotKeeper } from './slotKeeper.ts'
import type { TakeBack } from '../verdicts/takeBack.ts'
import type { WriteAheadLog } from './writeAheadLog.ts'

/** What a row of the write-ahead log says besides the edit: which blocks it takes back, or which rows it stands for. */
interface Rewriting {
  readonly retracts?: readonly Retraction[]
  readonly instead?: readonly string[]
}

/** Own edits on their way from the open documents through the write-ahead log into blocks. */
export interface OwnEdits {
  /** Bytes of local updates that no block holds. */
  uncutBytes(): number
  /** Logs a local edit, in the task that makes it. @returns the row's key */
  log(document: DocumentId, edit: { readonly update: Uint8Array; readonly from: number; readonly to: number }): string
  /** Lets the edit that `write` makes be logged as one that writes former ones again. */
  rewrite<T>(as: Rewriting, write: () => T): T
  cutAll(): void
  cut(id: DocumentId): void
  /**
   * Cuts what `write` writes again into an open document into blocks of which the first retracts; synchronous.
   * @returns the edits that could not be written; undefined where the document is closed or has edits that cannot be cut now, and nothing was tried
   */
  cutAgain(id: DocumentId, retracts: readonly Retraction[], write: (doc: Y.Doc) => readonly LostEdit[]): readonly LostEdit[] | undefined
}

export function createOwnEdits(options: {
  readonly live: ReadonlyMap<DocumentId, LiveDocument>
  readonly keeper: SlotKeeper
  readonly wal: WriteAheadLog
  readonly finisher: BlockFinisher
  readonly takeBack: TakeBack
  /** What is not in blocks of a document is about to be taken back, because this device may not write any more. */
  readonly onForbidden: (document: LiveDocument) => void
  readonly onEdited: () => void
  readonly onCut: (id: DocumentId) => void
  readonly onFault: (error: EchoError) => void
}): OwnEdits {
  const { live, keeper, wal, finisher, takeBack } = options
  let rewriting: Rewriting | undefined

  function cut(id: DocumentId, retracts: readonly Retraction[] = []): void {
    const document = live.get(id)
    if (document === undefined || document.uncutBytes === 0 || takeBack.isUnderWay(document)) return
    // A block now would fork the feed; the edit goes along to the next slot.
    if (keeper.isSpoiled() && keeper.isHeadStanding()) return
    const { cutter } = keeper
    const obstacle = cutter.obstacle()
    if (obstacle !== undefined) {
      // What waits for a key can be cut later; what is not allowed never can.
      if (obstacle.code === 'peer-offline') return
      options.onForbidden(document)
      return takeBack(document, obstacle)
    }
    const from = document.cutClock
    const extracted = extractUpdate(document.doc, from, document.deletes)
    if (extracted === undefined) return
    const blocks = cutter.cut(id, document.doc, extracted.update, from, document.rows, { retracts })
    if (!blocks.ok) return takeBack(document, blocks.error)
    document.markCut(extracted.to)
    options.onCut(id)
    for (const block of blocks.value) finisher.add(block)
  }

  function rewrite<T>(as: Rewriting, write: () => T): T {
    rewriting = as
    try {
      return write()
    } finally {
      rewriting = undefined
    }
  }

  return {
    uncutBytes: () => [...live.values()].reduce((sum, document) => sum + document.uncutBytes, 0),
    log(document, edit) {
      const { retracts, instead } = rewriting ?? {}
      rewriting = undefined
      const key = wal.append({ document, ...edit, heads: keeper.cutter.frontier().map(idBytes), ...(retracts && { retracts }) }, instead)
      options.onEdited()
      return key
    },
    rewrite,
    cut: (id) => cut(id),
    cutAll() {
      for (const id of live.keys()) cut(id)
    },
    cutAgain(id, retracts, write) {
      const document = live.get(id)
      cut(id)
      if (document === undefined || document.uncutBytes > 0) return undefined
      const lost = rewrite({ retracts }, () => write(document.doc))
      if (document.uncutBytes > 0) {
        cut(id, retracts)
        return lost
      }
      // Nothing of it is left to write, and that has to be said too.
      const blocks = keeper.cutter.cut(id, document.doc, Uint8Array.of(0, 0), document.cutClock, [], { retracts })
      if (!blocks.ok) {
        options.onFault(blocks.error)
        return []
      }
      for (const block of blocks.value) finisher.add(block)
      return lost
    },
  }
}
