import { append } from '../../shared/append.ts'
import { compareBytes, equalBytes } from '../../shared/bytes.ts'
import { firstIndex } from '../../shared/firstIndex.ts'
import { idBytes, type BlockId, type DocumentId, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { Authors } from '../acceptance.ts'
import type { BlockGraph, BlockNode, FeedHead, FeedKey } from './blockGraph.ts'
import { createBlockIndex } from './blockIndex.ts'
import { findOrphans, withdrawnForGood } from './findOrphans.ts'
import { createForkVerdict } from './forkVerdict.ts'
import { countCovered, covers, joinPast, type Branch, type Entry, type Past } from './graphEntry.ts'
import { placeBlock } from './placeBlock.ts'

export interface BlockGraphOptions {
  readonly crypto: CryptoPort
  readonly space: SpaceId
  /** By default everyone is a writer, for good. */
  readonly authors?: Authors
}

/**
 * An empty graph of the blocks of `space`.
 *
 * Two slots whose clientIDs are equal cannot both write: Yjs would take one's structs for the other's. The second is malformed where it knew
 * of the first; where it did not, it counts as a fork of it (finding such slots takes 2^27 hashes, so only who wants to will).
 */
export function createBlockGraph({ crypto, space, authors }: BlockGraphOptions): BlockGraph {
  const spaceBytes = idBytes(space)
  const index = createBlockIndex(crypto)
  const { entriesById, branches, branchesByFeed, branchesByClient, nodesByDocument, entriesOf } = index
  const verdict = createForkVerdict(entriesById, authors)

  function limits(before: readonly BlockId[], document: DocumentId): (client: number) => number {
    const entries = entriesOf(before)
    const limitsByClient = new Map<number, number>()
    return (client) => {
      const known = limitsByClient.get(client)
      if (known !== undefined) return known
      const ofClient = branchesByClient.get(client)
      if (ofClient === undefined) return 0
      let limit = 0
      for (const branch of ofClient) {
        const writes = branch.writesByDocument.get(document)
        if (writes === undefined) continue
        const covered = entries.reduce((most, entry) => Math.max(most, countCovered(entry, branch)), 0)
        const end = firstIndex(writes, (write) => write.node.header.seq >= covered)
        limit = Math.max(limit, writes[end - 1]?.node.header.to ?? 0)
      }
      limitsByClient.set(client, limit)
      return limit
    }
  }

  function writerOf(document: DocumentId, client: number, clock: number): BlockNode | undefined {
    if (clock < 0) return undefined
    for (const branch of branchesByClient.get(client) ?? []) {
      const writes = branch.writesByDocument.get(document) ?? []
      const write = writes[firstIndex(writes, ({ node }) => node.header.to > clock)]
      if (write !== undefined && write.node.header.from <= clock && !verdict.withdrawn.has(write)) return write.node
    }
    return undefined
  }

  function maximal(blocks: readonly BlockId[]): readonly BlockId[] {
    // Newest first: whoever covers a block was added after it, so one pass meets it first.
    const entries = entriesOf(new Set(blocks)).sort((a, b) => b.order - a.order)
    const kept: Entry[] = []
    let past: Past = []
    for (const entry of entries) {
      if ((past[entry.branch.index] ?? 0) > entry.node.header.seq) continue
      kept.push(entry)
      past = joinPast(past, entry)
    }
    return kept.sort((a, b) => compareBytes(a.bytes, b.bytes)).map(({ node }) => node.id)
  }

  function missingFor(heads: readonly FeedHead[]): readonly BlockNode[] {
    const heldByBranch = new Map<Branch, number>()
    for (const [feed, ofFeed] of groupByFeed(heads)) {
      const own = branchesByFeed.get(feed) ?? []
      const known = ofFeed.flatMap(({ id }) => entriesById.get(id) ?? [])
      // Without one that both know they may have any of ours, unless they show another first block.
      const isOther = known.length === 0 && ofFeed.some(({ seq }) => seq === 0)
      const held = known.length > 0 ? known : isOther ? [] : own.map(({ entries }) => entries.at(-1)!)
      for (const newest of held) {
        for (let entry: Entry | undefined = newest; entry !== undefined; entry = entry.branch.base) {
          const count = entry.node.header.seq + 1
          if ((heldByBranch.get(entry.branch) ?? 0) < count) heldByBranch.set(entry.branch, count)
        }
      }
    }
    const lacking = branches.flatMap((branch) => branch.entries.slice(Math.max(0, (heldByBranch.get(branch) ?? 0) - branch.start)))
    return lacking.sort((a, b) => a.order - b.order).map(({ node }) => node)
  }

  function samplesOf(feed: FeedKey): readonly FeedHead[] {
    return (branchesByFeed.get(feed) ?? []).flatMap(({ entries }) => {
      const samples = [entries.at(-1)!]
      for (let back = 1; back < entries.length - 1; back *= 2) samples.push(entries.at(-1 - back)!)
      return (entries.length > 1 ? [...samples, entries[0]!] : samples).map(headOf)
    })
  }

  function standingHead(feed: FeedKey): FeedHead | undefined {
    let newest: Entry | undefined
    for (const { entries } of branchesByFeed.get(feed) ?? []) {
      // What follows a withdrawn block is withdrawn.
      const end = verdict.withdrawn.size === 0 ? entries.length : firstIndex(entries, (entry) => verdict.withdrawn.has(entry))
      const last = entries[end - 1]
      if (last !== undefined && (newest === undefined || newest.node.header.seq < last.node.header.seq)) newest = last
    }
    return newest && headOf(newest)
  }

  function tipsOf(ofFeed: readonly Branch[]): readonly FeedHead[] {
    return ofFeed.map(({ entries }) => headOf(entries.at(-1)!))
  }

  return {
    get size() {
      return entriesById.size
    },
    get verdict() {
      return verdict.version
    },
    get isDecided() {
      return verdict.isDecided
    },
    decide: verdict.decide,
    reviewAuthors: verdict.reviewAuthors,
    get visited() {
      return verdict.visited
    },
    node: (id) => entriesById.get(id)?.node,
    stands(id) {
      const entry = entriesById.get(id)
      return entry !== undefined && !verdict.withdrawn.has(entry)
    },
    isOutside(id) {
      const entry = entriesById.get(id)
      return entry !== undefined && verdict.isOutside(entry)
    },
    withdrawn: () => withdrawnForGood(verdict).map(({ node }) => node),
    head: standingHead,
    heads: () => [...branchesByFeed.keys()].flatMap((feed) => standingHead(feed) ?? []),
    tips: () => tipsOf(branches),
    tipsOf: (feed) => tipsOf(branchesByFeed.get(feed) ?? []),
    unforked(feed, seq) {
      const [branch, ...more] = branchesByFeed.get(feed) ?? []
      return branch === undefined || more.length > 0 ? [] : branch.entries.slice(seq).map(({ node }) => node)
    },
    samplesOf,
    rivals(id) {
      const entry = entriesById.get(id)
      return entry === undefined ? [] : verdict.rivalsOf(entry).map(({ node }) => node.id)
    },
    firstContested(id) {
      const entry = entriesById.get(id)
      return entry && verdict.firstContested(entry)?.node.id
    },
    place(id, header) {
      return equalBytes(header.space, spaceBytes) ? placeBlock(index, id, header) : { status: 'malformed', fault: 'space' }
    },
    add(id, header) {
      const { entry, named, rival } = index.add(id, header)
      verdict.joined(entry, named, rival)
      return entry.node
    },
    takeBack: (blocks) => verdict.takeBack(entriesOf(blocks)),
    limits,
    clockAfter: (previous, document) => index.clockAfter(previous && entriesById.get(previous), document),
    writerOf,
    blocksOf(document) {
      const nodes = nodesByDocument.get(document) ?? []
      return verdict.withdrawn.size === 0 ? [...nodes] : nodes.filter(({ id }) => !verdict.withdrawn.has(entriesById.get(id)!))
    },
    pastOf(before, document) {
      const entries = entriesOf(before)
      return (nodesByDocument.get(document) ?? []).filter(({ id }) => entries.some((entry) => covers(entry, entriesById.get(id)!)))
    },
    orphansOf: (device, isWanted = () => true) => findOrphans(verdict, device, isWanted),
    maximal,
    missingFor,
  }
}

function groupByFeed(heads: readonly FeedHead[]): ReadonlyMap<FeedKey, readonly FeedHead[]> {
  const groups = new Map<FeedKey, FeedHead[]>()
  for (const head of heads) append(groups, head.feed, head)
  return groups
}

function headOf({ node }: Entry): FeedHead {
  return { feed: node.feed, seq: node.header.seq, id: node.id }
}
