import type { BlockId } from '../../shared/ids.ts'
import type { BundlePlace } from '../../storage/storage.ts'
import type { FeedKey } from '../graph/blockGraph.ts'

/** Which blocks of a space lie in which bundles. In memory; what is on disk decides. */
export interface BundleIndex {
  /** @param ids of the blocks that were found good, in order */
  add(place: BundlePlace, ids: readonly BlockId[]): void
  remove(place: BundlePlace): void
  /** The bundle that holds a block. Asked by id, for a forked feed has two blocks of one number. */
  find(id: BlockId): BundlePlace | undefined
  /** The blocks of a bundle that were found good, in order. */
  idsIn(place: BundlePlace): readonly BlockId[]
  /** A feed's bundles, ascending by their last block. */
  of(feed: FeedKey): readonly BundlePlace[]
  /**
   * Learns anew what is on disk. What is added and removed here while that is read is kept, for the reading may miss it.
   * @throws what `read` throws; nothing has changed then
   */
  relearn(read: () => Promise<readonly IndexedBundle[]>): Promise<void>
}

/** A bundle, and the ids of its blocks that were found good, in order. */
export interface IndexedBundle {
  readonly place: BundlePlace
  readonly ids: readonly BlockId[]
}

export function createBundleIndex(): BundleIndex {
  const byFeed = new Map<FeedKey, IndexedBundle[]>()
  const byBlock = new Map<BlockId, BundlePlace>()
  /** For each reading that is under way: what changed here since it began. */
  const changes = new Set<(() => void)[]>()

  function note(change: () => void): void {
    for (const list of changes) list.push(change)
    change()
  }

  function add(row: BundlePlace, ids: readonly BlockId[]): void {
    const place = bundlePlaceOf(row)
    const feed = place.feed as FeedKey
    remove(place)
    const entries = [...(byFeed.get(feed) ?? []), { place, ids }]
    byFeed.set(
      feed,
      entries.sort((a, b) => a.place.seq - b.place.seq),
    )
    for (const id of ids) byBlock.set(id, place)
  }

  function remove(gone: BundlePlace): void {
    const feed = gone.feed as FeedKey
    const entries = byFeed.get(feed) ?? []
    const left = entries.filter(({ place }) => !isSamePlace(place, gone))
    if (left.length === entries.length) return
    byFeed.set(feed, left)
    for (const { place, ids } of entries) {
      if (isSamePlace(place, gone)) for (const id of ids) if (byBlock.get(id) === place) byBlock.delete(id)
    }
    // Another bundle may hold the same blocks.
    for (const { place, ids } of left) for (const id of ids) if (!byBlock.has(id)) byBlock.set(id, place)
  }

  return {
    add: (place, ids) => note(() => add(place, ids)),
    remove: (place) => note(() => remove(place)),
    find: (id) => byBlock.get(id),
    idsIn: (bundle) => byFeed.get(bundle.feed as FeedKey)?.find(({ place }) => isSamePlace(place, bundle))?.ids ?? [],
    of: (feed) => (byFeed.get(feed) ?? []).map(({ place }) => place),
    async relearn(read) {
      const since: (() => void)[] = []
      changes.add(since)
      try {
        const stored = await read()
        byFeed.clear()
        byBlock.clear()
        for (const { place, ids } of stored) add(place, ids)
        for (const change of since) change()
      } finally {
        changes.delete(since)
      }
    },
  }
}

/** The place alone, of a row that has it among other things. */
export function bundlePlaceOf({ feed, seq, block, first, judged }: BundlePlace): BundlePlace {
  return { feed, seq, block, first, judged }
}

function isSamePlace(a: BundlePlace, b: BundlePlace): boolean {
  return a.seq === b.seq && a.first === b.first && a.judged === b.judged && a.block === b.block
}
