import type { Room } from 'y-webrtc'
import { openSignal } from './signalMessage.ts'

const maxQueued = 1_000

/** The parts of y-webrtc's signaling connection that we touch. */
export interface SignalingConnection {
  readonly url: string
  readonly connected: boolean
  readonly ws: WebSocket | null
  /** The more, the longer the pause before the next try: 1.2 s · log10 of one more than these, at most 2.5 s. */
  unsuccessfulReconnects: number
  /** Milliseconds since the Unix epoch. */
  readonly lastMessageReceived: number
  connect(): void
  on(name: 'connect' | 'disconnect', listener: () => void): void
  off(name: 'connect' | 'disconnect', listener: () => void): void
  emit(name: string, args: readonly unknown[]): void
  send(message: unknown): void
}

/**
 * Stands before y-webrtc's reading of a signaling connection: only well-formed messages of known rooms get through, one at a time. Without it
 * anyone who knows a topic's name raises unhandled errors in the app. Also keeps `send` from throwing while the socket is being opened.
 * What cannot be caught here: a server that sends text that is no JSON.
 */
export function guardSignaling(connection: SignalingConnection, findRoom: (topic: string) => Room | undefined): void {
  const pass = connection.emit.bind(connection)
  let queue = Promise.resolve()
  let queuedCount = 0

  async function check(room: Room, message: { data?: unknown }, args: readonly unknown[]): Promise<void> {
    const signal = await openSignal(message.data, room.key)
    queuedCount--
    if (signal === undefined || signal.from === room.peerId || findRoom(room.name) !== room) return
    if (signal.type === 'signal') {
      if (signal.to !== room.peerId) return
      // y-webrtc takes it for granted that it still has the connection.
      if (signal.kind === 'answer' && !room.webrtcConns.has(signal.from)) return
    }
    pass('message', args)
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
    const room = findRoom(topic)
    // Rooms of another network on this connection are guarded by its own guard.
    if (room === undefined) pass(name, args)
    else if (queuedCount < maxQueued) {
      queuedCount++
      queue = queue.then(() => check(room, message, args))
    }
  }
  connection.send = (message) => {
    if (connection.ws?.readyState === WebSocket.OPEN) connection.ws.send(JSON.stringify(message))
  }
}
