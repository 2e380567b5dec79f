import type { DeviceId } from '../shared/ids.ts'
import type { Readable } from '../shared/readable.ts'
import type { Block } from './block.ts'
import type { BlockNode } from './graph/blockGraph.ts'
import type { Bundle } from './bundles/bundle.ts'
import type { Awaited as Wait, HeldBlocks } from './graph/heldBlocks.ts'
import type { ReceivedBundle } from './bundles/receivedBundle.ts'
import type { TurnedAway } from './turnedAway.ts'

/** A block that passed every check. */
export interface AcceptedBlock {
  readonly node: BlockNode
  /** A Yjs V1 update that the guard let pass. */
  readonly payload: Uint8Array
  /** Itself, or the bundle that it came in. */
  readonly block: Block | ReceivedBundle
}

/** Which check refused a block; `hold` = it might be good, but too many wait already. */
export type ReceiveLayer = 'decode' | 'signature' | 'membership' | 'graph' | 'envelope' | 'header' | 'guard' | 'hold'

export type ReceiveOutcome =
  | { readonly status: 'accepted' | 'known' }
  | { readonly status: 'held'; readonly awaits: Wait['kind'] }
  /** Its header has a version that this one cannot read; nothing of it was judged. */
  | { readonly status: 'newer-version' }
  | { readonly status: 'refused'; readonly layer: ReceiveLayer; readonly reason: string }

export interface BlockReceiver {
  /**
   * Judges an encoded block, and what waited for it. Devices take turns; a device's blocks are judged in the order of the calls. Never rejects for
   * what the bytes hold.
   * @param onDelayed the block is kept, but its device has to wait for its quota, or is muted
   */
  receive(bytes: Uint8Array, onDelayed?: () => void): Promise<ReceiveOutcome>
  /**
   * Judges the blocks of a bundle one after the other; it is kept as it came, as far as they are good. What is refused takes along what follows it.
   * @returns what became of each block up to the first that was refused; a single refusal where the bundle proves nothing
   */
  receiveBundle(bundle: Bundle, onDelayed?: () => void): Promise<readonly ReceiveOutcome[]>
  /** Judges again what waits for operations or keys, or for blocks that were added to the graph elsewhere: call it when some arrived. */
  retry(): Promise<void>
  /** Blocks that wait for others, for operations or for keys. */
  readonly held: number
  /** These blocks, to be looked at. */
  readonly waiting: HeldBlocks['all']
  /** Devices whose blocks wait for their quota, or are muted and sent some. */
  readonly delayed: Readable<ReadonlySet<DeviceId>>
  /** Blocks of a device that wait for their turn, or of all. */
  queued(device?: DeviceId): number
  /** A block was cut here: backlogs leave room, as they do where others work. */
  noteOwnWork(): void
  /** A device was unmuted. */
  wake(): void
  /** Listens for devices of which blocks were turned away that would be taken now. @returns stops listening */
  readonly onWantedAgain: TurnedAway['onWantedAgain']
  /** How often each check refused, by `<layer>/<reason>`. */
  refusals(): ReadonlyMap<string, number>
  dispose(): void
}
