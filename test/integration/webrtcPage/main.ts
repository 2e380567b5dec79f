import { WebrtcProvider } from 'y-webrtc'
import { Doc } from 'yjs'
import { toHex } from '../../../src/shared/bytes.ts'
import type { Connection, Network, Room } from '../../../src/network/network.ts'
import { createWebrtcNetwork } from '../../../src/network/webrtc/webrtcNetwork.ts'

/** One peer in a page, driven by a test through plain values. */
export interface PeerPage {
  start(signaling: string[]): void
  enter(name: string, password: string): void
  leave(name: string): Promise<void>
  setEnabled(enabled: boolean): void
  report(name: string, outcome: 'failed' | 'succeeded'): void
  probe(): void
  dispose(): Promise<void>
  status(): string
  /** Whether each signaling server answers. */
  servers(): boolean[]
  findings(): string[]
  /** Fingerprints of connections that stand, as [local, remote]. */
  bindings(): [string, string][]
  connectionCount(): number
  /** Milliseconds since the Unix epoch at which connections came and went. */
  history(): [event: 'open' | 'close', timeMs: number][]
  /** The connection that has stood longest. */
  oldest(): string | undefined
  closeAll(): void
  /** Sends small frames and waits for the other page's echoes. @returns median milliseconds there and back. */
  measureRoundTrip(count: number): Promise<number>
  /** Sends under back-pressure. @returns milliseconds until the other page had everything, and how often the connection was full. */
  pour(totalBytes: number): Promise<{ elapsedMs: number; refusals: number }>
  /** Joins the room as y-webrtc does by itself, with a document. @returns how often its own channel opened, and the size of its document. */
  startStock(signaling: string[], name: string, password: string): void
  stock(): { opened: number; peers: number }
  /** Frames that no peer page sends. */
  strangeFrames(): number
  /** Bytes of poured frames that came in order and unharmed; -1 after a fault. */
  pouredBytes(): number
}

declare global {
  interface Window {
    peer: PeerPage
    /** Every RTCPeerConnection of the page, newest last. */
    peerConnections: RTCPeerConnection[]
  }
}

const [tagEcho, tagAnswer, tagPour, tagPouredAll] = [1, 2, 3, 4]

let network: Network
const rooms = new Map<string, Room>()
const connections: Connection[] = []
const history: ['open' | 'close', number][] = []
let pouredBytes = 0
let pouredFrames = 0
let strangeFrames = 0
let onAnswer: (() => void) | undefined
let onPouredAll: (() => void) | undefined

function handle(connection: Connection, frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset)
  if (frame[0] === tagEcho) {
    const answer = frame.slice()
    answer[0] = tagAnswer
    connection.send(answer)
  } else if (frame[0] === tagAnswer) onAnswer?.()
  else if (frame[0] === tagPouredAll) onPouredAll?.()
  else if (frame[0] === tagPour) {
    const isSound = view.getUint32(1) === pouredFrames && frame.at(-1) === pouredFrames % 251
    pouredFrames++
    pouredBytes = isSound && pouredBytes >= 0 ? pouredBytes + frame.length : -1
    if (frame[5] === 1) connection.send(Uint8Array.of(tagPouredAll))
  } else strangeFrames++
}

function take(connection: Connection): void {
  connections.push(connection)
  history.push(['open', Date.now()])
  connection.onFrame = (frame) => handle(connection, frame)
  connection.onClose = () => {
    connections.splice(connections.indexOf(connection), 1)
    history.push(['close', Date.now()])
  }
}

let stockProvider: WebrtcProvider | undefined

window.peer = {
  start: (signaling) => {
    network = createWebrtcNetwork({ signaling })
  },
  enter: (name, password) => void rooms.set(name, network.enter({ name, password }, take)),
  leave: (name) => rooms.get(name)!.leave(),
  setEnabled: (enabled) => network.setEnabled(enabled),
  report: (name, outcome) => rooms.get(name)!.reportHandshake(outcome),
  probe: () => network.probe(),
  dispose: () => network.dispose(),
  status: () => network.state.get().status,
  servers: () => {
    const state = network.state.get()
    return 'servers' in state ? (state.servers ?? []).map(({ isConnected }) => isConnected) : []
  },
  findings: () => network.diagnostics.get().map(({ code }) => code),
  bindings: () => connections.map(({ binding }) => [toHex(binding!.local), toHex(binding!.remote)]),
  connectionCount: () => connections.length,
  history: () => history,
  oldest: () => connections[0]?.id,
  closeAll: () => connections.slice().forEach((connection) => connection.close()),
  measureRoundTrip: async (count) => {
    const times: number[] = []
    for (let i = 0; i < count; i++) {
      const startMs = performance.now()
      await new Promise<void>((resolve) => {
        onAnswer = resolve
        connections[0]!.send(Uint8Array.of(tagEcho, 0, 0, 0, 0))
      })
      times.push(performance.now() - startMs)
    }
    return times.sort((a, b) => a - b)[count >> 1]!
  },
  pour: (totalBytes) => {
    const startMs = performance.now()
    const connection = connections[0]!
    const frameCount = Math.ceil(totalBytes / connection.maxFrameBytes)
    const frame = new Uint8Array(connection.maxFrameBytes)
    const view = new DataView(frame.buffer)
    let [sent, refusals] = [0, 0]
    const pump = (): void => {
      for (; sent < frameCount; sent++) {
        frame[0] = tagPour
        view.setUint32(1, sent)
        frame[5] = sent === frameCount - 1 ? 1 : 0
        frame[frame.length - 1] = sent % 251
        if (connection.send(frame)) continue
        refusals++
        return
      }
    }
    connection.onDrain = pump
    return new Promise((resolve) => {
      onPouredAll = () => resolve({ elapsedMs: performance.now() - startMs, refusals })
      pump()
    })
  },
  startStock: (signaling, name, password) => {
    const doc = new Doc()
    doc.getText('text').insert(0, 'x'.repeat(100_000))
    stockProvider = new WebrtcProvider(name, doc, { signaling, password, peerOpts: { config: { iceServers: [] } } })
  },
  stock: () => {
    const conns = [...(stockProvider?.room?.webrtcConns.values() ?? [])]
    return { opened: conns.filter(({ connected }) => connected).length, peers: conns.length }
  },
  strangeFrames: () => strangeFrames,
  pouredBytes: () => pouredBytes,
}

// Seen from outside the adapter, to count what is left over.
const Native = window.RTCPeerConnection
window.peerConnections = []
window.RTCPeerConnection = class extends Native {
  constructor(configuration?: RTCConfiguration) {
    super(configuration)
    window.peerConnections.push(this)
  }
}
