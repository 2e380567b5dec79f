import { toId, type BlockId, type DeviceId } from '../../shared/ids.ts'
import type { BlockNode, FeedKey } from '../../feed/graph/blockGraph.ts'

/**
 * Blocks that wait to be sent over one link. Devices take turns, so that one with ten thousand blocks does not stand before the others, and each block
 * comes after those in its past, whoever wrote them, so that the peer need not hold it.
 *
 * The peer may ask to be spared a device's blocks (it mutes the device, or makes it wait). Those go only where another device's block rests on them,
 * and then right after it: the peer sees who needs them.
 */
export interface FairOutbox {
  /** Blocks that the peer wants. */
  readonly size: number
  /** Adds a block behind those of its branch. */
  add(node: BlockNode): void
  /** Puts back what was taken last and could not be sent. */
  putBack(nodes: readonly BlockNode[]): void
  /** Takes out at most so many, in the order in which they should go. */
  take(count: number): readonly BlockNode[]
  /** Whether the peer is spared the device's blocks. */
  spare(device: DeviceId, spared: boolean): void
  readonly sparedCount: number
  /** Takes the devices' blocks out. */
  drop(devices: ReadonlySet<DeviceId>): void
}

/** Blocks of a branch by seq; those before `at` are gone. Not of a feed: where it forks, the block before is no past of the one behind it. */
interface Branch {
  nodes: BlockNode[]
  at: number
}

/** An empty outbox to a peer that wants everything. */
export function createFairOutbox(): FairOutbox {
  /** In the order of turns; a device without blocks is not here. */
  const devices = new Map<DeviceId, Map<number, Branch>>()
  const waiting = new Map<BlockId, BlockNode>()
  const spared = new Set<DeviceId>()
  /** Blocks of spared devices on which one rests that has just been sent. */
  let needed: BlockNode[] = []
  let returned: BlockNode[] = []

  function firstOfBranch(node: BlockNode): BlockNode {
    const { nodes, at } = devices.get(deviceOf(node.feed))!.get(node.branch)!
    return nodes[at]!
  }

  function add(node: BlockNode): void {
    const device = deviceOf(node.feed)
    const branches = devices.get(device) ?? new Map<number, Branch>()
    devices.set(device, branches)
    const branch = branches.get(node.branch) ?? { nodes: [], at: 0 }
    branches.set(node.branch, branch)
    // One that could not be read before may come after those behind it.
    let place = branch.nodes.length
    while (place > branch.at && branch.nodes[place - 1]!.header.seq > node.header.seq) place--
    branch.nodes.splice(place, 0, node)
    waiting.set(node.id, node)
  }

  /** The first blocks of the branches on whose waiting blocks this first one of its own rests. All are in its past, so following them comes to an end. */
  function before({ header }: BlockNode): readonly BlockNode[] {
    return [header.previous, ...header.dependencies].flatMap((id) => {
      const waits = waiting.get(toId<BlockId>(id))
      return waits === undefined ? [] : [firstOfBranch(waits)]
    })
  }

  /** Follows the past of a branch's first block to one that rests on nothing that waits and may go. */
  function firstOf(start: BlockNode, mayGo: (node: BlockNode) => boolean): BlockNode {
    let node = start
    for (let next: BlockNode | undefined = node; next !== undefined; next = before(node).find(mayGo)) node = next
    return node
  }

  function remove(node: BlockNode): BlockNode {
    const device = deviceOf(node.feed)
    const branches = devices.get(device)!
    const branch = branches.get(node.branch)!
    branch.at++
    if (branch.at === branch.nodes.length) branches.delete(node.branch)
    else if (branch.at > 1024 && branch.at * 2 > branch.nodes.length) Object.assign(branch, { nodes: branch.nodes.slice(branch.at), at: 0 })
    waiting.delete(node.id)
    // Its turn is over.
    devices.delete(device)
    if (branches.size > 0) devices.set(device, branches)
    return node
  }

  function takeOne(): BlockNode | undefined {
    if (returned.length > 0) return returned.shift()
    while (needed.length > 0 && !waiting.has(needed.at(-1)!.id)) needed.pop()
    const goal = needed.at(-1)
    if (goal !== undefined) return remove(firstOf(firstOfBranch(goal), () => true))
    for (const [device, branches] of devices) {
      if (spared.has(device)) continue
      const [branch] = branches.values()
      const node = firstOf(branch!.nodes[branch!.at]!, (other) => !spared.has(deviceOf(other.feed)))
      needed = node.header.dependencies.flatMap((id) => waiting.get(toId<BlockId>(id)) ?? [])
      return remove(node)
    }
    return undefined
  }

  return {
    get size() {
      let count = returned.length + needed.length
      for (const [device, branches] of devices)
        if (!spared.has(device)) for (const { nodes, at } of branches.values()) count += nodes.length - at
      return count
    },
    add,
    putBack(nodes) {
      returned = [...nodes, ...returned]
    },
    take(count) {
      const taken: BlockNode[] = []
      while (taken.length < count) {
        const node = takeOne()
        if (node === undefined) break
        taken.push(node)
      }
      return taken
    },
    spare(device, isSpared) {
      if (isSpared) spared.add(device)
      else spared.delete(device)
    },
    get sparedCount() {
      return spared.size
    },
    drop(dropped) {
      for (const device of dropped) {
        for (const { nodes } of devices.get(device)?.values() ?? []) for (const { id } of nodes) waiting.delete(id)
        devices.delete(device)
      }
      needed = needed.filter(({ id }) => waiting.has(id))
      returned = returned.filter(({ feed }) => !dropped.has(deviceOf(feed)))
    },
  }
}

/** The device whose feed it is. */
export function deviceOf(feed: FeedKey): DeviceId {
  return feed.slice(0, feed.lastIndexOf('/')) as DeviceId
}
