import { concatBytes } from '../../shared/bytes.ts'
import type { BlockId, SpaceId } from '../../shared/ids.ts'
import type { BundlePlace, BundleRow } from '../../storage/storage.ts'
import type { Bundle, OpenedBundle } from './bundle.ts'
import { feedKeyOf } from '../feedKey.ts'

/** A bundle from a peer while its blocks are judged. It is stored as it came, with the number of blocks that were found good. */
export interface ReceivedBundle {
  readonly bundle: Bundle
  /** Ids of its blocks that are in the graph. */
  ids(): readonly BlockId[]
  /** Whether a block is one of them. */
  holds(id: BlockId): boolean
  /** Block `index` of the bundle is in the graph now. Blocks of a feed get there one after the other. */
  note(index: number): void
  /** Where it is to be stored. */
  place(): BundlePlace
  row(space: SpaceId): BundleRow
}

/**
 * The payload hashes that are worth keeping beside a bundle: where they take more than the sealed payloads, as with typed letters, those are opened instead.
 * @returns `hashes`, or nothing
 */
export function keptHashes({ parts }: Bundle, hashes: Uint8Array): Uint8Array {
  return hashes.length <= parts.length ? hashes : new Uint8Array(0)
}

/** A block of a bundle whose last block's signature is good, and so its own header. */
export interface BundledBlock {
  readonly header: Uint8Array
  readonly payload: Uint8Array
  readonly received: ReceivedBundle
  readonly index: number
}

export function createReceivedBundle(bundle: Bundle, { blocks }: OpenedBundle): ReceivedBundle {
  const first = blocks[0]!.header
  const last = blocks.at(-1)!
  const feed = feedKeyOf(first.device, first.slot)
  const hashes = concatBytes(...blocks.map(({ header }) => header.plaintextHash))
  const ids = blocks.map(({ id }) => id)
  const places = new Map(ids.map((id, i) => [id, i]))
  let judged = 0
  const place = (): BundlePlace => ({ feed, seq: last.header.seq, block: last.id, first: first.seq, judged })
  return {
    bundle,
    ids: () => ids.slice(0, judged),
    holds: (id) => (places.get(id) ?? judged) < judged,
    note: (index) => {
      judged = Math.max(judged, index + 1)
    },
    place,
    row: (space) => ({ space, ...place(), ...bundle, hashes: keptHashes(bundle, hashes) }),
  }
}
