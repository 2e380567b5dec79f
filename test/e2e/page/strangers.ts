import { WebrtcProvider } from 'y-webrtc'
import { Doc } from 'yjs'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { createWebrtcNetwork } from '../../../src/network/webrtc/webrtcNetwork.ts'
import { decodeHello, encodeHello, linkProto } from '../../../src/replication/link/hello.ts'
import { fromHex, utf8 } from '../../../src/shared/bytes.ts'
import { systemRandom } from '../../../src/shared/ports.ts'
import { isHeard, recorder } from './frameRecorder.ts'

interface Meeting {
  readonly signaling: string[]
  readonly room: string
  readonly password: string
}

/** Peers that know where the members of a space meet, and no more; and what any peer of this page has received. */
export interface Strangers {
  /** y-webrtc as it comes, with a document of its own. */
  startStock(meeting: Meeting): void
  /** What came of it: bytes in its document, names and other states of others. */
  stock(): { documentBytes: number; othersStates: number }
  /** One that opens the real channel and then is silent, says hello, or says hello and sends junk for a proof. */
  startRaw(meeting: Meeting, way: 'silent' | 'hello' | 'junk'): void
  /** Connections that the raw peer was given. */
  rawConnections(): number
  /** What arrived in this page in all. */
  received(): { connections: number; opened: number; frames: number[][]; bytes: number }
  /** Whether each channel began with a hello that says no more than that a member is here. */
  isOnlyHellos(): boolean
  heardHex(hex: string): boolean
  heardText(text: string): boolean
}

export function createStrangers(): Strangers {
  const doc = new Doc()
  let provider: WebrtcProvider | undefined
  let rawConnections = 0

  return {
    startStock({ signaling, room, password }) {
      doc.getMap('items').set('stranger', 'was here')
      provider = new WebrtcProvider(room, doc, { signaling, password, peerOpts: { config: { iceServers: [] } } })
      provider.awareness.setLocalState({ name: 'stranger' })
    },
    stock: () => ({
      documentBytes: [...doc.store.clients.entries()].filter(([client]) => client !== doc.clientID).length,
      othersStates: Math.max(0, (provider?.awareness.getStates().size ?? 1) - 1),
    }),
    startRaw({ signaling, room, password }, way) {
      createWebrtcNetwork({ signaling }).enter({ name: room, password }, (connection) => {
        rawConnections++
        connection.onFrame = () => {
          if (way === 'junk') connection.send(systemRandom.bytes(300))
        }
        if (way === 'silent') return
        void createWebCrypto().then(async (crypto) => {
          const { publicKey } = await crypto.createAgreementKey()
          connection.send(encodeHello({ proto: linkProto, role: 'member', ephemeral: publicKey }, systemRandom))
        })
      })
    },
    rawConnections: () => rawConnections,
    received: () => ({
      connections: recorder.connections,
      opened: recorder.opened,
      frames: recorder.frames.map((frames) => frames.map(({ length }) => length)),
      bytes: recorder.frames.flat().reduce((sum, { length }) => sum + length, 0),
    }),
    isOnlyHellos: () =>
      recorder.frames.every(([first]) => {
        const hello = first && decodeHello(first)
        return hello === undefined || (hello.ok && hello.value.role === 'member')
      }),
    heardHex: (hex) => isHeard(fromHex(hex)!),
    heardText: (text) => isHeard(utf8(text)),
  }
}
