import { idBytes, type BlockId, type SpaceId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type {
  BlockPlace,
  BlockRow,
  BundleHeadRow,
  BundlePlace,
  BundleRow,
  Durability,
  Storage,
  StorageBatch,
} from '../../storage/storage.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import type { Block } from '../block.ts'
import type { BlockNode, FeedKey } from '../graph/blockGraph.ts'
import { createBlockWriter } from './blockWriter.ts'
import type { Bundle } from '../bundles/bundle.ts'
import { readBundleHeaders } from '../bundles/bundleHeaders.ts'
import { bundlePlaceOf, createBundleIndex } from '../bundles/bundleIndex.ts'
import { createBundlePayloads } from '../bundles/bundlePayloads.ts'
import { openEnvelope } from '../envelope.ts'
import type { ReceivedBundle } from '../bundles/receivedBundle.ts'
import { createRecentBlocks } from '../graph/recentBlocks.ts'

/**
 * The stored blocks of one space: the newest each in a row of its own, older ones in bundles. Those of the last moments are in memory, because they are
 * asked for before they are on disk.
 */
export interface BlockStore {
  /** Takes a block from a peer, or one more block of a bundle; it is stored within a moment, many together. Lost in a crash it is fetched again. */
  gather(node: BlockNode, block: Block | ReceivedBundle): void
  /**
   * Stores blocks, and with them whatever else must stand or fall with them: first of all what was gathered, for it may be their past. Write-ahead rows are
   * on their way when this returns; like blocks they count as stored only with all that was gathered before.
   * @throws EchoError of {@link Storage.write}
   */
  put(
    blocks: readonly { readonly node: BlockNode; readonly block: Block }[],
    durability: Durability,
    alongside?: StorageBatch,
  ): Promise<void>
  /** Resolves when all that was gathered is stored. @throws EchoError of {@link Storage.write}; what was gathered is kept, and stored later */
  flush(): Promise<void>
  /** The headers of all blocks, in rows and in bundles, without opening a payload unless that is less than its hash; some twice. `damaged`: rows that could not be read. */
  readHeaders(): Promise<{ readonly rows: readonly StoredHeader[]; readonly damaged: number }>
  /** Blocks that are whole in memory: those that came or were made last. */
  remembered(): readonly BlockId[]
  /** The blocks in the order asked; undefined where one is missing or damaged, or lies in a bundle and has no signature of its own. */
  get(nodes: readonly BlockNode[]): Promise<readonly (Block | undefined)[]>
  /** The blocks' payloads in the order asked, wherever they lie; undefined where one is missing, damaged or does not open. */
  payloads(nodes: readonly BlockNode[]): Promise<readonly (Uint8Array | undefined)[]>
  /** The bundle that holds a block, as far as this tab knows; it may be on its way to disk. */
  bundleOf(node: BlockNode): BundlePlace | undefined
  /** The good blocks of a stored bundle, as far as this tab knows, in order. */
  idsIn(place: BundlePlace): readonly BlockId[]
  /** A feed's stored bundles, as far as this tab knows, ascending by their last block. */
  bundlesOf(feed: FeedKey): readonly BundlePlace[]
  /** Learns of the bundles that other tabs made. @throws EchoError of storage */
  refreshBundles(): Promise<void>
  /** A bundle as it is or will be stored, or undefined where it is gone or damaged. @throws EchoError of storage */
  readBundle(place: BundlePlace): Promise<Bundle | undefined>
  /**
   * Puts a bundle in the place of rows or of other bundles, in one transaction.
   * @param ids of its blocks, all found good
   * @throws EchoError of storage; nothing has changed then
   */
  replace(
    bundle: Omit<BundleRow, 'space'>,
    ids: readonly BlockId[],
    former: { readonly blocks?: readonly BlockPlace[]; readonly bundles?: readonly BundlePlace[] },
  ): Promise<void>
  /** Removes rows whose blocks lie in another bundle. @throws EchoError of storage; nothing has changed then */
  remove(rows: { readonly blocks: readonly BlockPlace[]; readonly bundles: readonly BundlePlace[] }): Promise<void>
}

/** A stored header with its id. */
export interface StoredHeader {
  readonly block: BlockId
  readonly header: Uint8Array
}

export function createBlockStore(options: {
  readonly crypto: CryptoPort
  readonly storage: Storage
  readonly space: SpaceId
  readonly keyRing: KeyRing
  readonly clock: Clock
  /** Membership operations that are not stored yet; none by default. Each block names operations, and without these nobody could ever judge it. */
  readonly unstoredOperations?: () => NonNullable<StorageBatch['putMembership']>
  /** Gathered blocks could not be stored. */
  readonly onFault: (error: unknown) => void
}): BlockStore {
  const { crypto, storage, space, keyRing, clock, unstoredOperations = () => [] } = options
  const spaceBytes = idBytes(space)
  const recent = createRecentBlocks()
  const bundles = createBundleIndex()
  const writer = createBlockWriter({ storage, space, clock, bundles, unstoredOperations, onFault: options.onFault })
  const bundlePayloads = createBundlePayloads({ crypto, space: spaceBytes, keyRing, readBundle })

  function rowOf(node: BlockNode, block: Block): BlockRow {
    return { space, feed: node.feed, seq: node.header.seq, block: node.id, ...block }
  }

  async function get(nodes: readonly BlockNode[]): Promise<readonly (Block | undefined)[]> {
    const inMemory = new Map<BlockId, Block>()
    const waiting = writer.gathered()
    for (const { id } of nodes) {
      const block = recent.get(id) ?? waiting.get(id)
      if (block !== undefined) inMemory.set(id, block)
    }
    const absent = nodes.filter((node) => !inMemory.has(node.id) && bundles.find(node.id) === undefined)
    const rows = absent.length === 0 ? [] : await storage.readBlocks(space, absent.map(blockPlaceOf))
    const read = new Map<BlockId, Block>()
    rows.forEach((row, i) => {
      if (row !== undefined) read.set(absent[i]!.id, { header: row.header, signature: row.signature, envelope: row.envelope })
    })
    return nodes.map((node) => inMemory.get(node.id) ?? read.get(node.id))
  }

  async function payloads(nodes: readonly BlockNode[]): Promise<readonly (Uint8Array | undefined)[]> {
    const blocks = await get(nodes)
    const payload = (node: BlockNode, i: number) => payloadOf(node, blocks[i])
    const found = await Promise.all(nodes.map(payload))
    const missing = nodes.filter((_, i) => found[i] === undefined)
    if (missing.length === 0) return found
    // Another tab may have bundled them meanwhile.
    await refreshBundles()
    return Promise.all(nodes.map((node, i) => found[i] ?? payloadOf(node, undefined)))
  }

  async function payloadOf(node: BlockNode, block: Block | undefined): Promise<Uint8Array | undefined> {
    if (block !== undefined) {
      const opened = await openEnvelope(crypto, { space: spaceBytes, keyRing, blockId: idBytes(node.id), envelope: block.envelope })
      return opened.ok ? opened.value : undefined
    }
    const place = bundleOf(node)
    return place === undefined ? undefined : bundlePayloads.read(place, node.header.seq)
  }

  function refreshBundles(): Promise<void> {
    return bundles.relearn(async () => {
      const { rows } = await storage.readBundles(space)
      const headers = await Promise.all(rows.map((row) => headersOf(row)))
      return rows.flatMap((place, i) => (headers[i] === undefined ? [] : [{ place, ids: headers[i].map(({ block }) => block) }]))
    })
  }

  function bundleOf({ id }: BlockNode): BundlePlace | undefined {
    for (const received of writer.unwrittenBundles) if (received.holds(id)) return received.place()
    return bundles.find(id)
  }

  async function readBundle(place: BundlePlace): Promise<Bundle | undefined> {
    for (const received of writer.unwrittenBundles) {
      const { block, first } = received.place()
      if (block === place.block && first === place.first) return received.bundle
    }
    return storage.readBundle(space, place)
  }

  async function readHeaders(): Promise<{ readonly rows: readonly StoredHeader[]; readonly damaged: number }> {
    // In this order: what another tab bundles meanwhile is read twice, and not missed.
    const single = await storage.readHeaders(space)
    const bundled = await storage.readBundles(space)
    const rows: StoredHeader[] = []
    let damaged = single.damaged + bundled.damaged
    for (const row of bundled.rows) {
      const headers = await headersOf(row)
      if (headers === undefined) damaged++
      else {
        bundles.add(
          row,
          headers.map(({ block }) => block),
        )
        rows.push(...headers)
      }
    }
    return { rows: [...rows, ...single.rows], damaged }
  }

  async function headersOf(row: BundleHeadRow): Promise<readonly StoredHeader[] | undefined> {
    const headers = await readBundleHeaders({ crypto, storage, space, keyRing }, row)
    return headers?.map(({ id, bytes: header }) => ({ block: id, header }))
  }

  return {
    gather(node, block) {
      if ('bundle' in block) {
        writer.gatherBundle(block)
      } else {
        recent.add(node.id, block)
        writer.gather(rowOf(node, block))
      }
    },

    async put(blocks, durability, alongside = {}) {
      const rows = blocks.map(({ node, block }) => rowOf(node, block))
      await writer.write(rows, durability, alongside)
      // Not before: a peer that was sent a block this disk does not hold would see another in its place after a crash.
      for (const { node, block } of blocks) recent.add(node.id, block)
    },

    flush: () => writer.write([], 'relaxed', {}),
    readHeaders,
    remembered: recent.ids,
    get,
    payloads,
    bundleOf,
    idsIn: bundles.idsIn,
    bundlesOf: bundles.of,
    refreshBundles,
    readBundle,
    async replace(bundle, ids, former) {
      const deleteBlocks = (former.blocks ?? []).map((place) => ({ space, ...place }))
      const deleteBundles = (former.bundles ?? []).map((place) => ({ space, ...place }))
      await storage.write({ deleteBlocks, deleteBundles, putBundles: [{ space, ...bundle }] }, 'relaxed')
      bundles.add(bundle, ids)
      for (const place of former.bundles ?? []) bundles.remove(place)
    },
    async remove(rows) {
      const deleteBlocks = rows.blocks.map(({ feed, seq, block }) => ({ space, feed, seq, block }))
      const deleteBundles = rows.bundles.map((place) => ({ space, ...bundlePlaceOf(place) }))
      await storage.write({ deleteBlocks, deleteBundles }, 'relaxed')
      for (const place of rows.bundles) bundles.remove(place)
    },
  }
}

/** Where a block lies that has a row of its own. */
export function blockPlaceOf(node: BlockNode): BlockPlace {
  return { feed: node.feed, seq: node.header.seq, block: node.id }
}
