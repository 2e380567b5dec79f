import * as Y from 'yjs'
import { createKeyRing } from '../access/keys/createKeyRing.ts'
import { createMembershipLog } from '../access/createMembershipLog.ts'
import { epochRendezvous } from '../access/keys/epochKeys.ts'
import { openEpochs } from '../access/keys/openEpochs.ts'
import { readKeys } from '../client/spaces/spaceRecord.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { encodeBlock, signBlock } from '../feed/block.ts'
import { clientIdOf } from '../feed/clientId.ts'
import { plaintextHash, sealPayload } from '../feed/envelope.ts'
import { blockIdOf, encodeHeader, type BlockHeader } from '../feed/header.ts'
import { createIdentityStore } from '../identity/identityStore.ts'
import type { MemorySwarm } from '../network/memory/memorySwarm.ts'
import { createLink, type Link } from '../replication/link/link.ts'
import { linkHandshake } from '../replication/link/linkHandshake.ts'
import { idBytes, type SpaceId } from '../shared/ids.ts'
import { systemRandom } from '../shared/ports.ts'
import { createMemoryStorage } from '../storage/memory/memoryStorage.ts'
import type { TestPeer } from './testPeer.ts'

/** A member's keys in the hands of other code: it links like the member and sends what it likes. */
export interface PatchedClient {
  /** The Yjs clientID of the slot that {@link craft} writes under. */
  readonly client: number
  /** The name under which it is in the swarm. */
  readonly name: string
  /** Links to peers, by their device. */
  readonly links: readonly Link[]
  /** An identity and a device of another member, 32 bytes each. */
  readonly someoneElse: Pick<BlockHeader, 'identity' | 'device'>
  /** {@link client} for another slot. */
  clientOf(slot: number): number
  /** The first block of a slot that nobody else uses, properly hashed, sealed and signed; `changes` are part of that. */
  craft(payload: Uint8Array, changes?: Partial<BlockHeader>): Promise<Uint8Array>
  /** Sends encoded blocks to everyone linked. */
  send(...blocks: Uint8Array[]): void
  dispose(): Promise<void>
}

const ownSlot = 7

/** The name that a peer's patched client has in the swarm. */
export function patchedTabOf(peer: TestPeer): string {
  return `${peer.name} patched`
}

/**
 * Takes the keys off the disk of a peer whose tabs are closed.
 * @param onLink called with each link that came about
 * @throws Error where the peer has no identity, or is no member of the space
 */
export async function createPatchedClient(
  swarm: MemorySwarm,
  peer: TestPeer,
  space: SpaceId,
  crypto: CryptoPort,
  onLink: (link: Link) => void = () => {},
): Promise<PatchedClient> {
  const storage = createMemoryStorage({ disk: peer.disk })
  await storage.open()
  const loaded = await createIdentityStore({ crypto, storage }).load()
  if (!loaded.ok || loaded.value === undefined) throw new Error(`${peer.name} has no identity`)
  const identity = loaded.value
  const log = createMembershipLog({ crypto, space })
  for (const operation of (await storage.readMembership(space)).rows) await log.add(operation)
  const keyRing = createKeyRing({ crypto, log })
  await readKeys(crypto, identity, space, storage, keyRing)
  await openEpochs({ crypto, log, keyRing, identity })
  await storage.dispose()

  const key = keyRing.newest()
  if (key === undefined) throw new Error(`${peer.name} is no member of this space`)
  const spaceBytes = idBytes(space)
  const device = identity.signing.publicKey
  const links: Link[] = []
  const name = patchedTabOf(peer)
  const network = swarm.peer(name)
  const { room, password } = epochRendezvous(crypto, spaceBytes, key.key)
  network.enter({ name: room, password }, (connection) => {
    void linkHandshake(connection, { crypto, clock: peer.clock, random: systemRandom, identity, space, key, log }).then((secure) => {
      if (!secure.ok) return
      const link = createLink(secure.value.channel, undefined)
      link.channel.onMessage = () => {}
      link.send({ type: 'ready' })
      links.push(link)
      onLink(link)
    })
  })

  const clientOf = (slot: number): number => clientIdOf(crypto, spaceBytes, device, slot)
  const others = [...log.state.get().members.values()].filter((member) => member.identity !== identity.id)
  const elsewhere = others.flatMap((member) => member.devices.map((record) => ({ identity: record.identity, device: record.sign })))

  return {
    client: clientOf(ownSlot),
    clientOf,
    someoneElse: elsewhere[0] ?? { identity: idBytes(identity.id), device },
    name,
    links,
    async craft(payload, changes = {}) {
      const writer = { device: changes.device ?? device, slot: changes.slot ?? ownSlot }
      const header = encodeHeader({
        space: spaceBytes,
        identity: idBytes(identity.id),
        ...writer,
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
        ...writer,
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
