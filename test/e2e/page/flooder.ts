import * as Y from 'yjs'
import { epochRendezvous } from '../../../src/access/keys/epochKeys.ts'
import { encodeBlock, signBlock } from '../../../src/feed/block.ts'
import { clientIdOf } from '../../../src/feed/clientId.ts'
import { plaintextHash, sealPayload } from '../../../src/feed/envelope.ts'
import { blockIdOf, encodeHeader } from '../../../src/feed/header.ts'
import { createWebrtcNetwork } from '../../../src/network/webrtc/webrtcNetwork.ts'
import { createLink, type Link } from '../../../src/replication/link/link.ts'
import { linkHandshake } from '../../../src/replication/link/linkHandshake.ts'
import { idBytes, type BlockId } from '../../../src/shared/ids.ts'
import { systemClock, systemRandom } from '../../../src/shared/ports.ts'
import { prependBomb } from '../../unit/documents/adjacencyBombs.ts'
import type { Insight } from './probe.ts'
import { deriveSignalKey, sealSignal } from './signalSealing.ts'
import type { Lab } from './lab.ts'

/** A member whose page runs other code: it sends as much as it can, and what it may not. */
export interface Flooder {
  /** Signs `count` blocks, and one that Yjs would walk for seconds in the text of `note`. To be called before the attack: it takes time. */
  prepare(count: number, note: string): Promise<void>
  /** Leaves the network with the kit and enters it with its own. @returns when linked to `peers` members */
  enter(signaling: string, peers: number): Promise<void>
  /** Announces so many peers that do not exist, sends everybody the bomb, then all blocks as fast as the links take them. */
  attack(announces: number): Promise<void>
}

/** The length of the list before whose elements the bomb's structs claim to stand. */
const listLength = 20_000
const bombStructs = 2_048

export function createFlooder(lab: () => Lab): Flooder {
  const blocks: Uint8Array[] = []
  const links = new Set<Link>()
  let bomb: Uint8Array[] = []
  let insight: Insight
  let announce: (from: string) => Promise<void>

  /** Signs blocks of one slot in turn. */
  function createWriter(slot: number) {
    const { crypto, identity, space, log, keyRing } = insight
    const [spaceBytes, device, key] = [idBytes(space), identity.signing.publicKey, keyRing.newest()!]
    let [seq, previous] = [0, new Uint8Array(32) as Uint8Array]
    return {
      client: clientIdOf(crypto, spaceBytes, device, slot),
      async write(document: Uint8Array, payload: Uint8Array, from: number, to: number, after: readonly BlockId[] = []) {
        const header = encodeHeader({
          space: spaceBytes,
          identity: idBytes(identity.id),
          device,
          slot,
          seq: seq++,
          previous,
          dependencies: after.map(idBytes),
          membership: log.heads(),
          document,
          keyId: key.id,
          from,
          to,
          timeMs: Date.now(),
          plaintextHash: plaintextHash(crypto, spaceBytes, key, payload),
          retracts: [],
        })
        const id = blockIdOf(crypto, header)
        previous = idBytes(id)
        const envelope = await sealPayload(crypto, { space: spaceBytes, key, device, slot, blockId: previous, payload })
        return { id, block: encodeBlock({ header, signature: await signBlock(identity.signing, header), envelope }) }
      },
    }
  }

  return {
    async prepare(count, note) {
      insight = await lab().probe.open()
      await insight.storage.dispose()
      const [flood, list, bomber] = [createWriter(7), createWriter(8), createWriter(9)]
      const doc = new Y.Doc({ gc: false })
      doc.clientID = flood.client
      let update = new Uint8Array()
      doc.on('update', (bytes: Uint8Array) => {
        update = new Uint8Array(bytes)
      })
      for (let i = 0; i < count; i++) {
        doc.getMap('items').set(`flood/${i % 100}`, i)
        blocks.push((await flood.write(new Uint8Array(16), update, i, i + 1)).block)
      }
      const listDoc = new Y.Doc({ gc: false })
      listDoc.clientID = list.client
      for (let i = 0; i < listLength; i += 1_000) listDoc.getArray('list').push(Array.from({ length: 1_000 }, () => 7))
      const document = idBytes(note as BlockId)
      const target = await list.write(document, Y.encodeStateAsUpdate(listDoc), 0, listLength)
      const payload = prependBomb(bomber.client, bombStructs, list.client, listLength)
      bomb = [target.block, (await bomber.write(document, payload, 0, bombStructs, [target.id])).block]
    },
    async enter(signaling, peers) {
      const { crypto, identity, space, log, keyRing } = insight
      const key = keyRing.newest()!
      const { room, password } = epochRendezvous(crypto, idBytes(space), key.key)
      lab().echo.network.setEnabled(false)
      await lab().untilPeers(0)
      createWebrtcNetwork({ signaling: [signaling] }).enter({ name: room, password }, (connection) => {
        void linkHandshake(connection, { crypto, clock: systemClock, random: systemRandom, identity, space, key, log }).then((secure) => {
          if (!secure.ok) return
          const link = createLink(secure.value.channel, undefined)
          link.channel.onMessage = () => {}
          link.channel.onClose = () => links.delete(link)
          link.send({ type: 'ready' })
          links.add(link)
        })
      })
      const socket = new WebSocket(signaling)
      await new Promise((resolve) => {
        socket.onopen = resolve
      })
      const signalKey = await deriveSignalKey(password, room)
      announce = async (from) => {
        socket.send(JSON.stringify({ type: 'publish', topic: room, data: await sealSignal(signalKey, { type: 'announce', from }) }))
      }
      while (links.size < peers) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    async attack(announces) {
      for (let i = 0; i < announces; i++) await announce(globalThis.crypto.randomUUID())
      for (const link of links) link.send({ type: 'blocks', blocks: bomb }, 'bulk')
      for (let start = 0; start < blocks.length; start += 64) {
        for (const link of links) link.send({ type: 'blocks', blocks: blocks.slice(start, start + 64) }, 'bulk')
        while ([...links].some(({ channel }) => channel.queuedBytes() > 500_000)) await new Promise((resolve) => setTimeout(resolve, 1))
      }
    },
  }
}
