import { append } from '../../shared/append.ts'
import type { BlockId, DeviceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { BlockGraph, BlockNode, FeedHead, FeedKey } from '../../feed/graph/blockGraph.ts'
import type { BlockReceiver } from '../../feed/blockReceiver.ts'
import type { BlockStore } from '../../feed/store/blockStore.ts'
import type { SealAnew } from '../../feed/sealAnew.ts'
import { createBlockIntake, type BlockIntake } from './blockIntake.ts'
import { createBlockSender } from './blockSender.ts'
import { deviceOf } from '../link/fairOutbox.ts'
import type { Link } from '../link/link.ts'
import { maxFeeds, maxSparedDevices, maxWantedBlocks, type SparedDevice } from '../link/linkMessages.ts'

/**
 * Blocks over one link. Each end says its heads and sends what the other lacks, in causal order; afterwards new blocks are pushed as they come.
 * Where a feed forks, each branch has a head. An end that is told of a head which it does not know, where it has as many blocks itself, names in its
 * turn blocks further and further back, so that the other finds the last one that both have.
 */
export interface BlockExchange extends BlockIntake {
  /** Says our heads; the peer answers with what we lack. */
  sayHeads(): void
  /** The peer's heads arrived. */
  onHeads(heads: readonly FeedHead[]): void
  onReceived(count: number): void
  /** The peer wants these devices' blocks only where others rest on them, or again. */
  onSpare(devices: readonly SparedDevice[]): void
  /** Asks the peer to spare us these devices' blocks, or to send again what we lack of them. */
  spareUs(devices: readonly SparedDevice[]): void
  /** The peer asks for blocks by name: it has them, and cannot read them. */
  onWant(blocks: readonly BlockId[]): void
  /** Asks for blocks by name. */
  want(blocks: readonly BlockId[]): void
  /** Sends a block, and those before it that the peer lacks, unless it has them. */
  push(node: BlockNode): void
  /** Sends encoded blocks that are not in the graph. */
  pass(blocks: readonly Uint8Array[]): void
  /**
   * Tells the peer of a block by heads, within a second and once for all blocks until then: its author is likely to push it to the peer himself. One
   * that the peer was to get before it could be read is sent.
   */
  tell(node: BlockNode): void
  /** Tries again what could not be sent: there may be a key now to seal it under. */
  retry(): void
  /** Blocks that the peer has and we lack and want, as far as its heads tell. */
  lacking(): number
  /** Whether the peer has worked through everything we have for it. */
  isIdle(): boolean
  /** Since when the peer has owed an answer: its first heads, or that it has worked through a message. Now, where it owes none. */
  waitsSince(): number
  dispose(): void
}

const sayHeadsAfterMs = 1000
/** Longer than a peer that receives blocks waits before it says its heads again. */
const lateAfterMs = 1500

export function createBlockExchange(options: {
  readonly link: Link
  readonly clock: Clock
  /** Our own. */
  readonly device: DeviceId
  readonly graph: BlockGraph
  readonly store: BlockStore
  readonly receiver: BlockReceiver
  readonly isMuted: (device: DeviceId) => boolean
  /** How blocks leave; as they are stored where it is left out. */
  readonly sealAnew?: SealAnew
  /** The peer names a block that is not here. */
  readonly onUnknownHead?: (head: FeedHead) => void
  /** The disk could not be read; it is tried again. */
  readonly onFault: (error: unknown) => void
}): BlockExchange {
  const { link, clock, graph, store, sealAnew, onFault } = options
  const sender = createBlockSender({ link, clock, store, sealAnew, onFault })
  const intake = createBlockIntake(options.receiver, () => {
    if (!disposed) link.send({ type: 'received', count: 1 })
  })
  const beganMs = clock.now()
  /** What the peer has or is about to have, by branch. */
  const sent = new Map<number, { readonly feed: FeedKey; readonly seq: number }>()
  /** What the peer last said of each feed. */
  const announced = new Map<FeedKey, readonly FeedHead[]>()
  let announcedCount = 0
  /** The tips of each feed at which we named blocks further back. */
  const located = new Map<FeedKey, string>()
  /** Devices of whose blocks the peer has not said again what it has. */
  const doubtful = new Set<DeviceId>()
  /** Before its first heads arrive, nothing is known of what the peer lacks: a block pushed then would hide those before it. */
  let knowsPeer = false
  let disposed = false
  let sayTimer: Timer | undefined
  let lateTimer: Timer | undefined

  function missing(): readonly BlockNode[] {
    return graph.missingFor([...announced.values()].flat()).filter((node) => !isSent(node))
  }

  function isSent({ branch, header }: BlockNode): boolean {
    return (sent.get(branch)?.seq ?? -1) >= header.seq
  }

  /**
   * Sends others' blocks that the peer's heads did not name, if it still lacks them in a while: most are on their way to it from their author, and would
   * be sent by everyone who has them.
   */
  function enqueueLate(): void {
    if (lateTimer !== undefined) return
    const late = missing()
    if (late.length === 0) return
    // A peer that is slow to work through our messages is as slow with the author's.
    lateTimer = clock.after(lateAfterMs + 2 * sender.lagMs, () => {
      lateTimer = undefined
      const stillMissing = new Set(missing())
      for (const node of late) if (stillMissing.has(node)) enqueue(node)
      void sender.pump()
      enqueueLate()
    })
  }

  function enqueue(node: BlockNode): void {
    if (isSent(node)) return
    sent.set(node.branch, { feed: node.feed, seq: node.header.seq })
    sender.add(node)
  }

  function sayHeads(): void {
    clock.clear(sayTimer)
    sayTimer = undefined
    link.send({ type: 'heads', heads: graph.tips() })
  }

  function sayHeadsSoon(): void {
    sayTimer ??= clock.after(sayHeadsAfterMs, sayHeads)
  }

  /** Says heads, and of these feeds blocks further back too, but for those of which nothing has changed since that was done. */
  function locate(feeds: ReadonlySet<FeedKey>): void {
    const back: FeedHead[] = []
    for (const feed of feeds) {
      const tips = graph.tipsOf(feed)
      const state = tips.map(({ id }) => id).join()
      if (located.get(feed) === state) continue
      located.set(feed, state)
      back.push(...graph.samplesOf(feed))
    }
    if (back.length > 0) link.send({ type: 'heads', heads: [...back, ...graph.tips().filter(({ feed }) => !feeds.has(feed))] })
  }

  function ownSeq(feed: FeedKey): number {
    return Math.max(-1, ...graph.tipsOf(feed).map(({ seq }) => seq))
  }

  function lacking(): number {
    let count = 0
    for (const [feed, heads] of announced) {
      if (options.isMuted(deviceOf(feed))) continue
      const unknown = heads.filter(({ id }) => graph.node(id) === undefined)
      if (unknown.length > 0) count += Math.max(1, ...unknown.map(({ seq }) => seq - ownSeq(feed)))
    }
    return count
  }

  function note(heads: readonly FeedHead[]): void {
    const byFeed = new Map<FeedKey, FeedHead[]>()
    for (const head of heads) {
      const node = graph.node(head.id)
      if (node !== undefined && !isSent(node)) sent.set(node.branch, { feed: node.feed, seq: node.header.seq })
      append(byFeed, head.feed, head)
    }
    for (const [feed, ofFeed] of byFeed) {
      const before = announced.get(feed) ?? []
      // Where it names none that both have, what it named earlier still says how far that goes.
      const isKnown = ofFeed.some(({ id }) => graph.node(id) !== undefined)
      const named = isKnown ? ofFeed : [...ofFeed, ...before.filter(({ id }) => graph.node(id) !== undefined)]
      announcedCount += named.length - before.length
      announced.set(feed, named)
    }
  }

  return {
    sayHeads,
    onHeads(heads) {
      note(heads)
      // No honest peer names more; whoever makes up ever new ones would fill the memory.
      if (announcedCount > maxFeeds) return link.channel.close()
      for (const node of missing()) {
        const device = deviceOf(node.feed)
        if (!knowsPeer || device === options.device || doubtful.has(device)) enqueue(node)
      }
      if (knowsPeer) enqueueLate()
      knowsPeer = true
      doubtful.clear()
      void sender.pump()
      const unknown = heads.filter(({ id }) => graph.node(id) === undefined)
      for (const head of unknown) options.onUnknownHead?.(head)
      locate(new Set(unknown.filter(({ feed, seq }) => seq <= ownSeq(feed)).map(({ feed }) => feed)))
      // Usually the peer's push is on its way already; if not, our heads ask for it.
      if (lacking() > 0) sayHeadsSoon()
    },
    get unacknowledged() {
      return intake.unacknowledged
    },
    onBlocks: intake.onBlocks,
    onBundle: intake.onBundle,
    onReceived: sender.onReceived,
    onSpare(devices) {
      for (const { device, spared } of devices) sender.spare(device, spared)
      // What was on its way may have been dropped: the heads that follow say what is lacking.
      const again = new Set(devices.flatMap(({ device, spared }) => (spared ? [] : [device])))
      // Everything is gone through once, not once for each device: a message may name a thousand.
      if (again.size > 0) sender.forget(again)
      for (const [branch, { feed }] of sent) if (again.has(deviceOf(feed))) sent.delete(branch)
      for (const device of again) doubtful.add(device)
      if (sender.sparedCount > maxSparedDevices || doubtful.size > maxSparedDevices) link.channel.close()
    },
    spareUs(devices) {
      if (devices.length === 0) return
      link.send({ type: 'spare', devices })
      if (devices.some(({ spared }) => !spared)) sayHeads()
    },
    onWant(blocks) {
      if (!sender.addWanted(blocks.flatMap((id) => graph.node(id) ?? []))) return link.channel.close()
      void sender.pump()
    },
    want(blocks) {
      for (let start = 0; start < blocks.length; start += maxWantedBlocks)
        link.send({ type: 'want', blocks: blocks.slice(start, start + maxWantedBlocks) })
    },
    push(node) {
      if (!knowsPeer || doubtful.has(deviceOf(node.feed))) return
      if (!sender.addPassedOver(node)) {
        if ((sent.get(node.branch)?.seq ?? -1) === node.header.seq - 1) enqueue(node)
        else for (const other of missing()) if (other.feed === node.feed) enqueue(other)
      }
      void sender.pump()
    },
    tell(node) {
      if (sender.addPassedOver(node)) void sender.pump()
      sayHeadsSoon()
    },
    retry: sender.retry,
    pass: (blocks) => blocks.forEach(sender.pass),
    lacking,
    get given() {
      return intake.given
    },
    isIdle: () => knowsPeer && sender.isIdle(),
    waitsSince: () => (knowsPeer ? (sender.owedSince() ?? clock.now()) : beganMs),
    dispose() {
      disposed = true
      clock.clear(sayTimer)
      sender.dispose()
      clock.clear(lateTimer)
    },
  }
}
