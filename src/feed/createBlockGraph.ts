import { compareBytes, equalBytes } from '../shared/bytes.ts'
import { idBytes, toId, type BlockId, type DocumentId, type SpaceId } from '../shared/ids.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { BlockGraph, BlockNode, FeedHead, FeedKey, Placement, PlacementFault } from './blockGraph.ts'
import { clientIdOf } from './clientId.ts'
import { feedKeyOf } from './feedKey.ts'
import type { BlockHeader } from './header.ts'

/**
 * How many blocks of each feed, by feed index, lie in a block's past; a feed beyond the end has none. Never written to after it was
 * made: blocks that learn of nothing new share the array of the block before them. The block's own feed is not kept up to date in
 * it, because its seq says the same.
 */
type Past = readonly number[]

interface Entry {
  readonly node: BlockNode
  /** The node's id, 32 bytes, held once for all headers that name it. */
  readonly bytes: Uint8Array
  /** Place in the order of adding, which is a causal order. */
  readonly order: number
  readonly feed: Feed
  readonly past: Past
}

interface Feed {
  readonly key: FeedKey
  readonly index: number
  readonly client: number
  readonly entries: Entry[]
  /** Per document, the blocks that hold structs: ascending both by seq and by clock. */
  readonly writesByDocument: Map<DocumentId, Entry[]>
}

export interface BlockGraphOptions {
  readonly crypto: CryptoPort
  readonly space: SpaceId
}

/**
 * An empty graph of the blocks of `space`.
 *
 * Two slots whose clientIDs are equal cannot both write: Yjs would take one's structs for the other's. The second is malformed where it knew
 * of the first; where it did not, it counts as a fork of it (finding such slots takes 2^27 hashes, so only who wants to will).
 */
export function createBlockGraph({ crypto, space }: BlockGraphOptions): BlockGraph {
  const spaceBytes = idBytes(space)
  const entriesById = new Map<BlockId, Entry>()
  const feedsByKey = new Map<FeedKey, Feed>()
  const feedsByClient = new Map<number, Feed>()
  const nodesByDocument = new Map<DocumentId, BlockNode[]>()
  const nothing: Past = []

  function place(id: BlockId, header: BlockHeader): Placement {
    if (entriesById.has(id)) return { status: 'known' }
    if (!equalBytes(header.space, spaceBytes)) return malformed('space')
    const isFirst = header.seq === 0
    if (isFirst !== header.previous.every((byte) => byte === 0)) return malformed('previous')

    const key = feedKeyOf(header.device, header.slot)
    const feed = feedsByKey.get(key)
    const before: Entry[] = []
    const missing: BlockId[] = []

    if (!isFirst) {
      const previousId = toId<BlockId>(header.previous)
      const previous = entriesById.get(previousId)
      if (previous === undefined) {
        const inItsPlace = feed?.entries[header.seq - 1]
        if (inItsPlace !== undefined) return { status: 'forked', with: inItsPlace.node.id }
        missing.push(previousId)
      } else {
        if (previous.feed !== feed) return malformed('previous')
        if (previous.node.header.seq !== header.seq - 1) return malformed('seq')
        before.push(previous)
      }
    }
    const inPlace = feed?.entries[header.seq]
    if (inPlace !== undefined) return { status: 'forked', with: inPlace.node.id }

    const dependencies: Entry[] = []
    for (const bytes of header.dependencies) {
      const dependencyId = toId<BlockId>(bytes)
      const dependency = entriesById.get(dependencyId)
      if (dependencyId === id || (dependency !== undefined && dependency.feed === feed)) return malformed('dependency')
      if (dependency === undefined) missing.push(dependencyId)
      else dependencies.push(dependency)
    }
    before.push(...dependencies)
    if (dependencies.some((dependency) => before.some((other) => other !== dependency && covers(other, dependency))))
      return malformed('dependency')
    if (missing.length > 0) return { status: 'missing', blocks: missing }

    if (feed === undefined) {
      const namesake = feedsByClient.get(clientIdOf(crypto, header.space, header.device, header.slot))
      if (namesake !== undefined) {
        const first = namesake.entries[0]!
        return before.some((entry) => covers(entry, first)) ? malformed('client') : { status: 'forked', with: first.node.id }
      }
    }
    if (header.from !== nextClock(key, toId<DocumentId>(header.document))) return malformed('clock')
    return { status: 'fits' }
  }

  function add(id: BlockId, header: BlockHeader): BlockNode {
    const key = feedKeyOf(header.device, header.slot)
    let feed = feedsByKey.get(key)
    if (feed === undefined) {
      const client = clientIdOf(crypto, header.space, header.device, header.slot)
      feed = { key, index: feedsByKey.size, client, entries: [], writesByDocument: new Map() }
      feedsByKey.set(key, feed)
      feedsByClient.set(client, feed)
    }
    const previous = feed.entries.at(-1)
    const document = sharedDocumentId(header, previous)
    const dependencies = header.dependencies.map((bytes) => entriesById.get(toId<BlockId>(bytes))!)
    const node: BlockNode = { id, header: shareBytes(header, previous, dependencies), feed: feed.key, document, client: feed.client }
    const past = dependencies.reduce(joinPast, previous?.past ?? nothing)
    const entry: Entry = { node, bytes: idBytes(id), order: entriesById.size, feed, past }

    entriesById.set(id, entry)
    feed.entries.push(entry)
    if (header.to > header.from) listIn(feed.writesByDocument, document).push(entry)
    listIn(nodesByDocument, document).push(node)
    return node
  }

  function nextClock(key: FeedKey, document: DocumentId): number {
    return feedsByKey.get(key)?.writesByDocument.get(document)?.at(-1)?.node.header.to ?? 0
  }

  function limits(before: readonly BlockId[], document: DocumentId): (client: number) => number {
    const entries = before.flatMap((id) => entriesById.get(id) ?? [])
    const limitsByClient = new Map<number, number>()
    return (client) => {
      const known = limitsByClient.get(client)
      if (known !== undefined) return known
      const feed = feedsByClient.get(client)
      const writes = feed?.writesByDocument.get(document)
      let limit = 0
      if (feed !== undefined && writes !== undefined) {
        const covered = entries.reduce((most, entry) => Math.max(most, countCovered(entry, feed)), 0)
        const end = firstIndex(writes, (write) => write.node.header.seq >= covered)
        limit = writes[end - 1]?.node.header.to ?? 0
      }
      if (feed !== undefined) limitsByClient.set(client, limit)
      return limit
    }
  }

  function writerOf(document: DocumentId, client: number, clock: number): BlockNode | undefined {
    const writes = feedsByClient.get(client)?.writesByDocument.get(document)
    return clock < 0 ? undefined : writes?.[firstIndex(writes, (write) => write.node.header.to > clock)]?.node
  }

  function maximal(blocks: readonly BlockId[]): readonly BlockId[] {
    // Newest first: whoever covers a block was added after it, so one pass meets it first.
    const entries = [...new Set(blocks)].flatMap((id) => entriesById.get(id) ?? []).sort((a, b) => b.order - a.order)
    const kept: Entry[] = []
    let past = nothing
    for (const entry of entries) {
      if ((past[entry.feed.index] ?? 0) > entry.node.header.seq) continue
      kept.push(entry)
      past = joinPast(past, entry)
    }
    return kept.sort((a, b) => compareBytes(a.bytes, b.bytes)).map(({ node }) => node.id)
  }

  function missingFor(heads: readonly { readonly feed: FeedKey; readonly seq: number }[]): readonly BlockNode[] {
    const heldByFeed = new Map<FeedKey, number>()
    for (const { feed, seq } of heads) heldByFeed.set(feed, Math.max(heldByFeed.get(feed) ?? 0, seq + 1))
    const lacking = [...feedsByKey.values()].flatMap((feed) => feed.entries.slice(heldByFeed.get(feed.key) ?? 0))
    return lacking.sort((a, b) => a.order - b.order).map(({ node }) => node)
  }

  function headOf(feed: Feed): FeedHead {
    const { id, header } = feed.entries.at(-1)!.node
    return { feed: feed.key, seq: header.seq, id }
  }

  return {
    get size() {
      return entriesById.size
    },
    node: (id) => entriesById.get(id)?.node,
    head(key) {
      const feed = feedsByKey.get(key)
      return feed === undefined ? undefined : headOf(feed)
    },
    heads: () => [...feedsByKey.values()].map(headOf),
    place,
    add,
    limits,
    nextClock,
    writerOf,
    blocksOf: (document) => [...(nodesByDocument.get(document) ?? [])],
    maximal,
    missingFor,
  }
}

const noDependencies: readonly Uint8Array[] = []

function malformed(fault: PlacementFault): Placement {
  return { status: 'malformed', fault }
}

/** How many blocks of `feed` are `entry` or lie in its past. */
function countCovered(entry: Entry, feed: Feed): number {
  return entry.feed === feed ? entry.node.header.seq + 1 : (entry.past[feed.index] ?? 0)
}

/** Whether `other` is `entry` or lies in its past. */
function covers(entry: Entry, other: Entry): boolean {
  return countCovered(entry, other.feed) > other.node.header.seq
}

/** What lies in `past`, or is `entry`, or lies in its past: `past` itself where that adds nothing. */
function joinPast(past: Past, entry: Entry): Past {
  const { index } = entry.feed
  const count = entry.node.header.seq + 1
  const adds = (past[index] ?? 0) < count || entry.past.some((covered, feed) => (past[feed] ?? 0) < covered)
  if (!adds) return past
  const length = Math.max(past.length, entry.past.length, index + 1)
  const joined = Array.from({ length }, (_, feed) => Math.max(past[feed] ?? 0, entry.past[feed] ?? 0))
  joined[index] = Math.max(joined[index]!, count)
  return joined
}

/** The header with byte strings held once that others hold too: thousands of headers differ in little more than a hash. */
function shareBytes(header: BlockHeader, previous: Entry | undefined, dependencies: readonly Entry[]): BlockHeader {
  const before = previous?.node.header ?? header
  const share = (own: Uint8Array, other: Uint8Array): Uint8Array => (equalBytes(own, other) ? other : own)
  const isSameMembership =
    header.membership.length === before.membership.length && header.membership.every((id, i) => equalBytes(id, before.membership[i]!))
  return {
    ...header,
    space: share(header.space, before.space),
    identity: share(header.identity, before.identity),
    device: share(header.device, before.device),
    previous: previous?.bytes ?? header.previous,
    dependencies: dependencies.length === 0 ? noDependencies : dependencies.map(({ bytes }) => bytes),
    membership: isSameMembership ? before.membership : header.membership,
    document: share(header.document, before.document),
    keyId: share(header.keyId, before.keyId),
  }
}

function sharedDocumentId(header: BlockHeader, previous: Entry | undefined): DocumentId {
  if (previous !== undefined && equalBytes(previous.node.header.document, header.document)) return previous.node.document
  return toId<DocumentId>(header.document)
}

function listIn<K, V>(lists: Map<K, V[]>, key: K): V[] {
  let list = lists.get(key)
  if (list === undefined) {
    list = []
    lists.set(key, list)
  }
  return list
}

/** The first index whose entry passes a test that, once passed, stays passed; the length where none does. */
function firstIndex<T>(sorted: readonly T[], passes: (entry: T) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (passes(sorted[middle]!)) high = middle
    else low = middle + 1
  }
  return low
}
