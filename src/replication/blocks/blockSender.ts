import type { BlockId, DeviceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { BundlePlace } from '../../storage/storage.ts'
import { encodeBlock, type Block } from '../../feed/block.ts'
import type { BlockNode } from '../../feed/graph/blockGraph.ts'
import type { BlockStore } from '../../feed/store/blockStore.ts'
import type { SealAnew } from '../../feed/sealAnew.ts'
import { createFairOutbox, deviceOf } from '../link/fairOutbox.ts'
import type { Link } from '../link/link.ts'
import { maxQuestions } from '../link/linkLimits.ts'
import { maxWantedBlocks } from '../link/linkMessages.ts'

/**
 * Sends blocks over one link as they lie in the store, each once: those of their own many in a message, those of a bundle with it. No more than
 * {@link maxOutstanding} messages run ahead of what the peer has worked through, so a fast sender fills no memory.
 */
export interface BlockSender {
  /** Lets a block go behind those of its branch, at the next {@link pump}. */
  add(node: BlockNode): void
  /**
   * Blocks that the peer asked for by name go first, at the next {@link pump}.
   * @returns false where it has asked for more than {@link maxUnsentWanted} that were not sent
   */
  addWanted(nodes: readonly BlockNode[]): boolean
  /**
   * A block can be read now: it goes at the next {@link pump}, if it was passed over because it could not.
   * @returns whether it was, or would be, passed over
   */
  addPassedOver(node: BlockNode): boolean
  /** Tries again what could not be sent: there may be a key now to seal it under. */
  retry(): void
  /** Sends what waits, as far as the peer has room for it. */
  pump(): Promise<void>
  /** Sends an encoded block that is not in the graph. */
  pass(block: Uint8Array): void
  /** The peer has worked through so many messages. */
  onReceived(count: number): void
  /** Whether the peer is spared a device's blocks: they go only where others rest on them. */
  spare(device: DeviceId, spared: boolean): void
  readonly sparedCount: number
  /** What was or is about to be sent of the devices may be sent again. */
  forget(devices: ReadonlySet<DeviceId>): void
  /** How long the peer took to work through the last message. */
  readonly lagMs: number
  /** Whether nothing waits, and the peer has worked through everything. */
  isIdle(): boolean
  /** Since when the peer has owed the oldest acknowledgement; undefined where it owes none. */
  owedSince(): number | undefined
  dispose(): void
}

const maxOutstanding = 16
/** A bundle may have 1 MiB; what a peer may have to keep until it is read has its bound. */
const maxOutstandingBytes = 4 * 1024 * 1024
/** Blocks that a peer may have asked for by name and not been sent: as many as it may name at once. */
export const maxUnsentWanted = maxQuestions.burst * maxWantedBlocks
const bytesPerMessage = 64 * 1024
const blocksPerMessage = 64
const retryMs = 2000
/** A link that is silent for longer is closed. */
const maxLagMs = 30_000

export function createBlockSender(options: {
  readonly link: Link
  readonly clock: Clock
  readonly store: BlockStore
  /** How blocks leave; as they are stored where it is left out. */
  readonly sealAnew: SealAnew | undefined
  /** The disk could not be read; it is tried again. */
  readonly onFault: (error: unknown) => void
}): BlockSender {
  const { link, clock, store, sealAnew } = options
  const outbox = createFairOutbox()
  /** Passed over: cut, but not stored, and so pushed once it is; or damaged on this disk, and then another peer may have it. */
  const unavailable = new Map<BlockId, BlockNode>()
  /** Blocks that are being read, and whether they were stored meanwhile: the read may still miss those. */
  const reading = new Map<BlockId, boolean>()
  /** What the peer has got whole, whichever of its blocks it lacked; by name, with the device whose blocks they are. */
  const sentBundles = new Map<string, DeviceId>()
  /** What the peer asked for by name and was not sent yet, with the device whose blocks they are. */
  const wanted = new Map<BlockId, DeviceId>()
  /** Each message that the peer has not worked through yet. */
  const outstanding: { readonly sentMs: number; readonly bytes: number }[] = []
  let lagMs = 0
  let pumping = false
  let disposed = false
  let retryTimer: Timer | undefined

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
          unavailable.set(node.id, node)
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
    return sealAnew?.block(node, block) ?? block
  }

  function passOver(node: BlockNode): void {
    if (reading.get(node.id) === true) outbox.add(node)
    else unavailable.set(node.id, node)
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
    const sealed = sealAnew === undefined ? bundle : await sealAnew.bundle(place, bundle)
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

  return {
    add: outbox.add,
    addWanted(nodes) {
      const asked = [...new Set(nodes)].filter(({ id }) => !wanted.has(id))
      if (wanted.size + asked.length > maxUnsentWanted) return false
      for (const node of asked) {
        wanted.set(node.id, deviceOf(node.feed))
        const place = store.bundleOf(node)
        if (place !== undefined) sentBundles.delete(nameOf(place))
      }
      outbox.putBack(asked)
      return true
    },
    addPassedOver(node) {
      if (reading.has(node.id)) reading.set(node.id, true)
      else if (unavailable.delete(node.id)) outbox.add(node)
      else return false
      return true
    },
    retry() {
      for (const node of unavailable.values()) outbox.add(node)
      unavailable.clear()
      void pump()
    },
    pump,
    pass: (block) => send({ type: 'blocks', blocks: [block] }, block.length),
    onReceived(count) {
      const sentMs = outstanding.splice(0, count).at(-1)?.sentMs
      // The machine's clock may have been set meanwhile.
      if (sentMs !== undefined) lagMs = Math.min(maxLagMs, Math.max(0, clock.now() - sentMs))
      void pump()
    },
    spare: outbox.spare,
    get sparedCount() {
      return outbox.sparedCount
    },
    forget(devices) {
      outbox.drop(devices)
      for (const [id, device] of wanted) if (devices.has(device)) wanted.delete(id)
      for (const [name, device] of sentBundles) if (devices.has(device)) sentBundles.delete(name)
    },
    get lagMs() {
      return lagMs
    },
    isIdle: () => outbox.size === 0 && outstanding.length === 0,
    owedSince: () => outstanding[0]?.sentMs,
    dispose() {
      disposed = true
      clock.clear(retryTimer)
    },
  }
}

function nameOf({ block, first }: BundlePlace): string {
  return `${block}/${first}`
}
