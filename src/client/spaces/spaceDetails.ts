import { toId, type BlockId, type DeviceId, type SpaceId } from '../../shared/ids.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import { parseFeedKey } from '../../feed/feedKey.ts'
import { blockPlaceOf, type BlockStore } from '../../feed/store/blockStore.ts'
import type { BlockGraph, BlockNode } from '../../feed/graph/blockGraph.ts'
import type { ItemCounts } from '../../database/query/itemCounts.ts'
import type { Clock } from '../../shared/ports.ts'
import type { Storage } from '../../storage/storage.ts'

/** What a space holds and takes on this device, as it was when it was asked for. */
export interface SpaceDetails {
  readonly items: ItemCounts
  readonly members: number
  /** Of all members together. */
  readonly devices: number
  /** How often the space got new keys, the first ones included. */
  readonly epochs: number
  /** Texts and models with content, and one for the items. */
  readonly documents: number
  readonly blocks: number
  /** Of these, such as do not stand: taken out, or written twice by a copied disk. */
  readonly withdrawnBlocks: number
  /** What blocks and membership take on this device's disk, without the database's own overhead; caches of open documents are left out. */
  readonly bytesStored: number
  /** The newest block of everyone who wrote: what another device must name to have the same. */
  readonly heads: readonly SpaceHead[]
  /** When the first block was made, in milliseconds since the Unix epoch by its author's clock; undefined for a space without content. */
  readonly createdAt: number | undefined
  /** When the newest block was made, by its author's clock, but not later than now. */
  readonly changedAt: number | undefined
}

/** The newest block of a device's writer. */
export interface SpaceHead {
  readonly device: DeviceId
  readonly slot: number
  readonly seq: number
  readonly block: BlockId
}

/** The parts of an open space that are counted. */
interface CountedSpace {
  readonly id: SpaceId
  readonly graph: BlockGraph
  readonly log: OperationLog
  readonly store: BlockStore
  readonly database: { countItems(): ItemCounts }
}

/** So many blocks are read from the disk at once. */
const blocksAtOnce = 256

/**
 * Counts what is in a space. One walk over blocks and items in memory, and one over the rows on the disk.
 * @throws EchoError of storage
 */
export async function readDetails(
  open: CountedSpace,
  { storage, clock }: { readonly storage: Storage; readonly clock: Clock },
): Promise<SpaceDetails> {
  const { graph, log } = open
  const nodes = graph.missingFor([])
  const now = clock.now()
  const times = nodes.map(({ header }) => header.timeMs)
  const state = log.state.get()
  return {
    items: open.database.countItems(),
    members: state.members.size,
    devices: [...state.members.values()].reduce((sum, { devices }) => sum + devices.length, 0),
    epochs: log.epochs().length,
    documents: new Set(nodes.map(({ document }) => document)).size,
    blocks: nodes.length,
    withdrawnBlocks: nodes.filter(({ id }) => !graph.stands(id)).length,
    bytesStored: await sizeOf(open, nodes, storage),
    heads: graph.heads().map(({ feed, seq, id }) => {
      const { device, slot } = parseFeedKey(feed)!
      return { device: toId<DeviceId>(device), slot, seq, block: id }
    }),
    createdAt: times[0],
    changedAt: times.length === 0 ? undefined : times.reduce((last, time) => (time <= now ? Math.max(last, time) : last), times[0]!),
  }
}

async function sizeOf({ id: space, log, store }: CountedSpace, nodes: readonly BlockNode[], storage: Storage): Promise<number> {
  let bytes = log.operations().reduce((sum, { length }) => sum + length, 0)
  await store.flush()
  for (let at = 0; at < nodes.length; at += blocksAtOnce) {
    const rows = await storage.readBlocks(space, nodes.slice(at, at + blocksAtOnce).map(blockPlaceOf))
    for (const row of rows) bytes += row === undefined ? 0 : row.header.length + row.signature.length + row.envelope.length
  }
  for (const feed of new Set(nodes.map((node) => node.feed))) {
    for (const place of store.bundlesOf(feed)) {
      const row = await storage.readBundle(space, place)
      bytes += row === undefined ? 0 : row.head.length + row.hashes.length + row.parts.length
    }
  }
  return bytes
}
