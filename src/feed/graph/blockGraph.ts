import type { BlockId, DocumentId } from '../../shared/ids.ts'
import type { BlockHeader, Retraction } from '../header.ts'

/** `<device id>/<slot>`: names a feed. */
export type FeedKey = string & { readonly __feedKey: unique symbol }

/** A block whose signature, author and place are known to be good. */
export interface BlockNode {
  readonly id: BlockId
  readonly header: BlockHeader
  readonly feed: FeedKey
  readonly document: DocumentId
  /** The Yjs clientID of the block's slot (feed/clientId.ts). */
  readonly client: number
  /** Number of the branch it is on. Blocks of one branch follow each other without a gap; a feed without forks is one. */
  readonly branch: number
}

/** A block by its place: the newest of a feed or branch. */
export interface FeedHead {
  readonly feed: FeedKey
  readonly seq: number
  readonly id: BlockId
}

/** Why a header does not fit the graph; the author or a peer is at fault. */
export type PlacementFault = 'space' | 'seq' | 'previous' | 'dependency' | 'clock' | 'client' | 'branches'

export type Placement =
  | { readonly status: 'fits' }
  | { readonly status: 'known' }
  /** Blocks that must come first. */
  | { readonly status: 'missing'; readonly blocks: readonly BlockId[] }
  | { readonly status: 'malformed'; readonly fault: PlacementFault }

/** A device's withdrawn blocks in one document that can have been applied together, in causal order. */
export interface Orphans {
  readonly document: DocumentId
  readonly blocks: readonly BlockNode[]
  /** What a block has to retract that holds their edits again. */
  readonly retracts: readonly Retraction[]
}

/**
 * The blocks of one space as a graph, in memory: who follows whom, what a block's past covers, and where feeds fork, what stands. Headers only;
 * payloads are elsewhere. All answers cost what the feeds and the answer hold, not what the space holds; a fork or retraction costs what it changes,
 * and the first one asked about a walk over all blocks.
 *
 * What stands, once it is decided, is a function of the set of blocks, whatever the order in which they were added (docs/PROTOCOL.md#forks).
 */
export interface BlockGraph {
  /** Number of blocks, standing or not. */
  readonly size: number
  /** Grows whenever a block that was here is withdrawn or stands again, which only {@link decide} does. */
  readonly verdict: number
  /** Whether what stands is what it should be. */
  readonly isDecided: boolean
  /** Lets what was added since the last time take out of the graph what it has to, and stand itself. Until then all stands as if that had not come. */
  decide(): void
  /** The membership log may say something else of authors: what follows for blocks is decided the next time. */
  reviewAuthors(): void
  /** Blocks looked at so far to decide what stands: what forks and retractions have cost. */
  readonly visited: number
  node(id: BlockId): BlockNode | undefined
  /** Whether a block is here and stands. */
  stands(id: BlockId): boolean
  /** Whether a block does not stand because its author is no writer any more. */
  isOutside(id: BlockId): boolean
  /** The blocks that do not stand, in causal order, but for those that wait for a decision. */
  withdrawn(): readonly BlockNode[]
  /** The newest standing block of a feed. */
  head(feed: FeedKey): FeedHead | undefined
  /** The newest standing block of every feed that has one. */
  heads(): readonly FeedHead[]
  /** The newest blocks of every branch of every feed, standing or not. */
  tips(): readonly FeedHead[]
  /** The newest blocks of a feed's branches; more than one where it forks. */
  tipsOf(feed: FeedKey): readonly FeedHead[]
  /** The blocks of a feed from `seq` on; none of one that forks. */
  unforked(feed: FeedKey, seq: number): readonly BlockNode[]
  /** Blocks of a feed's branches, further and further apart from the newest to the first, by which a peer finds the last that it has too. */
  samplesOf(feed: FeedKey): readonly FeedHead[]
  /** Other blocks at the place of this one: it forks its feed where there are any. */
  rivals(id: BlockId): readonly BlockId[]
  /** The first block of its feed up to this one that stands against a rival which its device has not taken back. */
  firstContested(id: BlockId): BlockId | undefined
  /** Judges where a block would stand, without adding it. */
  place(id: BlockId, header: BlockHeader): Placement
  /** Adds a block whose {@link place} is `fits`. */
  add(id: BlockId, header: BlockHeader): BlockNode
  /** Takes blocks of this device back as if a retraction named them, from the next decision on, until one does. */
  takeBack(blocks: readonly BlockId[]): void
  /**
   * What a block's declared past (previous + dependencies) holds of a document: for a Yjs clientID the exclusive limit of its clocks; 0 = nothing.
   * @param before the block's `previous` (undefined at seq 0) and dependencies, all in the graph.
   */
  limits(before: readonly BlockId[], document: DocumentId): (client: number) => number
  /** The Yjs clock at which a block after `previous` begins in `document`; undefined = a feed's first block. */
  clockAfter(previous: BlockId | undefined, document: DocumentId): number
  /** The standing block that wrote (client, clock) in a document, or undefined. */
  writerOf(document: DocumentId, client: number, clock: number): BlockNode | undefined
  /** The standing blocks of a document, in causal order. */
  blocksOf(document: DocumentId): readonly BlockNode[]
  /** The blocks of a document that are in `before` or in the past of one, standing or not, in causal order. */
  pastOf(before: readonly BlockId[], document: DocumentId): readonly BlockNode[]
  /**
   * A device's withdrawn blocks whose edits it has not written again yet, but for those outside, by feed and document, and by branch where two cannot go together.
   * @param isWanted whether blocks of a slot are asked for
   */
  orphansOf(device: Uint8Array, isWanted?: (slot: number) => boolean): readonly Orphans[]
  /** Of `blocks`, those in the past of no other: what a new block would name. Ascending by bytes. */
  maximal(blocks: readonly BlockId[]): readonly BlockId[]
  /**
   * What a peer with these blocks, and so with those before them in their feeds, lacks; in causal order. Where it names none of a feed that is known
   * here, it counts as having all of the feed, until it names a first block that is not.
   */
  missingFor(heads: readonly FeedHead[]): readonly BlockNode[]
}
