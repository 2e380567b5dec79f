import { append } from '../../shared/append.ts'
import { equalBytes } from '../../shared/bytes.ts'
import { firstIndex } from '../../shared/firstIndex.ts'
import { idBytes, toId, type BlockId, type DocumentId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { BlockNode, FeedKey } from './blockGraph.ts'
import { clientIdOf } from '../clientId.ts'
import { feedKeyOf } from '../feedKey.ts'
import { joinPast, type Branch, type Entry, type Past } from './graphEntry.ts'
import type { BlockHeader } from '../header.ts'
import { shareBytes } from '../bundles/shareBytes.ts'

/** The blocks of a graph and the branches they make, standing or not, by all they are looked up by. */
export interface BlockIndex {
  /** In a causal order. */
  readonly entriesById: ReadonlyMap<BlockId, Entry>
  /** By their numbers. */
  readonly branches: readonly Branch[]
  readonly branchesByFeed: ReadonlyMap<FeedKey, readonly Branch[]>
  readonly branchesByClient: ReadonlyMap<number, readonly Branch[]>
  /** Clients that have more than one branch. */
  readonly forkedClients: ReadonlySet<number>
  readonly nodesByDocument: ReadonlyMap<DocumentId, readonly BlockNode[]>
  /** Those of the blocks that are here. */
  entriesOf(blocks: Iterable<BlockId>): Entry[]
  /** The branches of the client that a header's slot writes as. */
  branchesOfSlot(header: BlockHeader): readonly Branch[]
  /** The Yjs clock at which a block after `previous` begins in `document`; undefined = a feed's first block. */
  clockAfter(previous: Entry | undefined, document: DocumentId): number
  /**
   * Adds a block that fits.
   * @returns it with the blocks that it names as its past, and one that had its place before
   */
  add(id: BlockId, header: BlockHeader): { readonly entry: Entry; readonly named: readonly Entry[]; readonly rival: Entry | undefined }
}

const nothing: Past = []

export function createBlockIndex(crypto: CryptoPort): BlockIndex {
  const entriesById = new Map<BlockId, Entry>()
  const branches: Branch[] = []
  const branchesByFeed = new Map<FeedKey, Branch[]>()
  const branchesByClient = new Map<number, Branch[]>()
  const forkedClients = new Set<number>()
  const nodesByDocument = new Map<DocumentId, BlockNode[]>()

  function branchesOfSlot(header: BlockHeader): readonly Branch[] {
    return branchesByClient.get(clientIdOf(crypto, header.space, header.device, header.slot)) ?? []
  }

  /** A block at the place where one with this header is about to stand. */
  function rivalAt(header: BlockHeader, previous: Entry | undefined): Entry | undefined {
    if (previous === undefined) return branchesOfSlot(header).find(({ base }) => base === undefined)?.entries[0]
    return previous.branch.entries[header.seq - previous.branch.start]
  }

  function createBranch(header: BlockHeader, base: Entry | undefined): Branch {
    const feed = feedKeyOf(header.device, header.slot)
    const client = base?.node.client ?? clientIdOf(crypto, header.space, header.device, header.slot)
    const branch: Branch = { feed, index: branches.length, client, base, start: header.seq, entries: [], writesByDocument: new Map() }
    branches.push(branch)
    append(branchesByFeed, feed, branch)
    append(branchesByClient, client, branch)
    if (branchesByClient.get(client)!.length > 1) forkedClients.add(client)
    return branch
  }

  return {
    entriesById,
    branches,
    branchesByFeed,
    branchesByClient,
    forkedClients,
    nodesByDocument,
    entriesOf: (blocks) => [...blocks].flatMap((id) => entriesById.get(id) ?? []),
    branchesOfSlot,
    clockAfter(previous, document) {
      for (let entry = previous; entry !== undefined; entry = entry.branch.base) {
        const { seq } = entry.node.header
        const writes = entry.branch.writesByDocument.get(document) ?? []
        const last = writes[firstIndex(writes, (write) => write.node.header.seq > seq) - 1]
        if (last !== undefined) return last.node.header.to
      }
      return 0
    },
    add(id, header) {
      const previous = header.seq === 0 ? undefined : entriesById.get(toId<BlockId>(header.previous))
      const dependencies = header.dependencies.map((bytes) => entriesById.get(toId<BlockId>(bytes))!)
      const named = previous === undefined ? dependencies : [previous, ...dependencies]
      const rival = rivalAt(header, previous)
      const branch =
        previous !== undefined && previous === previous.branch.entries.at(-1) ? previous.branch : createBranch(header, previous)
      const document = documentIdOf(header, previous)
      const { feed, client, index } = branch
      const node: BlockNode = { id, header: shareBytes(header, previous, dependencies), feed, document, client, branch: index }
      // The past of the block before it says nothing of their common branch.
      const past = (previous?.branch === branch ? dependencies : named).reduce(joinPast, previous?.past ?? nothing)
      const entry: Entry = { node, bytes: idBytes(id), order: entriesById.size, branch, past }

      entriesById.set(id, entry)
      branch.entries.push(entry)
      if (header.to > header.from) append(branch.writesByDocument, document, entry)
      append(nodesByDocument, document, node)
      return { entry, named, rival }
    },
  }
}

/** The document's id, held once by blocks of it that follow each other. */
function documentIdOf(header: BlockHeader, previous: Entry | undefined): DocumentId {
  if (previous !== undefined && equalBytes(previous.node.header.document, header.document)) return previous.node.document
  return toId<DocumentId>(header.document)
}
