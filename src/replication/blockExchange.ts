import type { BlockId, DeviceId } from '../shared/ids.ts'
import type { Clock, Timer } from '../shared/ports.ts'
import type { BundlePlace } from '../storage/storage.ts'
import { encodeBlock, type Block } from '../feed/block.ts'
import type { BlockGraph, BlockNode, FeedHead, FeedKey } from '../feed/blockGraph.ts'
import type { Bundle } from '../feed/bundle.ts'
import type { BlockStore } from '../feed/blockStore.ts'
import type { BlockReceiver, ReceiveOutcome } from '../feed/receiveBlock.ts'
import { createFairOutbox, deviceOf } from './fairOutbox.ts'
import type { Link } from './link.ts'
import { maxFeeds, maxSparedDevices, type SparedDevice } from './linkMessages.ts'

/**
 * Blocks over one link. Each end says its heads and sends what the other lacks, in causal order; afterwards new blocks are pushed as they come.
 * The peer acknowledges what it worked through, and at most {@link maxOutstanding} messages run ahead of that, so a fast sender fills no memory.
 */
export interface BlockExchange {
  /** Says our heads; the peer answers with what we lack. */
  sayHeads(): void
  /** The peer's heads arrived. */
  onHeads(heads: readonly { readonly feed: FeedKey; readonly seq: number }[]): void
  /** Blocks arrived. @returns what became of each, when all are judged */
  onBlocks(blocks: readonly Uint8Array[]): Promise<readonly ReceiveOutcome[]>
  /** A bundle arrived. @returns what became of its blocks, when all are judged */
  onBundle(bundle: Bundle): Promise<readonly ReceiveOutcome[]>
  onReceived(count: number): void
  /** The peer wants these devices' blocks only where others rest on them, or again. */
  onSpare(devices: readonly SparedDevice[]): void
  /** Asks the peer to spare us these devices' blocks, or to send again what we lack of them. */
  spareUs(devices: readonly SparedDevice[]): void
  /** Sends a block, and those before it that the peer lacks, unless it has them. */
  push(node: BlockNode): void
  /** Says heads within a second, once for all blocks until then: for blocks that their author is likely to push to the peer himself. */
  sayHeadsSoon(): void
  /** Blocks that the peer has and we lack and want, as far as its heads tell. */
  lacking(): number
  /** Whether the peer has worked through everything we have for it. */
  isIdle(): boolean
  dispose(): void
}

const maxOutstanding = 16
/** A bundle may have 1 MiB; what a peer may have to keep until it is read has its bound. */
const maxOutstandingBytes = 4 * 1024 * 1024
const bytesPerMessage = 64 * 1024
const blocksPerMessage = 64
const sayHeadsAfterMs = 1000
/** Longer than a peer that receives blocks waits before it says its heads again. */
const lateAfterMs = 1500
const retryMs = 2000

export function createBlockExchange(options: {
  readonly link: Link
  readonly clock: Clock
  /** Our own. */
  readonly device: DeviceId
  readonly graph: BlockGraph
  readonly store: BlockStore
  readonly receiver: BlockReceiver
  readonly isMuted: (device: DeviceId) => boolean
  /** The disk could not be read; it is tried again. */
  readonly onFault: (error: unknown) => void
}): BlockExchange {
  const { link, clock, graph, store, receiver } = options
  /** What the peer has or is about to have. */
  const sent = new Map<FeedKey, number>()
  const announced = new Map<FeedKey, number>()
  const outbox = createFairOutbox()
  /** Devices of whose blocks the peer has not said again what it has. */
  const doubtful = new Set<DeviceId>()
  /** Others' blocks that the peer's heads did not name: most are on their way to it from their author. */
  let late: readonly BlockNode[] = []
  /** Passed over: cut, but not stored, and so pushed once it is; or damaged on this disk, and then another peer may have it. */
  const unavailable = new Set<BlockId>()
  /** What the peer has got whole, whichever of its blocks it lacked. */
  const sentBundles = new Set<string>()
  /** Before its first heads arrive, nothing is known of what the peer lacks: a block pushed then would hide those before it. */
  let knowsPeer = false
  /** Each message that the peer has not worked through yet. */
  const outstanding: { readonly sentMs: number; readonly bytes: number }[] = []
  /** How long the peer took to work through the last one. */
  let lagMs = 0
  let pumping = false
  let disposed = false
  let sayTimer: Timer | undefined
  let retryTimer: Timer | undefined
  let lateTimer: Timer | undefined

  function missing(): readonly BlockNode[] {
    const theirs: Pick<FeedHead, 'feed' | 'seq'>[] = [...sent].map(([feed, seq]) => ({ feed, seq }))
    return graph.missingFor(theirs)
  }

  function enqueueMissing(): void {
    for (const node of missing()) enqueue(node)
  }

  /** Without this wait each block that is under way when heads are said would be sent by everyone who has it. */
  function enqueueLate(): void {
    if (lateTimer !== undefined) return
    late = missing()
    if (late.length === 0) return
    // A peer that is slow to work through our messages is as slow with the author's.
    lateTimer = clock.after(lateAfterMs + 2 * lagMs, () => {
      lateTimer = undefined
      for (const node of late) enqueue(node)
      void pump()
      enqueueLate()
    })
  }

  function enqueue(node: BlockNode): void {
    if ((sent.get(node.feed) ?? -1) >= node.header.seq) return
    sent.set(node.feed, node.header.seq)
    outbox.add(node)
  }

  async function pump(): Promise<void> {
    if (pumping) return
    pumping = true
    while (outbox.size > 0 && hasRoom() && !disposed) {
      const nodes = outbox.take(blocksPerMessage)
      if (nodes.length === 0 || !(await sendNodes(nodes))) break
    }
    pumping = false
  }

  /** @returns false where the disk could not be read: the blocks are in the outbox again, for a later try */
  async function sendNodes(nodes: readonly BlockNode[]): Promise<boolean> {
    let message: Uint8Array[] = []
    let bytes = 0
    const flush = (): void => {
      if (message.length > 0) send({ type: 'blocks', blocks: message }, bytes)
      message = []
      bytes = 0
    }
    try {
      const stored = await readSingle(nodes)
      for (const node of nodes) {
        const block = stored.get(node.id)
        const place = block === undefined ? store.bundleOf(node) : undefined
        if (block !== undefined) {
          const encoded = encodeBlock(block)
          if (bytes + encoded.length > bytesPerMessage) flush()
          message.push(encoded)
          bytes += encoded.length
        } else if (place === undefined) unavailable.add(node.id)
        else if (!sentBundles.has(nameOf(place))) {
          // Those before it may be its past.
          flush()
          const bundle = await store.readBundle(place)
          if (bundle === undefined) unavailable.add(node.id)
          else {
            sentBundles.add(nameOf(place))
            send({ type: 'bundle', bundle }, bundle.head.length + bundle.parts.length)
          }
        }
      }
      flush()
      return true
    } catch (error) {
      if (disposed) return false
      options.onFault(error)
      outbox.putBack(nodes)
      clock.clear(retryTimer)
      retryTimer = clock.after(retryMs, () => void pump())
      return false
    }
  }

  /** Those of the blocks that lie in no bundle. @throws EchoError of storage */
  async function readSingle(nodes: readonly BlockNode[]): Promise<ReadonlyMap<BlockId, Block>> {
    const single = nodes.filter((node) => store.bundleOf(node) === undefined)
    const blocks = await store.get(single)
    // Another tab may have bundled them.
    if (blocks.some((block, i) => block === undefined && !unavailable.has(single[i]!.id))) await store.refreshBundles()
    return new Map(single.flatMap((node, i) => (blocks[i] === undefined ? [] : [[node.id, blocks[i]] as const])))
  }

  function send(message: Parameters<Link['send']>[0], bytes: number): void {
    outstanding.push({ sentMs: clock.now(), bytes })
    link.send(message, 'bulk')
  }

  function hasRoom(): boolean {
    return outstanding.length < maxOutstanding && outstanding.reduce((sum, { bytes }) => sum + bytes, 0) < maxOutstandingBytes
  }

  function sayHeads(): void {
    clock.clear(sayTimer)
    sayTimer = undefined
    link.send({ type: 'heads', heads: graph.heads() })
  }

  function sayHeadsSoon(): void {
    sayTimer ??= clock.after(sayHeadsAfterMs, sayHeads)
  }

  function ownSeq(feed: FeedKey): number {
    return graph.head(feed)?.seq ?? -1
  }

  function lacking(): number {
    let count = 0
    for (const [feed, seq] of announced) if (!options.isMuted(deviceOf(feed))) count += Math.max(0, seq - ownSeq(feed))
    return count
  }

  return {
    sayHeads,
    sayHeadsSoon,
    onHeads(heads) {
      for (const { feed, seq } of heads) {
        announced.set(feed, Math.max(seq, announced.get(feed) ?? -1))
        sent.set(feed, Math.max(seq, sent.get(feed) ?? -1))
      }
      // No honest peer names more; whoever makes up ever new ones would fill the memory.
      if (announced.size > maxFeeds) return link.channel.close()
      if (knowsPeer) {
        for (const node of missing()) {
          const device = deviceOf(node.feed)
          if (device === options.device || doubtful.has(device)) enqueue(node)
        }
        enqueueLate()
      } else enqueueMissing()
      knowsPeer = true
      doubtful.clear()
      void pump()
      // Usually the peer's push is on its way already; if not, our heads ask for it.
      if (lacking() > 0) sayHeadsSoon()
    },
    async onBlocks(blocks) {
      // A block that waits for its device's quota is worked through as well: the peer must not keep others' blocks back for it. It is told to spare us.
      let left = Math.max(1, blocks.length)
      const worked = (): void => {
        left--
        if (left === 0 && !disposed) link.send({ type: 'received', count: 1 })
      }
      if (blocks.length === 0) worked()
      return Promise.all(
        blocks.map(async (block) => {
          const once = onlyOnce(worked)
          try {
            return await receiver.receive(block, once)
          } finally {
            // Also after a fault of our own: a peer that waits for an answer sends nothing more.
            once()
          }
        }),
      )
    },
    async onBundle(bundle) {
      const once = onlyOnce(() => {
        if (!disposed) link.send({ type: 'received', count: 1 })
      })
      try {
        return await receiver.receiveBundle(bundle, once)
      } finally {
        once()
      }
    },
    onReceived(count) {
      const sentMs = outstanding.splice(0, count).at(-1)?.sentMs
      if (sentMs !== undefined) lagMs = clock.now() - sentMs
      void pump()
    },
    onSpare(devices) {
      for (const { device, spared } of devices) {
        outbox.spare(device, spared)
        if (spared) continue
        // What was on its way may have been dropped: the heads that follow say what is lacking.
        outbox.drop(device)
        sentBundles.clear()
        doubtful.add(device)
        for (const feed of sent.keys()) if (deviceOf(feed) === device) sent.delete(feed)
      }
      if (outbox.sparedCount > maxSparedDevices || doubtful.size > maxSparedDevices) link.channel.close()
    },
    spareUs(devices) {
      if (devices.length === 0) return
      link.send({ type: 'spare', devices })
      if (devices.some(({ spared }) => !spared)) sayHeads()
    },
    push(node) {
      if (!knowsPeer || doubtful.has(deviceOf(node.feed))) return
      if (unavailable.delete(node.id)) outbox.add(node)
      else if ((sent.get(node.feed) ?? -1) === node.header.seq - 1) enqueue(node)
      else for (const other of missing()) if (other.feed === node.feed) enqueue(other)
      void pump()
    },
    lacking,
    isIdle: () => knowsPeer && outbox.size === 0 && outstanding.length === 0,
    dispose() {
      disposed = true
      clock.clear(sayTimer)
      clock.clear(retryTimer)
      clock.clear(lateTimer)
    },
  }
}

function onlyOnce(action: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) action()
    isDone = true
  }
}

function nameOf({ block, first }: BundlePlace): string {
  return `${block}/${first}`
}
