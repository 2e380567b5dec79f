import * as Y from 'yjs'
import { textName, xmlName } from '../../../src/documents/createYDoc.ts'
import { createKeyRing } from '../../../src/access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../../src/access/createMembershipLog.ts'
import { epochRendezvous } from '../../../src/access/keys/epochKeys.ts'
import { openEpochs } from '../../../src/access/keys/openEpochs.ts'
import { decodeBlock, encodeBlock, signBlock } from '../../../src/feed/block.ts'
import { clientIdOf } from '../../../src/feed/clientId.ts'
import { openEnvelope, plaintextHash, sealPayload } from '../../../src/feed/envelope.ts'
import { blockIdOf, decodeHeader, encodeHeader } from '../../../src/feed/header.ts'
import type { Network } from '../../../src/network/network.ts'
import { createWebrtcNetwork } from '../../../src/network/webrtc/webrtcNetwork.ts'
import { encodeHello, linkProto, protocolVersion } from '../../../src/replication/link/hello.ts'
import { createLink, type Link } from '../../../src/replication/link/link.ts'
import { linkHandshake } from '../../../src/replication/link/linkHandshake.ts'
import { decodeLinkMessage } from '../../../src/replication/link/linkMessages.ts'
import { compareBytes, fromHex, toHex } from '../../../src/shared/bytes.ts'
import { createItemId, idBytes, rootDocumentId, toId, type BlockId, type DocumentId } from '../../../src/shared/ids.ts'
import { systemClock, systemRandom } from '../../../src/shared/ports.ts'
import type { Insight } from './probe.ts'
import type { Lab } from './lab.ts'

/** What a device has of a space on its disk, in hexadecimal. */
export interface Holdings {
  readonly operations: readonly string[]
  /** Blocks that have rows of their own: a space of few blocks has no others. */
  readonly blocks: readonly { readonly id: string; readonly bytes: string }[]
}

/** A person's own keys, taken out of the page's database, in the hands of code that keeps no rule. */
export interface PatchedMember {
  holdings(): Promise<Holdings>
  /** Takes everything as it is on the disk now. */
  take(): Promise<void>
  /** How many of the blocks open with the keys that are here now, and with all that these operations seal to this device. */
  opens(holdings: Holdings): Promise<number>
  /** Signs a new task, as this device could with what it took (back-dated), or knowing what these holdings are (later). @returns the encoded block and its id */
  forge(title: string, slot: number, known?: Holdings): Promise<{ id: string; bytes: string }>
  /**
   * Signs two blocks for one place of its feed, each of which puts another word in front of a text.
   * @returns them encoded; the second wins the place, whoever has the first builds the text's document anew
   */
  fork(text: string, isRich: boolean, words: readonly [string, string]): Promise<readonly [string, string]>
  /** Leaves the network with the kit and meets members by its own code. @returns when it has made `count` links, or, where it may not, after `ms` */
  enter(signaling: string, count: number, ms?: number): Promise<number>
  /** Leaves the network with the kit, and says hello to whoever it meets as a version would that speaks no older protocol. */
  enterAs(version: 'newer' | 'older', signaling: string): Promise<void>
  /** Sends encoded blocks to everyone linked, or to one device alone. */
  send(blocks: readonly string[], only?: string): void
  /** Kinds of messages that came over its links, and handshakes that failed. */
  heard(): readonly string[]
}

export function createPatchedMember(lab: () => Lab): PatchedMember {
  let insight: Insight | undefined
  const links = new Map<Link, string>()
  let visiting: Network | undefined
  const heard = new Set<string>()

  async function taken(): Promise<Insight> {
    insight ??= await lab().probe.open()
    return insight
  }

  /** @param of.known what the signer knows beyond what it took; back-dated without it. @param of.base what is in the document */
  async function sign(
    {
      document,
      slot,
      known,
      base,
    }: { readonly document: DocumentId; readonly slot: number; readonly known: Holdings | undefined; readonly base?: Uint8Array },
    write: (doc: Y.Doc) => void,
  ): Promise<{ id: BlockId; bytes: string }> {
    const { crypto, identity, space, log: own, keyRing, rows } = await taken()
    const spaceBytes = idBytes(space)
    const [device, key] = [identity.signing.publicKey, keyRing.newest()!]
    let log = own
    if (known !== undefined) {
      log = createMembershipLog({ crypto, space })
      for (const operation of known.operations) await log.add(fromHex(operation)!)
    }
    const named = new Set(rows.flatMap(({ header }) => namedBy(header)))
    const heads = rows.filter(({ block }) => !named.has(block)).map(({ block }) => idBytes(block))
    const doc = new Y.Doc({ gc: false })
    if (base !== undefined) Y.applyUpdate(doc, base)
    doc.clientID = clientIdOf(crypto, spaceBytes, device, slot)
    const before = Y.encodeStateVector(doc)
    write(doc)
    const payload = Y.encodeStateAsUpdate(doc, before)
    const header = encodeHeader({
      space: spaceBytes,
      identity: idBytes(identity.id),
      device,
      slot,
      seq: 0,
      previous: new Uint8Array(32),
      dependencies: heads.sort(compareBytes),
      membership: log.heads(),
      document: idBytes(document),
      keyId: key.id,
      from: 0,
      to: Y.getState(doc.store, doc.clientID),
      timeMs: Date.now() - (known === undefined ? 3_600_000 : 0),
      plaintextHash: plaintextHash(crypto, spaceBytes, key, payload),
      retracts: [],
    })
    const id = blockIdOf(crypto, header)
    const envelope = await sealPayload(crypto, { space: spaceBytes, key, device, slot, blockId: idBytes(id), payload })
    return { id, bytes: toHex(encodeBlock({ header, signature: await signBlock(identity.signing, header), envelope })) }
  }

  return {
    async holdings() {
      const { storage, space, operations, rows } = await lab().probe.open()
      const blocks = await storage.readBlocks(space, rows)
      await storage.dispose()
      return {
        operations: operations.map(toHex),
        blocks: blocks.flatMap((row) => (row === undefined ? [] : [{ id: row.block, bytes: toHex(encodeBlock(row)) }])),
      }
    },
    async take() {
      insight = await lab().probe.open()
      await insight.storage.dispose()
    },
    async opens({ operations, blocks }) {
      const { crypto, identity, space, keyRing: now, storage } = await lab().probe.open()
      await storage.dispose()
      const log = createMembershipLog({ crypto, space })
      for (const operation of operations) await log.add(fromHex(operation)!)
      const keyRing = createKeyRing({ crypto, log })
      for (const { id, key } of now.all()) keyRing.add(id, key)
      await openEpochs({ crypto, log, keyRing, identity })
      let opened = 0
      for (const { id, bytes } of blocks) {
        const block = decodeBlock(fromHex(bytes)!)
        if (!block.ok) throw new Error('no block')
        const { envelope } = block.value
        if ((await openEnvelope(crypto, { space: idBytes(space), keyRing, blockId: idBytes(id as BlockId), envelope })).ok) opened++
      }
      return opened
    },
    forge: (title, slot, known) =>
      sign({ document: rootDocumentId, slot, known }, (doc) =>
        doc.getMap('items').set(createItemId(systemRandom), { t: 'task', m: 'object', f: { title, done: false } }),
      ),
    async fork(text, isRich, words) {
      const current = isRich
        ? (await lab().space.openText(text, 'rich-text')).current.get().yXml
        : (await lab().space.openText(text)).current.get().yText
      const base = Y.encodeStateAsUpdate(current.doc!)
      const blocks = words.map((word) =>
        sign({ document: text as string as DocumentId, slot: 11, known: undefined, base }, (doc) => {
          const paragraph = doc.getXmlFragment(xmlName).firstChild as Y.XmlElement
          ;(isRich ? (paragraph.firstChild as Y.XmlText) : doc.getText(textName)).insert(0, word)
        }),
      )
      // The least id wins.
      const [least, other] = (await Promise.all(blocks)).toSorted((x, y) => compareBytes(idBytes(x.id), idBytes(y.id)))
      return [other!.bytes, least!.bytes]
    },
    async enter(signaling, count, ms = 15_000) {
      const { crypto, identity, space, log, keyRing } = await taken()
      const key = keyRing.newest()!
      const { room, password } = epochRendezvous(crypto, idBytes(space), key.key)
      lab().echo.network.setEnabled(false)
      createWebrtcNetwork({ signaling: [signaling] }).enter({ name: room, password }, (connection) => {
        void linkHandshake(connection, { crypto, clock: systemClock, random: systemRandom, identity, space, key, log }).then((secure) => {
          if (!secure.ok) return void heard.add(`failed: ${secure.error}`)
          const link = createLink(secure.value.channel, undefined)
          link.channel.onMessage = (bytes) => {
            const message = decodeLinkMessage(bytes)
            heard.add(message.ok ? message.value.type : 'unreadable')
            if (message.ok && message.value.type === 'heads') links.set(link, toId(secure.value.device))
          }
          link.channel.onClose = () => links.delete(link)
          link.send({ type: 'ready' })
        })
      })
      const until = Date.now() + ms
      while (links.size < count && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
      return links.size
    },
    async enterAs(version, signaling) {
      const { crypto, space, keyRing } = await taken()
      const { room, password } = epochRendezvous(crypto, idBytes(space), keyRing.newest()!.key)
      lab().echo.network.setEnabled(false)
      await visiting?.dispose()
      visiting = createWebrtcNetwork({ signaling: [signaling] })
      visiting.enter({ name: room, password }, (connection) => {
        const hello = encodeHello({ proto: linkProto, role: 'member', ephemeral: systemRandom.bytes(32) }, systemRandom)
        // The least and the greatest version that it speaks.
        hello.fill(protocolVersion + (version === 'newer' ? 1 : -1), 3, 5)
        connection.send(hello)
      })
    },
    send(blocks, only) {
      for (const [link, device] of links)
        if (only === undefined || device === only) link.send({ type: 'blocks', blocks: blocks.map((block) => fromHex(block)!) })
    },
    heard: () => [...heard].sort(),
  }
}

/** The blocks that a header rests on. */
function namedBy(header: Uint8Array): BlockId[] {
  const decoded = decodeHeader(header)
  if (!decoded.ok) throw new Error('a header on disk cannot be read')
  return [decoded.value.previous, ...decoded.value.dependencies].map((id) => toId<BlockId>(id))
}
