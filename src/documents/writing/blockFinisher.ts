import type { EchoError } from '../../shared/echoError.ts'
import type { BlockId, SpaceId } from '../../shared/ids.ts'
import type { Clock } from '../../shared/ports.ts'
import { idBytes } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { EpochKey, KeyRing } from '../../access/keys/keyRing.ts'
import { signBlock, type Block } from '../../feed/block.ts'
import type { BlockNode } from '../../feed/graph/blockGraph.ts'
import type { BlockStore } from '../../feed/store/blockStore.ts'
import { sealPayload } from '../../feed/envelope.ts'

/** A block that was cut: placed in the graph, not yet signed, sealed or stored. */
export interface CutBlock {
  readonly node: BlockNode
  readonly header: Uint8Array
  readonly payload: Uint8Array
  /** Write-ahead rows that this block replaces. */
  readonly rows: readonly string[]
}

/** Signs, seals and stores cut blocks, in the order they were cut. */
export interface BlockFinisher {
  add(block: CutBlock): void
  /** The payload of a block that is not stored yet. */
  payloadOf(id: BlockId): Uint8Array | undefined
  /** Resolves when everything added so far is stored, or has failed at least once. */
  settled(): Promise<void>
  /** Resolves when nothing added so far will be stored any more: all is, or this was disposed of. */
  drained(): Promise<void>
  dispose(): void
}

export interface BlockFinisherOptions {
  readonly crypto: CryptoPort
  readonly clock: Clock
  readonly identity: LocalIdentity
  readonly space: SpaceId
  /** The slot that seals; a block recovered from another slot's log may be among those it seals. */
  readonly slot: number
  readonly keyRing: KeyRing
  readonly store: BlockStore
  /** A block is stored: it may be sent. */
  readonly onFinished: (node: BlockNode, block: Block, rows: readonly string[]) => void
  readonly onFault: (error: unknown) => void
}

const blocksPerWrite = 64
const retryMs = 2000

export function createBlockFinisher(options: BlockFinisherOptions): BlockFinisher {
  const { crypto, clock, identity, space, slot, keyRing, store } = options
  const queue: CutBlock[] = []
  const payloads = new Map<BlockId, Uint8Array>()
  let waiting: (() => void)[] = []
  let draining: (() => void)[] = []
  let running = false
  let isKeyless = false
  let disposed = false

  /** Nothing is dropped on failure: a full disk may have room again, and until then the payload stays in memory and in the write-ahead log. */
  async function run(): Promise<void> {
    running = true
    while (queue.length > 0 && !disposed) {
      const batch = queue.slice(0, blocksPerWrite)
      const key = keyRing.newest()
      if (key === undefined) {
        // No key may be used: they stay in memory and in the write-ahead log.
        await keyOrRetry()
        continue
      }
      try {
        const blocks = await Promise.all(batch.map((cut) => finish(cut, key)))
        // While they were sealed, a removal may have become known.
        if (keyRing.newest() !== key) continue
        await storeAll(batch, blocks)
        queue.splice(0, batch.length)
        batch.forEach((cut, i) => {
          payloads.delete(cut.node.id)
          options.onFinished(cut.node, blocks[i]!, cut.rows)
        })
      } catch (error) {
        options.onFault(error as EchoError)
        release()
        await new Promise<void>((resolve) => clock.after(retryMs, resolve))
      }
    }
    running = false
    release()
    drain()
  }

  /** Resolves when a key was added, or some time is over: an operation may have made one usable. */
  async function keyOrRetry(): Promise<void> {
    isKeyless = true
    release()
    await new Promise<void>((resolve) => {
      const timer = clock.after(retryMs, end)
      const stop = keyRing.onAdded(end)
      function end(): void {
        clock.clear(timer)
        stop()
        resolve()
      }
    })
    isKeyless = false
  }

  async function finish(cut: CutBlock, key: EpochKey): Promise<Block> {
    const [signature, envelope] = await Promise.all([
      signBlock(identity.signing, cut.header),
      sealPayload(crypto, {
        space: idBytes(space),
        key,
        device: identity.signing.publicKey,
        slot,
        blockId: idBytes(cut.node.id),
        payload: cut.payload,
      }),
    ])
    return { header: cut.header, signature, envelope }
  }

  async function storeAll(batch: readonly CutBlock[], blocks: readonly Block[]): Promise<void> {
    const newestBySlot = new Map(batch.map(({ node }) => [node.header.slot, node]))
    const putMarks = [...newestBySlot].map(([slot, node]) => ({ space, slot, seq: node.header.seq, block: node.id }))
    const deletePending = batch.flatMap((cut) => cut.rows.map((key) => ({ space, key })))
    const entries = batch.map((cut, i) => ({ node: cut.node, block: blocks[i]! }))
    await store.put(entries, 'strict', { deletePending, putMarks })
  }

  function release(): void {
    const resolvers = waiting
    waiting = []
    for (const resolve of resolvers) resolve()
  }

  function drain(): void {
    const resolvers = draining
    draining = []
    for (const resolve of resolvers) resolve()
  }

  return {
    add(block) {
      queue.push(block)
      payloads.set(block.node.id, block.payload)
      if (!running) void run()
    },
    payloadOf: (id) => payloads.get(id),
    settled: () => (queue.length === 0 || isKeyless ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    drained: () => (queue.length === 0 || disposed ? Promise.resolve() : new Promise((resolve) => draining.push(resolve))),
    dispose() {
      disposed = true
      release()
      drain()
    },
  }
}
