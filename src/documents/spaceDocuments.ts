import type { BlockId, DocumentId, ItemId } from '../shared/ids.ts'
import type { Readable } from '../shared/readable.ts'
import type { AcceptedBlock } from '../feed/receiveBlock.ts'
import type { RootDocument } from './rootDocument.ts'
import type { TextHandle } from './textHandle.ts'

/** All documents of an open space, and the way of edits between them and blocks. */
export interface SpaceDocuments {
  readonly root: RootDocument
  /** Edits that a crash now would lose. */
  readonly unsaved: Readable<number>
  /** The slot this tab writes under; another after a fork of its feed. */
  readonly slot: number
  /** Opens a text document. @throws (rejects) EchoError data-corrupt, space-closed */
  openText(item: ItemId): Promise<TextHandle>
  /** A handle on a text document that is open already, without opening it: it need not be released. */
  peekText(item: ItemId): TextHandle | undefined
  /** Takes a block that the receiver accepted, in causal order; it is applied at the next tick. */
  accept(block: AcceptedBlock): void
  /** Says that a peer names blocks of the own slot that are not here: this disk is an old copy, and the next edit needs another slot. */
  noteOutdated(): void
  /**
   * Cuts and takes in what tabs that are gone left in the write-ahead log. The blocks that they stored must be in the graph by then.
   * @returns whether something stays, of a tab that still holds its slot, or on blocks that are not here
   * @throws (rejects) EchoError of storage
   */
  recoverAbandoned(): Promise<boolean>
  /** Cuts own edits and applies what arrived, now: on hiding, closing, and when a peer connects. */
  tick(): void
  /** Resolves when every edit so far is stored as a block, or storage refused it. */
  flush(): Promise<void>
  /**
   * Builds a document anew from its blocks and puts it in the place of the open one: own edits are cut first, handles get the next generation.
   * @throws (rejects) EchoError data-corrupt; the open document then stays
   */
  rebuild(document: DocumentId): Promise<void>
  /** The newest applied blocks. */
  frontier(): readonly BlockId[]
  /** Cuts and stores what is open, then closes everything. */
  dispose(): Promise<void>
}
