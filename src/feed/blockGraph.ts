import type { BlockId, DocumentId } from '../shared/ids.ts'
import type { BlockHeader } from './header.ts'

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
}

/** The newest block of a feed. */
export interface FeedHead {
  readonly feed: FeedKey
  readonly seq: number
  readonly id: BlockId
}

/** Why a header does not fit the graph; the author or a peer is at fault. */
export type PlacementFault = 'space' | 'seq' | 'previous' | 'dependency' | 'clock' | 'client'

export type Placement =
  | { readonly status: 'fits' }
  | { readonly status: 'known' }
  /** Blocks that must come first. */
  | { readonly status: 'missing'; readonly blocks: readonly BlockId[] }
  /** Another block already stands at this place of the feed. */
  | { readonly status: 'forked'; readonly with: BlockId }
  | { readonly status: 'malformed'; readonly fault: PlacementFault }

/**
 * The blocks of one space as a graph, in memory: who follows whom, what a block's past covers. Headers only; payloads are elsewhere.
 * All answers cost what the feeds and the answer hold, not what the space holds.
 */
export interface BlockGraph {
  /** Number of blocks. */
  readonly size: number
  node(id: BlockId): BlockNode | undefined
  /** The newest block of a feed. */
  head(feed: FeedKey): FeedHead | undefined
  /** The newest block of every feed. */
  heads(): readonly FeedHead[]
  /** Judges where a block would stand, without adding it. */
  place(id: BlockId, header: BlockHeader): Placement
  /** Adds a block whose {@link place} is `fits`. */
  add(id: BlockId, header: BlockHeader): BlockNode
  /**
   * What a block's declared past (previous + dependencies) holds of a document: for a Yjs clientID the exclusive limit of its clocks; 0 = nothing.
   * @param before the block's `previous` (undefined at seq 0) and dependencies, all in the graph.
   */
  limits(before: readonly BlockId[], document: DocumentId): (client: number) => number
  /** The Yjs clock at which a feed's next block in `document` begins. */
  nextClock(feed: FeedKey, document: DocumentId): number
  /** The block that wrote (client, clock) in a document, or undefined. */
  writerOf(document: DocumentId, client: number, clock: number): BlockNode | undefined
  /** The blocks of a document, in causal order. */
  blocksOf(document: DocumentId): readonly BlockNode[]
  /** Of `blocks`, those in the past of no other: what a new block would name. Ascending by bytes. */
  maximal(blocks: readonly BlockId[]): readonly BlockId[]
  /** What a peer with these heads lacks, in causal order. Feeds it does not name are lacking whole; a head unknown here counts as having all. */
  missingFor(heads: readonly { readonly feed: FeedKey; readonly seq: number }[]): readonly BlockNode[]
}
