import { concatBytes, equalBytes } from '../../shared/bytes.ts'
import { idBytes, type SpaceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { Lock } from '../../storage/locks.ts'
import type { BundlePlace, Storage } from '../../storage/storage.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import type { BlockGraph, BlockNode, FeedKey } from '../graph/blockGraph.ts'
import { blockPlaceOf, type BlockStore } from '../store/blockStore.ts'
import { createBundle, maxBundlePayloadBytes, openBundle, type Bundle } from './bundle.ts'
import { openEnvelope } from '../envelope.ts'
import type { BlockHeader } from '../header.ts'
import { keptHashes } from './receivedBundle.ts'

/** How many blocks become a bundle, and how many bundles become a larger one; at most 1,024 blocks in all. */
export interface BundleSizes {
  readonly blocks: number
  readonly bundles: number
}

export const defaultBundleSizes: BundleSizes = { blocks: 64, bundles: 16 }

/**
 * Puts stored blocks into bundles, in the background: 64 blocks of a feed that have rows of their own, then 16 such bundles. One tab of the profile does,
 * the one that holds a lock. Nothing is deleted but in the transaction that stores what stands in its place, and that was read back before.
 */
export interface Bundler {
  /** Blocks were stored. */
  note(): void
  dispose(): void
}

export interface BundlerOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly storage: Storage
  readonly space: SpaceId
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
  readonly store: BlockStore
  /** 32-byte signing key of this device, which seals. */
  readonly device: Uint8Array
  /** Slot of this tab. */
  readonly slot: number
  readonly sizes?: BundleSizes
  readonly onFault: (error: unknown) => void
}

/** So long nothing new must have come: bundling beside people who type would cost them, and those who lack the last keys would be sent all 64. */
const quietMs = 5_000
/** Where it never grows quiet, it is done all the same after this. */
const latestMs = 60_000
/** Between two bundles, so that a page that draws or types gets its turns. */
const pauseMs = 20

export function createBundler(options: BundlerOptions): Bundler {
  const { crypto, clock, storage, space, keyRing, graph, store, device, slot, sizes = defaultBundleSizes } = options
  const reader = { space: idBytes(space), keyRing }
  const ending = new AbortController()
  /** Bundles that were too large to be joined with those after them. */
  const full = new Set<string>()
  /** Of each feed, the first block that lay in no bundle when last looked for. */
  const bundledTo = new Map<FeedKey, number>()
  let lock: Lock | undefined
  let timer: Timer | undefined
  /** When the blocks began to wait that the timer is set for. */
  let waitsSince = 0
  let isRunning = false

  async function lead(): Promise<void> {
    lock = await storage.locks.acquire(`space/${space}/bundling`, ending.signal)
    if (lock === undefined) return
    if (ending.signal.aborted) return lock.release()
    await store.refreshBundles()
    await removeCovered()
    note()
  }

  function note(): void {
    if (lock === undefined || ending.signal.aborted) return
    const now = clock.now()
    if (timer === undefined) waitsSince = now
    clock.clear(timer)
    const delayMs = Math.max(0, Math.min(quietMs, waitsSince + latestMs - now))
    timer = clock.after(delayMs, () => void work().catch(report))
  }

  async function work(): Promise<void> {
    timer = undefined
    if (isRunning) return note()
    isRunning = true
    try {
      for (const feed of unforkedFeeds()) {
        while (!ending.signal.aborted && ((await bundleNext(feed)) || (await joinNext(feed)))) {
          await new Promise<void>((resolve) => clock.after(pauseMs, resolve))
        }
      }
    } finally {
      isRunning = false
    }
  }

  /** Another tab may store blocks and bundles, or less of a bundle, after a bundle that holds them. */
  async function removeCovered(): Promise<void> {
    const { rows } = await storage.readHeaders(space)
    const blocks = rows.filter(({ block }) => {
      const node = graph.node(block)
      return node !== undefined && store.bundleOf(node) !== undefined
    })
    const bundles = unforkedFeeds().flatMap((feed) => {
      const all = store.bundlesOf(feed)
      return all.filter((place, i) => all.some((other, k) => k !== i && covers(other, place) && (!covers(place, other) || k < i)))
    })
    if (blocks.length + bundles.length > 0) await store.remove({ blocks, bundles })
  }

  /** Bundles the oldest blocks of a feed that have rows of their own. @returns whether there may be more to do */
  async function bundleNext(feed: FeedKey): Promise<boolean> {
    const open = graph.unforked(feed, bundledTo.get(feed) ?? 0)
    const begin = open.findIndex((node) => store.bundleOf(node) === undefined)
    if (begin < 0) return false
    bundledTo.set(feed, open[begin]!.header.seq)
    const next = open.findIndex((node, i) => i > begin && store.bundleOf(node) !== undefined)
    // A gap between bundles that came from peers will not grow any more.
    if (next < 0 && open.length - begin < sizes.blocks) return false
    const nodes = open.slice(begin, next < 0 ? open.length : next).slice(0, sizes.blocks)
    const rows = await storage.readBlocks(space, nodes.map(blockPlaceOf))
    const blocks: { readonly header: BlockHeader; readonly payload: Uint8Array }[] = []
    let bytes = 0
    for (const [i, row] of rows.entries()) {
      const node = nodes[i]!
      // Not on disk yet, damaged, or of the other branch of a fork.
      if (row === undefined || !follows(node, nodes[i - 1])) return false
      const payload = await openEnvelope(crypto, { ...reader, blockId: idBytes(node.id), envelope: row.envelope })
      if (!payload.ok) return false
      bytes += payload.value.length
      if (bytes > maxBundlePayloadBytes) break
      blocks.push({ header: node.header, payload: payload.value })
    }
    const covered = nodes.slice(0, blocks.length)
    const bundle = await bundleOf(blocks, rows[blocks.length - 1]!.signature, covered)
    if (bundle === undefined) return false
    await store.replace(
      bundle,
      covered.map(({ id }) => id),
      { blocks: covered.map(blockPlaceOf) },
    )
    return true
  }

  /** Joins bundles of a feed into a larger one. @returns whether there may be more to do */
  async function joinNext(feed: FeedKey): Promise<boolean> {
    const places = runToJoin(store.bundlesOf(feed))
    if (places === undefined) return false
    const blocks: { readonly header: BlockHeader; readonly payload: Uint8Array }[] = []
    let signature: Uint8Array | undefined
    for (const place of places) {
      const stored = await store.readBundle(place)
      const opened = stored && (await openBundle(crypto, reader, stored))
      if (opened === undefined || !opened.ok || opened.value.blocks.at(-1)!.id !== place.block) return skip(places)
      blocks.push(...opened.value.blocks)
      ;({ signature } = opened.value.head)
    }
    const nodes = graph.unforked(feed, places[0]!.first).slice(0, blocks.length)
    const bundle = await bundleOf(blocks, signature!, nodes)
    if (bundle === undefined) return skip(places)
    await store.replace(
      bundle,
      nodes.map(({ id }) => id),
      { bundles: places },
    )
    return true
  }

  function skip(places: readonly BundlePlace[]): boolean {
    full.add(places[0]!.block)
    return true
  }

  /** As many whole, neighbouring bundles as make a larger one. */
  function runToJoin(places: readonly BundlePlace[]): readonly BundlePlace[] | undefined {
    let run: BundlePlace[] = []
    for (const place of places) {
      const before = run.at(-1)
      const isNext = before === undefined || place.first === before.seq + 1
      const canJoin = countOf(place) < sizes.blocks * sizes.bundles && place.judged === countOf(place) && !full.has(place.block)
      if (!isNext || !canJoin) run = []
      if (canJoin) run.push(place)
      if (run.length === sizes.bundles)
        return run.reduce((sum, each) => sum + countOf(each), 0) <= sizes.blocks * sizes.bundles ? run : undefined
    }
    return undefined
  }

  /** Makes a bundle and reads it back: what it gives must be these nodes, before anything is deleted for it. */
  async function bundleOf(
    blocks: readonly { readonly header: BlockHeader; readonly payload: Uint8Array }[],
    signature: Uint8Array,
    nodes: readonly BlockNode[],
  ): Promise<(Bundle & BundlePlace & { readonly hashes: Uint8Array }) | undefined> {
    const key = keyRing.newest()
    const bundle = key && (await createBundle(crypto, { space: reader.space, key, device, slot }, blocks, signature))
    const readBack = bundle && (await openBundle(crypto, reader, bundle))
    if (bundle === undefined || readBack === undefined || !readBack.ok) return undefined
    const isSame = readBack.value.blocks.length === nodes.length && readBack.value.blocks.every(({ id }, i) => id === nodes[i]!.id)
    if (!isSame) return undefined
    const hashes = concatBytes(...blocks.map(({ header }) => header.plaintextHash))
    const last = nodes.at(-1)!
    return { ...bundle, ...blockPlaceOf(last), first: nodes[0]!.header.seq, judged: nodes.length, hashes: keptHashes(bundle, hashes) }
  }

  /** Two bundles of a forked feed can hold different blocks of the same numbers; its blocks stay as they are. */
  function unforkedFeeds(): readonly FeedKey[] {
    return graph.heads().flatMap(({ feed }) => (graph.tipsOf(feed).length === 1 ? feed : []))
  }

  /** Once this is over, storage may be closed under it; nothing is lost by that. */
  function report(error: unknown): void {
    if (!ending.signal.aborted) options.onFault(error)
  }

  lead().catch(report)
  return {
    note,
    dispose() {
      ending.abort()
      clock.clear(timer)
      lock?.release()
    },
  }
}

function follows(node: BlockNode, before: BlockNode | undefined): boolean {
  return (
    before === undefined ||
    (equalBytes(node.header.previous, idBytes(before.id)) && equalBytes(node.header.identity, before.header.identity))
  )
}

function countOf({ first, seq }: BundlePlace): number {
  return seq - first + 1
}

/** Whether every good block of `other` is one of `place`. */
function covers(place: BundlePlace, other: BundlePlace): boolean {
  return place.first <= other.first && place.first + place.judged >= other.first + other.judged
}
