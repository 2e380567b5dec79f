import { encodeBlock, signBlock } from '../../../src/feed/block.ts'
import { clientIdOf } from '../../../src/feed/clientId.ts'
import { plaintextHash, sealPayload } from '../../../src/feed/envelope.ts'
import { feedKeyOf } from '../../../src/feed/feedKey.ts'
import { blockIdOf, encodeHeader, type BlockHeader } from '../../../src/feed/header.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { idBytes, type DocumentId } from '../../../src/shared/ids.ts'
import type { TestReplica, TestSpace } from './createTestSpace.ts'

/** Signs anything as blocks of one slot, as a modified kit could. */
export interface Forger {
  readonly client: number
  /** A block that follows everything in the graph; it joins the graph, and is stored nowhere. */
  forge(document: DocumentId, update: Uint8Array, from: number, to: number): Promise<Uint8Array>
}

/** @param replica gives its graph; it is of no other use after that */
export function createForger(world: TestSpace, { graph }: TestReplica, identity: LocalIdentity, slot: number): Forger {
  const { crypto, keyRing, log, clock } = world
  const space = idBytes(world.space)
  const device = identity.signing.publicKey
  const feed = feedKeyOf(device, slot)

  return {
    client: clientIdOf(crypto, space, device, slot),
    async forge(document, update, from, to) {
      const key = keyRing.newest()!
      const head = graph.head(feed)
      const past = graph.maximal(graph.heads().map(({ id }) => id))
      const header: BlockHeader = {
        space,
        identity: idBytes(identity.id),
        device,
        slot,
        seq: head === undefined ? 0 : head.seq + 1,
        previous: head === undefined ? new Uint8Array(32) : idBytes(head.id),
        dependencies: past.filter((id) => id !== head?.id).map(idBytes),
        membership: log.heads(),
        retracts: [],
        document: idBytes(document),
        keyId: key.id,
        from,
        to,
        timeMs: clock.now(),
        plaintextHash: plaintextHash(crypto, space, key, update),
      }
      const bytes = encodeHeader(header)
      const { id } = graph.add(blockIdOf(crypto, bytes), header)
      const envelope = await sealPayload(crypto, { space, key, device, slot, blockId: idBytes(id), payload: update })
      return encodeBlock({ header: bytes, signature: await signBlock(identity.signing, bytes), envelope })
    },
  }
}
