import type * as Y from 'yjs'
import type { Readable } from '../shared/readable.ts'
import type { ItemId } from '../shared/ids.ts'

/** An open text: what editors bind to. */
export interface TextHandle {
  readonly item: ItemId
  /**
   * The live text and its generation. Both change when the document is rebuilt: an editor binds to the new `yText` then. What is typed into the
   * former one afterwards is carried over.
   */
  readonly current: Readable<TextGeneration>
  /** The text as a string; kept up to date. */
  readonly content: Readable<string>
  /** Closes the document when the last one who opened it has released it. Idempotent. */
  release(): void
}

export interface TextGeneration {
  readonly generation: number
  readonly yText: Y.Text
}
