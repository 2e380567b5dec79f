import type { DocumentId } from '../../shared/ids.ts'
import { extractUpdate } from '../writing/extractUpdate.ts'
import type { GoLive } from '../goLive.ts'
import type { LiveDocument } from '../liveDocument.ts'
import type { LoadedDocument } from '../loading/loadDocument.ts'
import type { OwnEdits } from '../writing/ownEdits.ts'
import { reissueEdits, type LostEdit } from './reissueEdits.ts'
import type { TakeBack } from './takeBack.ts'
import type { WriteAheadLog } from '../writing/writeAheadLog.ts'

export interface DocumentSwapOptions {
  readonly goLive: GoLive
  readonly edits: OwnEdits
  readonly takeBack: TakeBack
  readonly wal: WriteAheadLog
  readonly onLost: (document: DocumentId, lost: readonly LostEdit[]) => void
}

/**
 * Puts documents that were built of what stands in the place of open ones, which may show something else. Edits that no block holds are written into
 * the new document.
 */
export function createDocumentSwap({ goLive, edits, takeBack, wal, onLost }: DocumentSwapOptions) {
  return (former: LiveDocument, loaded: LoadedDocument): LiveDocument => {
    const { id, rows, cutClock: from } = former
    const next = goLive(id, loaded)
    if (former.uncutBytes > 0 && !takeBack.isUnderWay(former)) {
      const uncut = extractUpdate(former.doc, from, former.deletes)
      const lost =
        uncut &&
        edits.rewrite({ instead: rows }, () =>
          reissueEdits(next.doc, former.doc, [{ client: former.doc.clientID, from, to: uncut.to, ownUpdate: uncut.update }]),
        )
      if (next.uncutBytes === 0) wal.drop(rows)
      onLost(id, lost ?? [])
    }
    return next
  }
}
