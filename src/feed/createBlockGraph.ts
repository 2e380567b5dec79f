import { compareBytes, equalBytes } from '../shared/bytes.ts'
import { idBytes, toId, type BlockId, type DocumentId, type SpaceId } from '../shared/ids.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { Authors } from './acceptance.ts'
import type { BlockGraph, BlockNode, FeedHead, FeedKey, Orphans, Placement, PlacementFault } from './blockGraph.ts'
import { clientIdOf } from './clientId.ts'
import { feedKeyOf } from './feedKey.ts'
import { createForkVerdict } from './forkVerdict.ts'
import { countCovered, covers, isOneLine, joinPast, newestOn, type Branch, type Entry, type Past } from './graphEntry.ts'
import type { BlockHeader } from './header.ts'

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
  const entriesById = new Map<BlockId, Entry>()
  const branches: Branch[] = []
  const branchesByFeed = new Map<FeedKey, Branch[]>()
  const branchesByClient = new Map<number, Branch[]>()
  /** Clients that have more than one branch. */
  const forkedClients = new Set<number>()
  const nodesByDocument = new Map<DocumentId, BlockNode[]>()
  const verdict = createForkVerdict(entriesById, authors)
  const nothing: Past = []

  function place(id: BlockId, header: BlockHeader): Placement {
    if (entriesById.has(id)) return { status: 'known' }
    if (!equalBytes(header.space, spaceBytes)) return malformed('space')
    const isFirst = header.seq === 0
    if (isFirst !== header.previous.every((byte) => byte === 0)) return malformed('previous')

    const key = feedKeyOf(header.device, header.slot)
    const before: Entry[] = []
    const missing: BlockId[] = []
    let previous: Entry | undefined
    if (!isFirst) {
      const previousId = toId<BlockId>(header.previous)
      previous = entriesById.get(previousId)
      if (previous === undefined) missing.push(previousId)
      else if (previous.node.feed !== key) return malformed('previous')
      else if (previous.node.header.seq !== header.seq - 1) return malformed('seq')
      else before.push(previous)
    }

    const dependencies: Entry[] = []
    for (const bytes of header.dependencies) {
      const dependencyId = toId<BlockId>(bytes)
      const dependency = entriesById.get(dependencyId)
      if (dependencyId === id || dependency?.node.feed === key) return malformed('dependency')
      if (dependency === undefined) missing.push(dependencyId)
      else dependencies.push(dependency)
    }
    before.push(...dependencies)
    if (dependencies.some((dependency) => before.some((other) => other !== dependency && covers(other, dependency))))
      return malformed('dependency')
    if (missing.length > 0) return { status: 'missing', blocks: missing }

    const other = dependencies.length === 0 ? undefined : otherLine(dependencies, previous, header)
    if (other !== undefined) return malformed(other.feed === key ? 'branches' : 'client')
    if (before.length > 1 && forkedClients.size > 0 && !canMeet(before)) return malformed('branches')
    if (header.from !== clockAfterEntry(previous, toId<DocumentId>(header.document))) return malformed('clock')
    return { status: 'fits' }
  }

  function add(id: BlockId, header: BlockHeader): BlockNode {
    const previous = header.seq === 0 ? undefined : entriesById.get(toId<BlockId>(header.previous))
    const rival = rivalAt(header, previous)
    const branch = previous !== undefined && previous === previous.branch.entries.at(-1) ? previous.branch : createBranch(header, previous)
    const document = sharedDocumentId(header, previous)
    const dependencies = header.dependencies.map((bytes) => entriesById.get(toId<BlockId>(bytes))!)
    const { feed, client, index } = branch
    const node: BlockNode = { id, header: shareBytes(header, previous, dependencies), feed, document, client, branch: index }
    const before = previous === undefined || previous.branch === branch ? dependencies : [previous, ...dependencies]
    const past = before.reduce(joinPast, previous?.past ?? nothing)
    const entry: Entry = { node, bytes: idBytes(id), order: entriesById.size, branch, past }

    entriesById.set(id, entry)
    branch.entries.push(entry)
    if (header.to > header.from) listIn(branch.writesByDocument, document).push(entry)
    listIn(nodesByDocument, document).push(node)
    verdict.joined(entry, previous === undefined ? dependencies : [previous, ...dependencies], rival)
    return node
  }

  function createBranch(header: BlockHeader, base: Entry | undefined): Branch {
    const feed = feedKeyOf(header.device, header.slot)
    const client = base?.node.client ?? clientIdOf(crypto, header.space, header.device, header.slot)
    const branch: Branch = { feed, index: branches.length, client, base, start: header.seq, entries: [], writesByDocument: new Map() }
    branches.push(branch)
    listIn(branchesByFeed, feed).push(branch)
    const ofClient = listIn(branchesByClient, client)
    ofClient.push(branch)
    if (ofClient.length === 2) forkedClients.add(client)
    return branch
  }

  /** A block at the place where one with this header stands or would stand. */
  function rivalAt(header: BlockHeader, previous: Entry | undefined): Entry | undefined {
    if (previous === undefined) return clientBranches(header).find(({ base }) => base === undefined)?.entries[0]
    return previous.branch.entries[header.seq - previous.branch.start]
  }

  /** The branch on which a past of `dependencies` has gone another way than to where a block with this header stands or would stand. */
  function otherLine(dependencies: readonly Entry[], previous: Entry | undefined, header: BlockHeader): Branch | undefined {
    const ofClient = previous === undefined ? clientBranches(header) : branchesByClient.get(previous.node.client)!
    return dependencies.flatMap((entry) => newestOn(ofClient, entry)).find((newest) => !(previous && covers(previous, newest)))?.branch
  }

  /** Whether the pasts of entries go the same way wherever a client has branches, so that one document can hold them all. */
  function canMeet(entries: readonly Entry[]): boolean {
    const newestByClient = new Map<number, Entry[]>()
    for (const entry of entries) {
      // No further than the branches that it knows of: others may have made thousands.
      const known = [...entry.past.keys()].map((index) => branches[index]!).filter(({ client }) => forkedClients.has(client))
      for (const newest of newestOn([...known, entry.branch], entry)) listIn(newestByClient, newest.node.client).push(newest)
    }
    return [...newestByClient.values()].every(isOneLine)
  }

  function clientBranches(header: BlockHeader): readonly Branch[] {
    return branchesByClient.get(clientIdOf(crypto, header.space, header.device, header.slot)) ?? []
  }

  function clockAfterEntry(previous: Entry | undefined, document: DocumentId): number {
    for (let entry = previous; entry !== undefined; entry = entry.branch.base) {
      const { seq } = entry.node.header
      const writes = entry.branch.writesByDocument.get(document) ?? []
      const last = writes[firstIndex(writes, (write) => write.node.header.seq > seq) - 1]
      if (last !== undefined) return last.node.header.to
    }
    return 0
  }

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
    let past = nothing
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

  function orphansOf(device: Uint8Array, isWanted: (slot: number) => boolean = () => true): readonly Orphans[] {
    const groups: { readonly document: DocumentId; readonly entries: Entry[] }[] = []
    const lost = withdrawnForGood().filter((entry) => {
      const { device: author, slot } = entry.node.header
      return equalBytes(author, device) && isWanted(slot) && !verdict.isOutside(entry) && !verdict.isWrittenAgain(entry)
    })
    for (const entry of lost) {
      const { document, feed } = entry.node
      const group = groups.find(({ entries }) => {
        const [other] = entries
        // Of two branches one document can hold only one.
        return other!.node.document === document && other!.node.feed === feed && covers(entry, entries.at(-1)!)
      })
      if (group === undefined) groups.push({ document, entries: [entry] })
      else group.entries.push(entry)
    }
    return groups.map(({ document, entries }) => {
      const begin = firstWithdrawn(entries[0]!)
      // What turned up after the others were written again is a matter of its own.
      const first = verdict.isClaimed(begin, document) ? entries[0]! : begin
      return { document, blocks: entries.map(({ node }) => node), retracts: [{ first: first.bytes, last: entries.at(-1)!.bytes }] }
    })
  }

  function withdrawnForGood(): readonly Entry[] {
    return [...verdict.withdrawn].filter((entry) => !verdict.withheld.has(entry)).sort((a, b) => a.order - b.order)
  }

  /** The block at which the feed of a withdrawn one stopped standing. */
  function firstWithdrawn(entry: Entry): Entry {
    let { branch } = entry
    while (branch.base !== undefined && verdict.withdrawn.has(branch.base)) branch = branch.base.branch
    return branch.entries[firstIndex(branch.entries, (other) => verdict.withdrawn.has(other))]!
  }

  function entriesOf(blocks: Iterable<BlockId>): Entry[] {
    return [...blocks].flatMap((id) => entriesById.get(id) ?? [])
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
    withdrawn: () => withdrawnForGood().map(({ node }) => node),
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
    place,
    add,
    takeBack: (blocks) => verdict.takeBack(entriesOf(blocks)),
    limits,
    clockAfter: (previous, document) => clockAfterEntry(previous && entriesById.get(previous), document),
    writerOf,
    blocksOf(document) {
      const nodes = nodesByDocument.get(document) ?? []
      return verdict.withdrawn.size === 0 ? [...nodes] : nodes.filter(({ id }) => !verdict.withdrawn.has(entriesById.get(id)!))
    },
    pastOf(before, document) {
      const entries = entriesOf(before)
      return (nodesByDocument.get(document) ?? []).filter(({ id }) => entries.some((entry) => covers(entry, entriesById.get(id)!)))
    },
    orphansOf,
    maximal,
    missingFor,
  }
}

const noDependencies: readonly Uint8Array[] = []

function malformed(fault: PlacementFault): Placement {
  return { status: 'malformed', fault }
}

function groupByFeed(heads: readonly FeedHead[]): ReadonlyMap<FeedKey, readonly FeedHead[]> {
  const groups = new Map<FeedKey, FeedHead[]>()
  for (const head of heads) listIn(groups, head.feed).push(head)
  return groups
}

function headOf({ node }: Entry): FeedHead {
  return { feed: node.feed, seq: node.header.seq, id: node.id }
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
