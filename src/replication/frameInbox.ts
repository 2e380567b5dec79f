import type { Clock, Timer } from '../shared/ports.ts'
import type { Connection } from '../network/network.ts'

/** The frames of a connection as a queue to wait on; for the handshake, before a channel takes over. */
export interface FrameInbox {
  /** The next frame; undefined when the connection closes, the deadline passes or more than the allowed bytes came. */
  next(): Promise<Uint8Array | undefined>
  /** Ends the queue. @returns frames that nobody took. */
  release(): readonly Uint8Array[]
}

/** @param maxBytes what may arrive in all; @param deadlineMs how long the whole exchange may take */
export function createFrameInbox(connection: Connection, clock: Clock, maxBytes: number, deadlineMs: number): FrameInbox {
  const frames: Uint8Array[] = []
  let bytes = 0
  let ended = false
  let wake: (() => void) | undefined
  const timer: Timer = clock.after(deadlineMs, end)

  function end(): void {
    ended = true
    wake?.()
  }

  connection.onFrame = (frame) => {
    bytes += frame.length
    if (bytes > maxBytes) return end()
    frames.push(frame)
    wake?.()
  }
  connection.onClose = end

  return {
    async next() {
      while (frames.length === 0 && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = undefined
      }
      return ended ? undefined : frames.shift()
    },
    release() {
      clock.clear(timer)
      connection.onFrame = undefined
      connection.onClose = undefined
      return frames.splice(0)
    },
  }
}
