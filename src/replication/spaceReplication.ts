import type { BlockId, SpaceId } from '../shared/ids.ts'
import type { Clock, Random } from '../shared/ports.ts'
import type { Readable } from '../shared/readable.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { Network } from '../network/network.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import type { EpochKey, KeyRing } from '../access/keys/keyRing.ts'
import type { OperationLog } from '../access/operationLog.ts'
import type { ProfileBook } from '../access/profileBook.ts'
import type { BlockGraph, BlockNode, FeedHead } from '../feed/graph/blockGraph.ts'
import type { BlockReceiver, ReceiveOutcome } from '../feed/blockReceiver.ts'
import type { BlockStore } from '../feed/store/blockStore.ts'
import type { DeviceQuotas } from '../feed/deviceQuotas.ts'
import type { SealAnew } from '../feed/sealAnew.ts'
import type { Link } from './link/link.ts'
import type { RefusedPeer } from './link/refusedPeers.ts'
import type { BroadcastExchange } from './presence/broadcastExchange.ts'
import type { Copies } from './blocks/copyExchange.ts'
import type { PresenceExchange } from './presence/presenceExchange.ts'
import type { Activity } from './presence/presenceMessage.ts'

/** One space's traffic with its members and with sister tabs. */
export interface SpaceReplication {
  readonly state: Readable<ReplicationState>
  /** What is known of each peer, for somebody who looks for a fault. */
  inspect(): ReplicationFacts
  readonly presence: PresenceExchange
  readonly broadcasts: BroadcastExchange
  /** Meets members through a network: the tab that networks for the profile does. Follows the newest key's room. */
  enterNetwork(network: Network): void
  leaveNetwork(): Promise<void>
  /** Meets sister tabs. */
  enterTabs(tabs: Network): void
  /** A block is new here: its author is this device, or it came from a peer (`from`). */
  announce(node: BlockNode): void
  /** A block can be read again that peers may have asked for in vain. */
  mended(node: BlockNode): void
  /** Asks every link for these blocks, although they are in the graph. */
  want(blocks: readonly BlockId[]): void
  /** Asks every link for a sign of life: the page was hidden or offline. */
  probe(): void
  dispose(): Promise<void>
}

/** How far the exchange is. */
export interface ReplicationState {
  /** Linked members' devices; in a tab that does not network, those of the one that does. */
  readonly peers: number
  readonly tabs: number
  /** Blocks that linked peers have and we lack. */
  readonly lacking: number
  /** Whether every linked peer has worked through all we have. */
  readonly delivered: boolean
  /** Who has stored all own blocks that are in the graph. */
  readonly copies: Copies
  /** Whether a peer sent what only a newer version can read. */
  readonly newer: boolean
}

/** What {@link SpaceReplication.inspect} found. */
export interface ReplicationFacts {
  /** Whether this tab is in the room in which the members meet. */
  readonly isInRoom: boolean
  readonly links: readonly LinkFacts[]
  readonly refused: readonly RefusedPeer[]
}

export interface LinkFacts {
  /** The connection's id. */
  readonly id: string
  /** Undefined for a tab of this profile. */
  readonly peer: Link['peer']
  /** Blocks that the peer has and we lack. */
  readonly lacking: number
  /** By how many milliseconds the peer's clock is ahead of ours, by what it said last; undefined where it has said nothing that tells. */
  readonly clockAheadMs: number | undefined
}

/** What the exchange works on, and whom it tells. */
export interface SpaceReplicationOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly random: Random
  readonly identity: LocalIdentity
  readonly space: SpaceId
  readonly log: OperationLog
  readonly keyRing: KeyRing
  readonly profiles: ProfileBook
  readonly graph: BlockGraph
  readonly store: BlockStore
  readonly sealAnew: SealAnew
  readonly receiver: BlockReceiver
  readonly quotas: Pick<DeviceQuotas, 'muted'>
  /** The own name that others see. */
  readonly ownName: () => string
  /** Whether this page is used; always by default. */
  readonly activity?: Readable<Activity> | undefined
  /** A peer said what it has: own edits should be cut now. Not before, because it may show that the own slot was written elsewhere. */
  readonly onHeads: () => void
  /** A peer named a block that is not here. */
  readonly onUnknownHead: (head: FeedHead) => void
  /** Blocks of the graph that every new peer is asked for. */
  readonly wanted: () => readonly BlockId[]
  /** A peer sent a block that a check refused: as it came, or undefined where it came in a bundle. */
  readonly onRefused: (outcome: ReceiveOutcome, from: Link['peer'], block: Uint8Array | undefined) => void
  /** A peer sent, for the first time, what only a newer version can read. */
  readonly onNewerVersion: (from: Link['peer']) => void
  /** A peer sent so much that does not belong, or in such a form, that its link was closed; it is shut out for so long. */
  readonly onBarred: (peer: NonNullable<Link['peer']>, ms: number) => void
  /** A member handed a content key over, which no epoch seals to this device. */
  readonly onKey: (key: EpochKey) => void
  /** Something failed that nobody else hears of. */
  readonly onFault: (error: unknown) => void
}
