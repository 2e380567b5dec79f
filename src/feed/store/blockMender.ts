import { EchoError } from '../../shared/echoError.ts'
import { idBytes, type BlockId, type SpaceId } from '../../shared/ids.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { BundlePlace } from '../../storage/storage.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import { verifyBlock, type Block } from '../block.ts'
import type { BlockGraph, BlockNode } from '../graph/blockGraph.ts'
import type { BlockStore } from './blockStore.ts'
import { openBlock } from '../openBlock.ts'
import type { BundledBlock } from '../bundles/receivedBundle.ts'

/**
 * Blocks that are in the graph and whose stored copies turned out to be unreadable: heads do not ask for those, so they are asked for by name, and a
 * good copy takes the place of the bad one.
 */
export interface BlockMender {
  /** What peers have to be asked for, at most {@link maxWanted}. */
  wanted(): readonly BlockId[]
  /**
   * Asks for a block and for those that lie in the same bundle.
   * @returns whether all are stored anew; false where that takes longer than some seconds, or where nobody is there to ask. They stay wanted then.
   */
  mend(block: BlockId): Promise<boolean>
  /** Asks for all these. @returns whether all are stored anew, once they are, which may be never; false where this ends before */
  fetch(blocks: readonly BlockId[]): Promise<boolean>
  /** A peer sent a block that is in the graph. */
  offer(id: BlockId, copy: Block | BundledBlock): void
  dispose(): void
}

/** What can be asked for without straining a peer's patience. */
export const maxWanted = 32_768
const patienceMs = 10_000
/** Blocks of a bundle are judged one after the other, and stored together. */
const storeMs = 100

/** What becomes readable together: a bundle's blocks, or one block. */
interface Damage {
  readonly bundle: BundlePlace | undefined
  readonly left: Set<BlockId>
  readonly mended: Promise<boolean>
  readonly resolve: (isMended: boolean) => void
}

export function createBlockMender(options: {
  readonly crypto: CryptoPort
  readonly space: SpaceId
  readonly keyRing: KeyRing
  readonly clock: Clock
  readonly graph: BlockGraph
  readonly store: BlockStore
  readonly hasCompany: () => boolean
  /** These have to be asked for now. */
  readonly onWanted: (blocks: readonly BlockId[]) => void
  /** A good copy of this one is stored. */
  readonly onMended: (node: BlockNode) => void
  readonly onFault: (error: unknown) => void
}): BlockMender {
  const { crypto, clock, graph, store, keyRing } = options
  const space = idBytes(options.space)
  const damages = new Map<BlockId, Damage>()
  const inBundles = new Set<BlockId>()
  /** A peer that sends a block again and again costs one judgement a time. */
  const judging = new Set<BlockId>()
  let timer: Timer | undefined

  function damageOf(id: BlockId): Damage | undefined {
    const node = graph.node(id)
    if (node === undefined || damages.has(id)) return damages.get(id)
    const bundle = store.bundleOf(node)
    const ids = bundle === undefined ? [id] : store.idsIn(bundle)
    return damages.size + ids.length > maxWanted ? undefined : note(ids, bundle)
  }

  function note(ids: readonly BlockId[], bundle?: BundlePlace): Damage {
    const left = new Set(ids)
    let resolve: (isMended: boolean) => void = () => {}
    const mended = new Promise<boolean>((done) => (resolve = done))
    const damage = { bundle, left, mended, resolve }
    for (const each of left) damages.set(each, damage)
    return damage
  }

  async function takeBlock(id: BlockId, block: Block): Promise<void> {
    if (judging.has(id)) return
    judging.add(id)
    try {
      await judge(id, block)
    } finally {
      judging.delete(id)
    }
  }

  async function judge(id: BlockId, block: Block): Promise<void> {
    const node = graph.node(id)!
    const isSigned = await verifyBlock(crypto, node.header.device, block)
    const opened = isSigned && (await openBlock(crypto, { space, keyRing }, { id, header: node.header, envelope: block.envelope }))
    if (opened === false || !opened.ok) return
    await store.put([{ node, block }], 'relaxed')
    await finish([id])
  }

  async function storeBundles(): Promise<void> {
    timer = undefined
    const ids = [...inBundles]
    inBundles.clear()
    await store.flush()
    await finish(ids)
  }

  async function finish(ids: readonly BlockId[]): Promise<void> {
    for (const id of ids) {
      const damage = damages.get(id)
      damages.delete(id)
      if (damage !== undefined) options.onMended(graph.node(id)!)
      damage?.left.delete(id)
      if (damage === undefined || damage.left.size > 0) continue
      // All its blocks lie elsewhere now, unless the same bundle came again.
      if (damage.bundle !== undefined && (await store.readBundle(damage.bundle)) === undefined)
        await store.remove({ blocks: [], bundles: [damage.bundle] })
      damage.resolve(true)
    }
  }

  return {
    wanted: () => [...damages.keys()],
    async mend(block) {
      const damage = damageOf(block)
      if (damage === undefined || !options.hasCompany()) return false
      options.onWanted([...damage.left])
      let patience: Timer | undefined
      const late = new Promise<false>((resolve) => (patience = clock.after(patienceMs, () => resolve(false))))
      const isMended = await Promise.race([damage.mended, late])
      clock.clear(patience)
      return isMended
    },
    async fetch(blocks) {
      for (let left = blocks.filter((id) => graph.node(id) !== undefined); left.length > 0; left = left.slice(maxWanted)) {
        const portion = left.slice(0, maxWanted)
        const ids = portion.filter((id) => !damages.has(id))
        for (const id of ids) note([id])
        if (options.hasCompany()) options.onWanted(ids)
        const mended = await Promise.all(portion.map((id) => damages.get(id)!.mended))
        if (mended.includes(false)) return false
      }
      return true
    },
    offer(id, copy) {
      if (!damages.has(id)) return
      if (!('received' in copy)) return void takeBlock(id, copy).catch(report)
      store.gather(graph.node(id)!, copy.received)
      inBundles.add(id)
      timer ??= clock.after(storeMs, () => void storeBundles().catch(report))
    },
    dispose() {
      clock.clear(timer)
      for (const { resolve } of damages.values()) resolve(false)
      damages.clear()
    },
  }

  function report(error: unknown): void {
    if (!(error instanceof EchoError && error.code === 'disposed')) options.onFault(error)
  }
}
