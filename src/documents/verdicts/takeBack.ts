import type { EchoError } from '../../shared/echoError.ts'
import type { DocumentId } from '../../shared/ids.ts'
import type { LiveDocument } from '../liveDocument.ts'
import type { WriteAheadLog } from '../writing/writeAheadLog.ts'

/** Takes edits that cannot be shared out of their documents again, with the reason; what was cut before stays. */
export interface TakeBack {
  (document: LiveDocument, error: EchoError): void
  /** Whether a document is just being replaced by one without the edit: nothing of it may be cut any more. */
  isUnderWay(document: LiveDocument): boolean
}

export interface TakeBackOptions {
  readonly wal: WriteAheadLog
  /** Puts a document built anew from its blocks in the place of the open one. */
  readonly rebuild: (document: DocumentId) => Promise<void>
  readonly onFault: (error: unknown) => void
}

export function createTakeBack({ wal, rebuild, onFault }: TakeBackOptions): TakeBack {
  const underWay = new Set<LiveDocument>()

  function takeBack(document: LiveDocument, error: EchoError): void {
    underWay.add(document)
    onFault(error)
    const rows = [...document.rows]
    wal.drop(rows)
    rebuild(document.id)
      .then(() => {
        // What was typed until the new document stood there rests on what was taken back.
        const later = document.rows.slice(rows.length)
        if (later.length > 0) onFault(error)
        wal.drop(later)
      }, onFault)
      // Where the document could not be built, the next cut tries again.
      .finally(() => underWay.delete(document))
  }

  return Object.assign(takeBack, { isUnderWay: (document: LiveDocument) => underWay.has(document) })
}
