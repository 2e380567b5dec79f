import type { Clock, Timer } from '../../shared/ports.ts'
import type { Connection } from '../../network/network.ts'

/** The frames of a connection as a queue to wait on; for handshakes, before a channel takes over. */
export interface FrameInbox {
  /** The next frame; undefined when the connection closes, the deadline passes or more than the allowed bytes came. */
  next(): Promise<Uint8Array | undefined>
  /** Begins a new stage: so many more bytes may come within so many ms. */
  allow(maxBytes: number, deadlineMs: number): void
  /** Ends the queue, for who waits on it, too. @returns frames that nobody took. */
  release(): readonly Uint8Array[]
}

export function createFrameInbox(connection: Connection, clock: Clock, maxBytes: number, deadlineMs: number): FrameInbox {
  const frames: Uint8Array[] = []
  let allowance = maxBytes
  let ended = false
  let wake: (() => void) | undefined
  let timer: Timer = clock.after(deadlineMs, end)

  function end(): void {
    ended = true
    wake?.()
  }

  connection.onFrame = (frame) => {
    allowance -= frame.length
    if (allowance < 0) return end()
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
      return frames.shift()
    },
    allow(bytes, ms) {
      allowance = bytes
      clock.clear(timer)
      timer = clock.after(ms, end)
    },
    release() {
      clock.clear(timer)
      connection.onFrame = undefined
      connection.onClose = undefined
      const left = frames.splice(0)
      end()
      return left
    },
  }
}
