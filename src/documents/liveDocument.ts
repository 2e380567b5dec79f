import * as Y from 'yjs'
import { applyUpdate } from '../storage/applyUpdate.ts'
import type { DocumentId } from '../shared/ids.ts'
import { remoteOrigin } from './createYDoc.ts'
import type { DeleteSet } from './writing/extractUpdate.ts'

/** A document that is open: its Y.Doc, and what was edited here since the last cut. */
export interface LiveDocument {
  readonly id: DocumentId
  readonly doc: Y.Doc
  /** Yjs clock of the own slot up to which blocks were cut. */
  readonly cutClock: number
  /** Delete sets of local transactions since the last cut. */
  readonly deletes: readonly DeleteSet[]
  /** Keys of the write-ahead rows that no cut covers yet. */
  readonly rows: readonly string[]
  /** Bytes of local updates since the last cut; 0 = nothing own is uncut. */
  readonly uncutBytes: number
  /**
   * Applies the payload of a block; not inside a transaction.
   */
  apply(payload: Uint8Array): void
  /** Says that everything up to `clock` is in blocks now. @returns the rows these blocks replace. */
  markCut(clock: number): readonly string[]
  /** Stops noting local edits. */
  detach(): void
}

/**
 * Begins to watch a loaded document for local edits.
 * @param client the slot's clientID: set here, after the load (set before, Yjs would change it on meeting its own structs)
 * @param onEdit called in the task of each local transaction with its update and the own clocks before and after; @returns the write-ahead row's key
 */
export function createLiveDocument(
  id: DocumentId,
  doc: Y.Doc,
  client: number,
  onEdit: (edit: { readonly update: Uint8Array; readonly from: number; readonly to: number }) => string,
): LiveDocument {
  doc.clientID = client
  let cutClock = Y.getState(doc.store, client)
  let editedClock = cutClock
  let deletes: DeleteSet[] = []
  let rows: string[] = []
  let uncutBytes = 0

  function onUpdate(update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction): void {
    if (!transaction.local) return
    const from = editedClock
    editedClock = Y.getState(doc.store, client)
    if (transaction.deleteSet.clients.size > 0) deletes.push(transaction.deleteSet)
    uncutBytes += update.length
    rows.push(onEdit({ update, from, to: editedClock }))
  }
  doc.on('update', onUpdate)

  return {
    id,
    doc,
    get cutClock() {
      return cutClock
    },
    get deletes() {
      return deletes
    },
    get rows() {
      return rows
    },
    get uncutBytes() {
      return uncutBytes
    },
    apply: (payload) => applyUpdate(doc, payload, remoteOrigin),
    markCut(clock) {
      const covered = rows
      cutClock = clock
      deletes = []
      rows = []
      uncutBytes = 0
      return covered
    },
    detach: () => doc.off('update', onUpdate),
  }
}
