import type * as Y from 'yjs'
import type { DocumentId, SpaceId } from '../shared/ids.ts'

/** The rows of the keys table that list caches begin so. They say how often and when, and stay open: caches are deleted by them. */
export const cacheRowPrefix = 'document-cache/'

/**
 * Caches of open documents, so that a large one need not be built from its blocks at each start. A cache is never truth: whatever is in doubt
 * is dropped, and the document is built from blocks. What it holds lies on the disk in plain text.
 */
export interface DocumentCaches {
  /** A document of fewer blocks than this is read from them as fast. */
  readonly worthFromBlocks: number
  /**
   * Takes the cache of a document for this tab.
   * @returns undefined while another tab has it, or where storage gives none. Never rejects.
   */
  take(space: SpaceId, document: DocumentId): Promise<DocumentCache | undefined>
  /** Deletes all caches of a space, also those that a tab has open. Never rejects. */
  deleteSpace(space: SpaceId): Promise<void>
}

/** The cache of one document, which this tab holds until {@link release}. No call rejects. */
export interface DocumentCache {
  /** Updates it holds; many small ones load slowly, and {@link renew} makes them one. */
  readonly rows: number
  /** Whether it follows a document and has lost nothing of it; false after a write that failed or a database closed or deleted under it. */
  readonly isFollowing: boolean
  /**
   * Fills an empty document with what the cache held when it was last marked, and follows it from then on.
   * @returns the value of that mark; undefined where there is none or a checksum is wrong: the document must not be used then
   */
  fill(doc: Y.Doc): Promise<Uint8Array | undefined>
  /** Begins a new generation with what `doc` holds now and follows it. The former one stays until the new one is marked. @returns whether that worked */
  renew(doc: Y.Doc): Promise<boolean>
  /**
   * Says what the cache holds at this moment. Written when `stored` has resolved and all it covers is committed.
   * @param value whatever {@link fill} shall give back
   * @param stored resolves when what the value speaks of is stored
   * @returns whether it is written
   */
  mark(value: Uint8Array, stored: () => Promise<unknown>): Promise<boolean>
  /** Lets the documents' own listeners come first: registers that of the cache anew, behind them. */
  followLast(): void
  /** Stops following: the document is replaced. */
  stop(): Promise<void>
  /** Stops following and gives the cache back. */
  release(): Promise<void>
}
