import { equalBytes } from '../shared/bytes.ts'
import { idBytes, type SpaceId } from '../shared/ids.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import type { EpochKey, KeyRing } from '../access/keys/keyRing.ts'
import type { OperationLog } from '../access/operationLog.ts'
import type { Block } from './block.ts'
import type { BlockGraph, BlockNode, FeedHead } from './graph/blockGraph.ts'
import { createBundle, decodeParts, openBundle, type Bundle } from './bundles/bundle.ts'
import { openEnvelope, sealingKeyOf, sealPayload } from './envelope.ts'
import { parseFeedKey } from './feedKey.ts'

/**
 * M22: what this device stored before it heard of a removal, and has sent to nobody, leaves it under a key that the removed device does not hold. Asked just
 * before something is sent; what is on the disk stays as it is.
 */
export interface SealAnew {
  /** A member has these: it is too late to seal them, and what comes before them, in another way. */
  noteElsewhere(heads: readonly FeedHead[]): void
  /** @returns the block as it may be sent; undefined while no key may be used */
  block(node: BlockNode, block: Block): Promise<Block | undefined>
  /** The same for a bundle whose last block this is. */
  bundle(last: Place, bundle: Bundle): Promise<Bundle | undefined>
}

interface Place {
  readonly feed: string
  readonly seq: number
}

export function createSealAnew(options: {
  readonly crypto: CryptoPort
  readonly space: SpaceId
  readonly keyRing: KeyRing
  readonly log: Pick<OperationLog, 'epochs'>
  readonly graph: Pick<BlockGraph, 'node'>
  /** Our own, which sealed and seals. */
  readonly device: Uint8Array
  readonly slot: number
}): SealAnew {
  const { crypto, keyRing, log, graph, device, slot } = options
  const space = idBytes(options.space)
  const elsewhere = new Map<string, number>()

  function isOwn(feed: string): boolean {
    return equalBytes(parseFeedKey(feed)!.device, device)
  }

  /** Whether somebody who was shut out may hold one of the keys. */
  function isSpoiled(keyIds: readonly Uint8Array[]): boolean {
    const newest = keyRing.newest()
    const isUsable = (keyId: Uint8Array): boolean => log.epochs().some((epoch) => epoch.usable && equalBytes(epoch.keyId, keyId))
    return !keyIds.every((keyId) => (newest !== undefined && equalBytes(newest.id, keyId)) || isUsable(keyId))
  }

  /** @returns `sealed` where its keys are good; else what `seal` makes of it, itself where that cannot be made; undefined while no key may be used */
  async function ready<T>(
    { feed, seq }: Place,
    keyIds: readonly Uint8Array[],
    sealed: T,
    seal: (key: EpochKey) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    if (!isOwn(feed) || seq <= (elsewhere.get(feed) ?? -1) || !isSpoiled(keyIds)) return sealed
    for (let key = keyRing.newest(); key !== undefined; key = keyRing.newest()) {
      const anew = (await seal(key)) ?? sealed
      // While it was sealed, a removal may have become known.
      if (keyRing.newest() === key) return anew
    }
    return undefined
  }

  return {
    noteElsewhere(heads) {
      for (const { id } of heads) {
        const node = graph.node(id)
        if (node !== undefined && isOwn(node.feed)) elsewhere.set(node.feed, Math.max(node.header.seq, elsewhere.get(node.feed) ?? -1))
      }
    },
    block: ({ feed, header: { seq }, id }, block) =>
      ready({ feed, seq }, [sealingKeyOf(block.envelope)], block, async (key) => {
        const blockId = idBytes(id)
        const payload = await openEnvelope(crypto, { space, keyRing, blockId, envelope: block.envelope })
        return payload.ok
          ? { ...block, envelope: await sealPayload(crypto, { space, key, device, slot, blockId, payload: payload.value }) }
          : undefined
      }),
    bundle(last, bundle) {
      const parts = decodeParts(bundle.parts)
      return ready(last, parts.ok ? parts.value.map(sealingKeyOf) : [], bundle, async (key) => {
        const opened = await openBundle(crypto, { space, keyRing }, bundle)
        return opened.ok ? createBundle(crypto, { space, key, device, slot }, opened.value.blocks, opened.value.head.signature) : undefined
      })
    },
  }
}
