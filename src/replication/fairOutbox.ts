import { toId, type BlockId, type DeviceId } from '../shared/ids.ts'
import type { BlockNode, FeedKey } from '../feed/blockGraph.ts'

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
  /** Adds a block behind those of its feed. */
  add(node: BlockNode): void
  /** Puts back what was taken last and could not be sent. */
  putBack(nodes: readonly BlockNode[]): void
  /** Takes out at most so many, in the order in which they should go. */
  take(count: number): readonly BlockNode[]
  /** Whether the peer is spared the device's blocks. */
  spare(device: DeviceId, spared: boolean): void
  readonly sparedCount: number
  /** Takes the device's blocks out. */
  drop(device: DeviceId): void
}

/** Blocks of a feed by seq; those before `at` are gone. */
interface Feed {
  nodes: BlockNode[]
  at: number
}

/** An empty outbox to a peer that wants everything. */
export function createFairOutbox(): FairOutbox {
  /** In the order of turns; a device without blocks is not here. */
  const devices = new Map<DeviceId, Map<FeedKey, Feed>>()
  const waiting = new Map<BlockId, BlockNode>()
  const spared = new Set<DeviceId>()
  /** Blocks of spared devices on which one rests that has just been sent. */
  let needed: BlockNode[] = []
  let returned: BlockNode[] = []

  function firstOfFeed(node: BlockNode): BlockNode {
    const { nodes, at } = devices.get(deviceOf(node.feed))!.get(node.feed)!
    return nodes[at]!
  }

  function add(node: BlockNode): void {
    const device = deviceOf(node.feed)
    const feeds = devices.get(device) ?? new Map<FeedKey, Feed>()
    devices.set(device, feeds)
    const feed = feeds.get(node.feed) ?? { nodes: [], at: 0 }
    feeds.set(node.feed, feed)
    // One that could not be read before may come after those behind it.
    let place = feed.nodes.length
    while (place > feed.at && feed.nodes[place - 1]!.header.seq > node.header.seq) place--
    feed.nodes.splice(place, 0, node)
    waiting.set(node.id, node)
  }

  /** The first blocks of the feeds on whose waiting blocks this one rests. */
  function before(node: BlockNode): readonly BlockNode[] {
    return node.header.dependencies.flatMap((id) => {
      const dependency = waiting.get(toId<BlockId>(id))
      return dependency === undefined ? [] : [firstOfFeed(dependency)]
    })
  }

  /** Follows the past of a feed's first block to one that rests on nothing that waits and may go. */
  function firstOf(start: BlockNode, mayGo: (node: BlockNode) => boolean): BlockNode {
    let node = start
    for (let next: BlockNode | undefined = node; next !== undefined; next = before(node).find(mayGo)) node = next
    return node
  }

  function remove(node: BlockNode): BlockNode {
    const device = deviceOf(node.feed)
    const feeds = devices.get(device)!
    const feed = feeds.get(node.feed)!
    feed.at++
    if (feed.at === feed.nodes.length) feeds.delete(node.feed)
    else if (feed.at > 1024 && feed.at * 2 > feed.nodes.length) Object.assign(feed, { nodes: feed.nodes.slice(feed.at), at: 0 })
    waiting.delete(node.id)
    // Its turn is over.
    devices.delete(device)
    if (feeds.size > 0) devices.set(device, feeds)
    return node
  }

  function takeOne(): BlockNode | undefined {
    if (returned.length > 0) return returned.shift()
    while (needed.length > 0 && !waiting.has(needed.at(-1)!.id)) needed.pop()
    const goal = needed.at(-1)
    if (goal !== undefined) return remove(firstOf(firstOfFeed(goal), () => true))
    for (const [device, feeds] of devices) {
      if (spared.has(device)) continue
      const [feed] = feeds.values()
      const node = firstOf(feed!.nodes[feed!.at]!, (other) => !spared.has(deviceOf(other.feed)))
      needed = node.header.dependencies.flatMap((id) => waiting.get(toId<BlockId>(id)) ?? [])
      return remove(node)
    }
    return undefined
  }

  return {
    get size() {
      let count = returned.length + needed.length
      for (const [device, feeds] of devices) if (!spared.has(device)) for (const { nodes, at } of feeds.values()) count += nodes.length - at
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
    drop(device) {
      for (const feed of devices.get(device)?.values() ?? []) for (const { id } of feed.nodes) waiting.delete(id)
      devices.delete(device)
      needed = needed.filter(({ id }) => waiting.has(id))
      returned = returned.filter(({ feed }) => deviceOf(feed) !== device)
    },
  }
}

/** The device whose feed it is. */
export function deviceOf(feed: FeedKey): DeviceId {
  return feed.slice(0, feed.lastIndexOf('/')) as DeviceId
}
