import type { BlockId, DeviceId } from '../shared/ids.ts'
import type { Clock, Timer } from '../shared/ports.ts'
import type { BundlePlace } from '../storage/storage.ts'
import { encodeBlock, type Block } from '../feed/block.ts'
import type { BlockGraph, BlockNode, FeedHead, FeedKey } from '../feed/blockGraph.ts'
import type { Bundle } from '../feed/bundle.ts'
import type { BlockStore } from '../feed/blockStore.ts'
import type { BlockReceiver, ReceiveOutcome } from '../feed/blockReceiver.ts'
import type { SealAnew } from '../feed/sealAnew.ts'
import { createFairOutbox, deviceOf } from './fairOutbox.ts'
import type { Link } from './link.ts'
import { maxQuestions } from './linkLimits.ts'
import { maxFeeds, maxSparedDevices, maxWantedBlocks, type SparedDevice } from './linkMessages.ts'

/**
 * Blocks over one link. Each end says its heads and sends what the other lacks, in causal order; afterwards new blocks are pushed as they come.
 * Where a feed forks, each branch has a head. An end that is told of a head which it does not know, where it has as many blocks itself, names in its
 * turn blocks further and further back, so that the other finds the last one that both have.
 * The peer acknowledges what it worked through, and at most {@link maxOutstanding} messages run ahead of that, so a fast sender fills no memory.
 */
export interface BlockExchange {
  /** Says our heads; the peer answers with what we lack. */
  sayHeads(): void
  /** The peer's heads arrived. */
  onHeads(heads: readonly FeedHead[]): void
  /** `blocks` and `bundle` messages of the peer that are not acknowledged yet. */
  readonly unacknowledged: number
  /** Blocks arrived. @returns what became of each, when all are judged */
  onBlocks(blocks: readonly Uint8Array[]): Promise<readonly ReceiveOutcome[]>
  /** A bundle arrived. @returns what became of its blocks, when all are judged */
  onBundle(bundle: Bundle): Promise<readonly ReceiveOutcome[]>
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
  /** Blocks that the peer sent and that were new here, and good. */
  readonly given: number
  /** Whether the peer has worked through everything we have for it. */
  isIdle(): boolean
  /** Since when the peer has owed an answer: its first heads, or that it has worked through a message. Now, where it owes none. */
  waitsSince(): number
  dispose(): void
}

const maxOutstanding = 16
/** A bundle may have 1 MiB; what a peer may have to keep until it is read has its bound. */
const maxOutstandingBytes = 4 * 1024 * 1024
/** `blocks` and `bundle` messages of the peer that may be unacknowledged: it stops at {@link maxOutstanding}, but for those that it had begun. */
export const maxUnacknowledged = 128
/** Blocks that a peer may have asked for by name and not been sent: as many as it may name at once. */
export const maxUnsentWanted = maxQuestions.burst * maxWantedBlocks
const bytesPerMessage = 64 * 1024
const blocksPerMessage = 64
const sayHeadsAfterMs = 1000
/** Longer than a peer that receives blocks waits before it says its heads again. */
const lateAfterMs = 1500
const retryMs = 2000
/** A link that is silent for longer is closed. */
const maxLagMs = 30_000

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
  const { link, clock, graph, store, receiver } = options
  const beganMs = clock.now()
  /** What the peer has or is about to have, by branch. */
  const sent = new Map<number, { readonly feed: FeedKey; readonly seq: number }>()
  /** What the peer last said of each feed. */
  const announced = new Map<FeedKey, readonly FeedHead[]>()
  let announcedCount = 0
  /** The tips of each feed at which we named blocks further back. */
  const located = new Map<FeedKey, string>()
  const outbox = createFairOutbox()
  /** Devices of whose blocks the peer has not said again what it has. */
  const doubtful = new Set<DeviceId>()
  /** Others' blocks that the peer's heads did not name: most are on their way to it from their author. */
  let late: readonly BlockNode[] = []
  /** Passed over: cut, but not stored, and so pushed once it is; or damaged on this disk, and then another peer may have it. */
  const unavailable = new Set<BlockId>()
  /** Blocks that are being read, and whether they were stored meanwhile: the read may still miss those. */
  const reading = new Map<BlockId, boolean>()
  /** What the peer has got whole, whichever of its blocks it lacked; by name, with the device whose blocks they are. */
  const sentBundles = new Map<string, DeviceId>()
  /** What the peer asked for by name and was not sent yet, with the device whose blocks they are. */
  const wanted = new Map<BlockId, DeviceId>()
  /** Before its first heads arrive, nothing is known of what the peer lacks: a block pushed then would hide those before it. */
  let knowsPeer = false
  /** Each message that the peer has not worked through yet. */
  const outstanding: { readonly sentMs: number; readonly bytes: number }[] = []
  /** How long the peer took to work through the last one. */
  let lagMs = 0
  let unacknowledged = 0
  let given = 0
  let pumping = false
  let disposed = false
  let sayTimer: Timer | undefined
  let retryTimer: Timer | undefined
  let lateTimer: Timer | undefined

  function missing(): readonly BlockNode[] {
    return graph.missingFor([...announced.values()].flat()).filter((node) => !isSent(node))
  }

  function isSent({ branch, header }: BlockNode): boolean {
    return (sent.get(branch)?.seq ?? -1) >= header.seq
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
      const stillMissing = new Set(missing())
      for (const node of late) if (stillMissing.has(node)) enqueue(node)
      void pump()
      enqueueLate()
    })
  }

  function enqueue(node: BlockNode): void {
    if (isSent(node)) return
    sent.set(node.branch, { feed: node.feed, seq: node.header.seq })
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
    for (const { id } of nodes) reading.set(id, false)
    try {
      const stored = await readSingle(nodes)
      for (const node of nodes) {
        const single = stored.get(node.id)
        const block = single && (await ready(node, single))
        if (single !== undefined && block === undefined) {
          unavailable.add(node.id)
          continue
        }
        if (block !== undefined) {
          const encoded = encodeBlock(block)
          if (bytes + encoded.length > bytesPerMessage) flush()
          message.push(encoded)
          bytes += encoded.length
          continue
        }
        // Those before it may be its past.
        flush()
        if (!(await sendBundleOf(node))) passOver(node)
      }
      flush()
      for (const { id } of nodes) wanted.delete(id)
      return true
    } catch (error) {
      if (disposed) return false
      options.onFault(error)
      outbox.putBack(nodes)
      clock.clear(retryTimer)
      retryTimer = clock.after(retryMs, () => void pump())
      return false
    } finally {
      for (const { id } of nodes) reading.delete(id)
    }
  }

  function ready(node: BlockNode, block: Block): Block | Promise<Block | undefined> {
    return options.sealAnew?.block(node, block) ?? block
  }

  function passOver(node: BlockNode): void {
    if (reading.get(node.id) === true) outbox.add(node)
    else unavailable.add(node.id)
  }

  /** A block can be read now. What was passed over counts as sent, so the peer's heads never ask for it. @returns whether it was, or would be, passed over */
  function sendPassedOver(node: BlockNode): boolean {
    if (reading.has(node.id)) reading.set(node.id, true)
    else if (unavailable.delete(node.id)) outbox.add(node)
    else return false
    return true
  }

  /** Sends the bundle that holds a block, unless that was done. @returns false where there is none. @throws EchoError of storage */
  async function sendBundleOf(node: BlockNode): Promise<boolean> {
    const place = store.bundleOf(node)
    if (place === undefined) return false
    if (sentBundles.has(nameOf(place))) return true
    const bundle = await store.readBundle(place)
    if (bundle === undefined) {
      // Another tab may have joined it with others.
      await store.refreshBundles()
      const present = store.bundleOf(node)
      return present !== undefined && nameOf(present) !== nameOf(place) && sendBundleOf(node)
    }
    const sealed = options.sealAnew === undefined ? bundle : await options.sealAnew.bundle(place, bundle)
    if (sealed === undefined) return false
    sentBundles.set(nameOf(place), deviceOf(node.feed))
    send({ type: 'bundle', bundle: sealed }, sealed.head.length + sealed.parts.length)
    return true
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

  /**
   * A message of so many parts is here. What waits for its device's quota is worked through as well: the peer must not keep others' blocks back for it;
   * it is told to spare us.
   * @returns to be called for each part that is worked through
   */
  function begin(parts: number): () => void {
    let left = parts
    unacknowledged++
    return () => {
      left--
      if (left > 0) return
      unacknowledged--
      if (!disposed) link.send({ type: 'received', count: 1 })
    }
  }

  async function working<T extends ReceiveOutcome | readonly ReceiveOutcome[]>(
    worked: () => void,
    judge: (done: () => void) => Promise<T>,
  ): Promise<T> {
    let isDone = false
    const done = (): void => {
      if (!isDone) worked()
      isDone = true
    }
    try {
      const outcomes = await judge(done)
      given += [outcomes].flat().filter(({ status }) => status === 'accepted').length
      return outcomes
    } finally {
      // Also after a fault of our own: a peer that waits for an answer sends nothing more.
      done()
    }
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
      const others = byFeed.get(head.feed)
      if (others === undefined) byFeed.set(head.feed, [head])
      else others.push(head)
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

  /** What was or is about to be sent of the devices counts as not sent. */
  function forgetSending(devices: ReadonlySet<DeviceId>): void {
    outbox.drop(devices)
    for (const [id, device] of wanted) if (devices.has(device)) wanted.delete(id)
    for (const [branch, { feed }] of sent) if (devices.has(deviceOf(feed))) sent.delete(branch)
    for (const [name, device] of sentBundles) if (devices.has(device)) sentBundles.delete(name)
  }

  return {
    sayHeads,
    onHeads(heads) {
      note(heads)
      // No honest peer names more; whoever makes up ever new ones would fill the memory.
      if (announcedCount > maxFeeds) return link.channel.close()
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
      const unknown = heads.filter(({ id }) => graph.node(id) === undefined)
      for (const head of unknown) options.onUnknownHead?.(head)
      locate(new Set(unknown.filter(({ feed, seq }) => seq <= ownSeq(feed)).map(({ feed }) => feed)))
      // Usually the peer's push is on its way already; if not, our heads ask for it.
      if (lacking() > 0) sayHeadsSoon()
    },
    get unacknowledged() {
      return unacknowledged
    },
    onBlocks(blocks) {
      const worked = begin(Math.max(1, blocks.length))
      if (blocks.length === 0) worked()
      return Promise.all(blocks.map((block) => working(worked, (done) => receiver.receive(block, done))))
    },
    onBundle(bundle) {
      return working(begin(1), (done) => receiver.receiveBundle(bundle, done))
    },
    onReceived(count) {
      const sentMs = outstanding.splice(0, count).at(-1)?.sentMs
      // The machine's clock may have been set meanwhile.
      if (sentMs !== undefined) lagMs = Math.min(maxLagMs, Math.max(0, clock.now() - sentMs))
      void pump()
    },
    onSpare(devices) {
      for (const { device, spared } of devices) outbox.spare(device, spared)
      // What was on its way may have been dropped: the heads that follow say what is lacking.
      const again = new Set(devices.flatMap(({ device, spared }) => (spared ? [] : [device])))
      // Everything is gone through once, not once for each device: a message may name a thousand.
      if (again.size > 0) forgetSending(again)
      for (const device of again) doubtful.add(device)
      if (outbox.sparedCount > maxSparedDevices || doubtful.size > maxSparedDevices) link.channel.close()
    },
    spareUs(devices) {
      if (devices.length === 0) return
      link.send({ type: 'spare', devices })
      if (devices.some(({ spared }) => !spared)) sayHeads()
    },
    onWant(blocks) {
      const nodes = [...new Set(blocks)].flatMap((id) => (wanted.has(id) ? [] : (graph.node(id) ?? [])))
      if (wanted.size + nodes.length > maxUnsentWanted) return link.channel.close()
      for (const node of nodes) {
        wanted.set(node.id, deviceOf(node.feed))
        const place = store.bundleOf(node)
        if (place !== undefined) sentBundles.delete(nameOf(place))
      }
      outbox.putBack(nodes)
      void pump()
    },
    want(blocks) {
      for (let start = 0; start < blocks.length; start += maxWantedBlocks)
        link.send({ type: 'want', blocks: blocks.slice(start, start + maxWantedBlocks) })
    },
    push(node) {
      if (!knowsPeer || doubtful.has(deviceOf(node.feed))) return
      if (!sendPassedOver(node)) {
        if ((sent.get(node.branch)?.seq ?? -1) === node.header.seq - 1) enqueue(node)
        else for (const other of missing()) if (other.feed === node.feed) enqueue(other)
      }
      void pump()
    },
    tell(node) {
      if (sendPassedOver(node)) void pump()
      sayHeadsSoon()
    },
    retry() {
      for (const id of unavailable) {
        const node = graph.node(id)
        if (node !== undefined) outbox.add(node)
      }
      unavailable.clear()
      void pump()
    },
    pass: (blocks) => blocks.forEach((block) => send({ type: 'blocks', blocks: [block] }, block.length)),
    lacking,
    get given() {
      return given
    },
    isIdle: () => knowsPeer && outbox.size === 0 && outstanding.length === 0,
    waitsSince: () => (knowsPeer ? (outstanding[0]?.sentMs ?? clock.now()) : beganMs),
    dispose() {
      disposed = true
      clock.clear(sayTimer)
      clock.clear(retryTimer)
      clock.clear(lateTimer)
    },
  }
}

function nameOf({ block, first }: BundlePlace): string {
  return `${block}/${first}`
}
