import * as Y from 'yjs'
import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { epochRendezvous } from '../../../src/access/keys/epochKeys.ts'
import { openEpochs } from '../../../src/access/keys/openEpochs.ts'
import { readKeys } from '../../../src/client/spaces/spaceRecord.ts'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { encodeBlock, signBlock } from '../../../src/feed/block.ts'
import { clientIdOf } from '../../../src/feed/clientId.ts'
import { plaintextHash, sealPayload } from '../../../src/feed/envelope.ts'
import { blockIdOf, encodeHeader, type BlockHeader } from '../../../src/feed/header.ts'
import { createIdentityStore } from '../../../src/identity/identityStore.ts'
import type { MemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import { createLink, type Link } from '../../../src/replication/link/link.ts'
import { linkHandshake } from '../../../src/replication/link/linkHandshake.ts'
import { idBytes, type SpaceId } from '../../../src/shared/ids.ts'
import { systemClock, systemRandom } from '../../../src/shared/ports.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import type { TestPeer } from '../../../src/testing/setup.ts'

/** A member's keys in the hands of other code: it links like the member and sends what it likes. */
export interface PatchedClient {
  /** The Yjs clientID of the slot that {@link craft} writes under. */
  readonly client: number
  /** The name under which it is in the swarm. */
  readonly name: string
  /** Links to peers, by their device. */
  readonly links: readonly Link[]
  /** The first block of a slot that nobody else uses, properly hashed, sealed and signed; `changes` are part of that. */
  craft(payload: Uint8Array, changes?: Partial<BlockHeader>): Promise<Uint8Array>
  /** Sends encoded blocks to everyone linked. */
  send(...blocks: Uint8Array[]): void
  dispose(): Promise<void>
}

const slot = 7

export async function createPatchedClient(swarm: MemorySwarm, peer: TestPeer, space: SpaceId, crypto: CryptoPort): Promise<PatchedClient> {
  const storage = createMemoryStorage({ disk: peer.disk })
  await storage.open()
  const loaded = await createIdentityStore({ crypto, storage }).load()
  if (!loaded.ok || loaded.value === undefined) throw new Error('no identity on this disk')
  const identity = loaded.value
  const log = createMembershipLog({ crypto, space })
  for (const operation of (await storage.readMembership(space)).rows) await log.add(operation)
  const keyRing = createKeyRing({ crypto, log })
  await readKeys(crypto, identity, space, storage, keyRing)
  await openEpochs({ crypto, log, keyRing, identity })
  await storage.dispose()

  const key = keyRing.newest()!
  const spaceBytes = idBytes(space)
  const device = identity.signing.publicKey
  const links: Link[] = []
  const name = `${peer.name} patched`
  const network = swarm.peer(name)
  const { room, password } = epochRendezvous(crypto, spaceBytes, key.key)
  network.enter({ name: room, password }, (connection) => {
    void linkHandshake(connection, { crypto, clock: systemClock, random: systemRandom, identity, space, key, log }).then((secure) => {
      if (!secure.ok) return
      const link = createLink(secure.value.channel, undefined)
      link.channel.onMessage = () => {}
      link.send({ type: 'ready' })
      links.push(link)
    })
  })

  return {
    client: clientIdOf(crypto, spaceBytes, device, slot),
    name,
    links,
    async craft(payload, changes = {}) {
      const header = encodeHeader({
        space: spaceBytes,
        identity: idBytes(identity.id),
        device,
        slot,
        seq: 0,
        previous: new Uint8Array(32),
        dependencies: [],
        membership: log.heads(),
        document: new Uint8Array(16),
        keyId: key.id,
        from: 0,
        to: 1,
        timeMs: 0,
        plaintextHash: plaintextHash(crypto, spaceBytes, key, payload),
        retracts: [],
        ...changes,
      })
      const envelope = await sealPayload(crypto, {
        space: spaceBytes,
        key,
        device,
        slot,
        blockId: idBytes(blockIdOf(crypto, header)),
        payload,
      })
      return encodeBlock({ header, signature: await signBlock(identity.signing, header), envelope })
    },
    send(...blocks) {
      for (const link of links) link.send({ type: 'blocks', blocks })
    },
    dispose: () => network.dispose(),
  }
}

/** A Yjs update that sets one key of the items under a clientID. */
export function setUpdate(client: number, keyName: string, value: unknown): Uint8Array {
  const doc = new Y.Doc({ gc: false })
  doc.clientID = client
  doc.getMap('items').set(keyName, value)
  return Y.encodeStateAsUpdate(doc)
}
