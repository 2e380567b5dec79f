import { append } from '../../shared/append.ts'
import { toId, type BlockId, type DocumentId } from '../../shared/ids.ts'
import type { Placement, PlacementFault } from './blockGraph.ts'
import type { BlockIndex } from './blockIndex.ts'
import { feedKeyOf } from '../feedKey.ts'
import { covers, isOneLine, newestOn, type Branch, type Entry } from './graphEntry.ts'
import type { BlockHeader } from '../header.ts'

/** Judges where a block of the graph's space would stand, without adding it. */
export function placeBlock(index: BlockIndex, id: BlockId, header: BlockHeader): Placement {
  const { entriesById } = index
  if (entriesById.has(id)) return { status: 'known' }
  const isFirst = header.seq === 0
  if (isFirst !== header.previous.every((byte) => byte === 0)) return malformed('previous')

  const feed = feedKeyOf(header.device, header.slot)
  const before: Entry[] = []
  const missing: BlockId[] = []
  let previous: Entry | undefined
  if (!isFirst) {
    const previousId = toId<BlockId>(header.previous)
    previous = entriesById.get(previousId)
    if (previous === undefined) missing.push(previousId)
    else if (previous.node.feed !== feed) return malformed('previous')
    else if (previous.node.header.seq !== header.seq - 1) return malformed('seq')
    else before.push(previous)
  }

  const dependencies: Entry[] = []
  for (const bytes of header.dependencies) {
    const dependencyId = toId<BlockId>(bytes)
    const dependency = entriesById.get(dependencyId)
    if (dependencyId === id || dependency?.node.feed === feed) return malformed('dependency')
    if (dependency === undefined) missing.push(dependencyId)
    else dependencies.push(dependency)
  }
  before.push(...dependencies)
  if (dependencies.some((dependency) => before.some((other) => other !== dependency && covers(other, dependency))))
    return malformed('dependency')
  if (missing.length > 0) return { status: 'missing', blocks: missing }

  const other = dependencies.length === 0 ? undefined : otherLine(index, dependencies, previous, header)
  if (other !== undefined) return malformed(other.feed === feed ? 'branches' : 'client')
  if (before.length > 1 && index.forkedClients.size > 0 && !canMeet(index, before)) return malformed('branches')
  if (header.from !== index.clockAfter(previous, toId<DocumentId>(header.document))) return malformed('clock')
  return { status: 'fits' }
}

/** The branch on which a past of `dependencies` has gone another way than to where a block with this header would stand. */
function otherLine(
  index: BlockIndex,
  dependencies: readonly Entry[],
  previous: Entry | undefined,
  header: BlockHeader,
): Branch | undefined {
  const ofClient = previous === undefined ? index.branchesOfSlot(header) : index.branchesByClient.get(previous.node.client)!
  return dependencies.flatMap((entry) => newestOn(ofClient, entry)).find((newest) => !(previous && covers(previous, newest)))?.branch
}

/** Whether the pasts of entries go the same way wherever a client has branches, so that one document can hold them all. */
function canMeet({ branches, forkedClients }: BlockIndex, entries: readonly Entry[]): boolean {
  const newestByClient = new Map<number, Entry[]>()
  for (const entry of entries) {
    // No further than the branches that it knows of: others may have made thousands.
    const known = [...entry.past.keys()].map((number) => branches[number]!).filter(({ client }) => forkedClients.has(client))
    for (const newest of newestOn([...known, entry.branch], entry)) append(newestByClient, newest.node.client, newest)
  }
  return [...newestByClient.values()].every(isOneLine)
}

function malformed(fault: PlacementFault): Placement {
  return { status: 'malformed', fault }
}
