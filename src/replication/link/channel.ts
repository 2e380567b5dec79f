import type { Connection } from '../../network/network.ts'
import { createReassembly, fragmentsOf, type Priority } from './fragments.ts'
import type { FrameOpener, FrameSealer } from './sealedFrames.ts'

/**
 * Whole messages over a connection: fragments in two priorities, sealed as they leave (sealing first and overtaking later would break the
 * counter), sent only as fast as the connection takes them.
 */
export interface Channel {
  readonly connection: Connection
  send(message: Uint8Array, priority: Priority): void
  /** Bytes of bulk messages that wait to be sent; the exchange's acknowledgements keep them few. */
  queuedBytes(): number
  /** Each message in order; the channel waits for the returned promise before it gives the next. */
  onMessage: ((message: Uint8Array) => void | Promise<void>) | undefined
  /** Called once. `fault`: what the peer sent does not belong to this stream. */
  onClose: ((why: 'closed' | 'insecure' | 'malformed') => void) | undefined
  close(): void
  readonly isClosed: boolean
}

/** Frames that may wait to be read, and urgent ones to be sent; a peer that sends faster than we read, or stops reading, is cut off rather than left to fill the memory. */
const maxWaitingBytes = 16 * 1024 * 1024

/** Both directions' sealing; between tabs of one origin there is none. */
export interface Sealing {
  readonly sealer: FrameSealer
  readonly opener: FrameOpener
}

/** @param early frames that arrived before the channel was made */
export function createChannel(connection: Connection, sealing: Sealing | undefined, early: readonly Uint8Array[] = []): Channel {
  const queues: Record<Priority, Uint8Array[]> = { urgent: [], bulk: [] }
  const reassembly = createReassembly()
  /** Frames in the order in which they came; all are being opened, one after the other is read. */
  const waiting: { readonly bytes: number; readonly fragment: Uint8Array | Promise<Uint8Array | undefined> }[] = []
  let waitingBytes = 0
  let queuedBulk = 0
  let queuedUrgent = 0
  let unsent: Uint8Array | undefined
  let sending = false
  let reading = false
  let closed = false

  async function pump(): Promise<void> {
    if (sending) return
    sending = true
    while (!closed && connection.canSend()) {
      // Whether there is more to send is asked in the same task in which `sending` ends: a message that comes in between would be left lying.
      const fragment = unsent === undefined ? nextFragment() : undefined
      if (unsent === undefined && fragment === undefined) break
      if (sealing?.sealer.isSpent === true) return end('closed')
      const frame = unsent ?? (sealing === undefined ? fragment! : await sealing.sealer.seal(fragment!))
      unsent = connection.send(frame) ? undefined : frame
      if (unsent !== undefined) break
    }
    sending = false
  }

  function nextFragment(): Uint8Array | undefined {
    const fragment = queues.urgent.shift() ?? queues.bulk.shift()
    if (fragment === undefined) return undefined
    if ((fragment[0]! & 2) !== 0) queuedUrgent -= fragment.length
    else queuedBulk -= fragment.length
    return fragment
  }

  async function read(): Promise<void> {
    if (reading) return
    reading = true
    while (!closed && channel.onMessage !== undefined) {
      const frame = waiting.shift()
      if (frame === undefined) break
      waitingBytes -= frame.bytes
      const fragment = await frame.fragment
      if (fragment === undefined) return end('insecure')
      const message = reassembly.take(fragment)
      if (message === 'malformed') return end('malformed')
      if (message !== undefined) await channel.onMessage?.(message)
    }
    reading = false
  }

  function end(why: 'closed' | 'insecure' | 'malformed'): void {
    if (closed) return
    closed = true
    connection.close()
    channel.onClose?.(why)
  }

  function take(frame: Uint8Array): void {
    waitingBytes += frame.length
    if (waitingBytes > maxWaitingBytes) return end('malformed')
    waiting.push({ bytes: frame.length, fragment: sealing === undefined ? frame : sealing.opener.open(frame) })
    void read()
  }

  connection.onFrame = take
  connection.onDrain = () => void pump()
  connection.onClose = () => end('closed')

  let onMessage: Channel['onMessage']
  const channel: Channel = {
    connection,
    send(message, priority) {
      if (closed) return
      const fragments = fragmentsOf(message, priority)
      queues[priority].push(...fragments)
      const bytes = fragments.reduce((sum, fragment) => sum + fragment.length, 0)
      if (priority === 'bulk') queuedBulk += bytes
      else queuedUrgent += bytes
      // Bulk is held back by its sender; heads and presence come on and on.
      if (queuedUrgent > maxWaitingBytes) end('closed')
      else void pump()
    },
    queuedBytes: () => queuedBulk,
    get onMessage() {
      return onMessage
    },
    set onMessage(handler) {
      onMessage = handler
      void read()
    },
    onClose: undefined,
    close: () => end('closed'),
    get isClosed() {
      return closed
    },
  }
  for (const frame of early) take(frame)
  return channel
}
