import type { Room } from 'y-webrtc'
import { openSignal } from './signalMessage.ts'
import type { StrangerGate } from './strangerGate.ts'

const maxQueued = 1_000

/** A room of y-webrtc, and who may connect to it. */
export interface GuardedRoom {
  readonly room: Room
  readonly gate: StrangerGate
  /** Whether the same sealed message came before, over whichever server. */
  readonly isRepeat: (sealed: string) => boolean
}

/** The parts of y-webrtc's signaling connection that we touch. */
export interface SignalingConnection {
  readonly url: string
  readonly connected: boolean
  readonly ws: WebSocket | null
  /** The more, the longer the pause before the next try: 1.2 s · log10 of one more than these, at most 2.5 s. */
  unsuccessfulReconnects: number
  /** Whether it tries again by itself. */
  shouldConnect: boolean
  /** Milliseconds since the Unix epoch. */
  readonly lastMessageReceived: number
  /** Tries now, unless it is at it, and from then on by itself. */
  connect(): void
  on(name: 'connect' | 'disconnect', listener: () => void): void
  off(name: 'connect' | 'disconnect', listener: () => void): void
  emit(name: string, args: readonly unknown[]): void
  send(message: unknown): void
}

/**
 * Stands before y-webrtc's reading of a signaling connection: only well-formed messages of known rooms get through, once each, one at a time. Without it
 * anyone who knows a topic's name raises unhandled errors in the app. Peers without a connection come a few at a time. Also keeps `send` from throwing while the socket is being opened.
 * What cannot be caught here: a server that sends text that is no JSON.
 */
export function guardSignaling(connection: SignalingConnection, findRoom: (topic: string) => GuardedRoom | undefined): void {
  const pass = connection.emit.bind(connection)
  let queue = Promise.resolve()
  let queuedCount = 0

  async function check(guarded: GuardedRoom, message: { data?: unknown }, args: readonly unknown[]): Promise<void> {
    const { room, gate, isRepeat } = guarded
    const sealed = message.data
    const signal = await openSignal(sealed, room.key)
    queuedCount--
    if (signal === undefined || signal.from === room.peerId || findRoom(room.name) !== guarded) return
    // Only what members sealed is remembered, so others cannot crowd it out.
    if (typeof sealed !== 'string' || isRepeat(sealed)) return
    if (signal.type === 'signal') {
      if (signal.to !== room.peerId) return
      // y-webrtc takes it for granted that it still has the connection.
      if (signal.kind === 'answer' && !room.webrtcConns.has(signal.from)) return
    }
    gate.pass(signal.from, () => pass('message', args))
  }

  connection.emit = (name, args) => {
    if (name !== 'message') {
      pass(name, args)
      return
    }
    const message = args[0]
    if (typeof message !== 'object' || message === null) return
    const { type, topic } = message as { type?: unknown; topic?: unknown }
    if (type !== 'publish' || typeof topic !== 'string') return
    const guarded = findRoom(topic)
    // Rooms of another network on this connection are guarded by its own guard.
    if (guarded === undefined) pass(name, args)
    else if (queuedCount < maxQueued) {
      queuedCount++
      queue = queue.then(() => check(guarded, message, args))
    }
  }
  connection.send = (message) => {
    if (connection.ws?.readyState === WebSocket.OPEN) connection.ws.send(JSON.stringify(message))
  }
}
