import type { EchoError } from '../shared/echoError.ts'
import type { BlockId, DocumentId, ItemId, SpaceId } from '../shared/ids.ts'
import type { Clock } from '../shared/ports.ts'
import type { Readable } from '../shared/readable.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { Storage } from '../storage/storage.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import type { KeyRing } from '../access/keys/keyRing.ts'
import type { MembershipLog } from '../access/membershipLog.ts'
import type { Block } from '../feed/block.ts'
import type { BlockGraph, BlockNode } from '../feed/graph/blockGraph.ts'
import type { BlockStore } from '../feed/store/blockStore.ts'
import type { DeviceQuotas } from '../feed/deviceQuotas.ts'
import type { AcceptedBlock } from '../feed/blockReceiver.ts'
import type { LiveDocument } from './liveDocument.ts'
import type { LoadedDocument } from './loading/loadDocument.ts'
import type { WithdrawnContent } from './verdicts/readWithdrawn.ts'
import type { TextHandles } from './texts/openText.ts'
import type { RootDocument } from './rootDocument.ts'
import type { TextModel } from './texts/textHandle.ts'
import type { TextSteps } from './texts/textHistory.ts'
import type { TextReader } from './texts/textReader.ts'

/** All documents of an open space, and the way of edits between them and blocks. */
export interface SpaceDocuments {
  readonly root: RootDocument
  /** Reads texts without keeping them open. */
  readonly reader: TextReader
  /** Edits that a crash now would lose. */
  readonly unsaved: Readable<number>
  /** Edits of this page that are in no stored block yet, which nobody else can have. */
  readonly unshared: Readable<number>
  /** The slot this tab writes under; another after a fork of its feed. */
  readonly slot: number
  /** Opens a text document, as plain text by default. @throws (rejects) EchoError data-corrupt, space-closed */
  openText<Model extends TextModel = 'text'>(item: ItemId, model?: Model): Promise<TextHandles[Model]>
  /** A handle on a text document that is open already, without opening it: it need not be released. */
  peekText<Model extends TextModel = 'text'>(item: ItemId, model?: Model): TextHandles[Model] | undefined
  /** The documents that are open, to be looked at, with how many hold each open and its generation: no such for the root document, which is always open. */
  openDocuments(): readonly {
    readonly document: LiveDocument
    readonly users: number | undefined
    readonly generation: number | undefined
  }[]
  /** Says where what is edited in texts here goes, to be taken back; until then nowhere. */
  keepTextSteps(steps: TextSteps): void
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
  /** Whether a block is not one that was cut here and is not stored yet. Those are given to nobody. */
  isStored(block: BlockId): boolean
  /** The newest applied blocks. */
  frontier(): readonly BlockId[]
  /** What devices wrote that are no writers any more, where it does not stand, as far as it can be read. @throws (rejects) EchoError of storage */
  readWithdrawn(): Promise<readonly WithdrawnContent[]>
  /** Cuts and stores what is open, then closes everything. */
  dispose(): Promise<void>
}

/** What the documents of a space need of the layers around them. */
export interface SpaceDocumentsOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly storage: Storage
  readonly space: SpaceId
  readonly identity: LocalIdentity
  readonly log: MembershipLog
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
  /** The root document as loaded with the graph. */
  readonly root: LoadedDocument
  readonly store: BlockStore
  /** Who pays for what is applied. */
  readonly quotas: Pick<DeviceQuotas, 'timed' | 'blame'>
  /** The slot this tab had before a reload. */
  readonly slotHint: number | undefined
  /** Whether a peer or another tab is connected. */
  readonly hasCompany: () => boolean
  /** An own block is stored: it may be sent. */
  readonly onStored: (node: BlockNode, block: Block) => void
  /** Fetches a block anew whose stored copy cannot be read. @returns whether it can be read now */
  readonly mend: (block: BlockId) => Promise<boolean>
  /** A fault that no caller can be told of. */
  readonly onFault: (error: EchoError) => void
}
