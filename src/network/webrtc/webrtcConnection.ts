import { isArrayBuffer } from '../../shared/bytes.ts'
import { BaseConnection, highWaterBytes, lowWaterBytes } from '../baseConnection.ts'
import type { Connection } from '../network.ts'

/** Most bytes of a frame over WebRTC: larger ones raise the round trip of what waits behind them. */
export const maxWebrtcFrameBytes = 16_384

/** The parts of an RTCDataChannel that a connection uses. */
export type FrameChannel = Pick<RTCDataChannel, 'readyState' | 'bufferedAmount' | 'bufferedAmountLowThreshold' | 'binaryType' | 'close'> & {
  send(data: Uint8Array<ArrayBuffer>): void
  onmessage: ((event: MessageEvent) => void) | null
  onbufferedamountlow: (() => void) | null
}

/** Frames over one open data channel. The channel's own close event is the business of whoever made it: it calls {@link finish}. */
export class WebrtcConnection extends BaseConnection {
  readonly id: string
  readonly sameOrigin = false
  readonly binding: Connection['binding']
  readonly maxFrameBytes = maxWebrtcFrameBytes
  readonly #channel: FrameChannel
  readonly #onClosing: () => void
  #isFull = false
  #bytesSent = 0
  #bytesReceived = 0

  /** The browser's statistics; undefined where the peer connection has none. */
  readonly readStats: (() => Promise<RTCStatsReport>) | undefined

  /** @param onClosing called when the owner closes: the channel's close event may never come where the other end is gone. */
  constructor(
    id: string,
    channel: FrameChannel,
    binding: NonNullable<Connection['binding']>,
    onClosing: () => void,
    readStats?: () => Promise<RTCStatsReport>,
  ) {
    super()
    this.#onClosing = onClosing
    this.id = id
    this.readStats = readStats
    this.binding = binding
    this.#channel = channel
    channel.binaryType = 'arraybuffer'
    channel.bufferedAmountLowThreshold = lowWaterBytes
    channel.onbufferedamountlow = () => this.#drained()
    channel.onmessage = ({ data }) => this.#accept(data)
  }

  /** Bytes of frames so far. Counted here, for the browser counts by pairs of addresses, and begins anew where a better pair takes over. */
  get traffic(): { readonly bytesSent: number; readonly bytesReceived: number } {
    return { bytesSent: this.#bytesSent, bytesReceived: this.#bytesReceived }
  }

  canSend(): boolean {
    if (this.isOpen && this.#channel.bufferedAmount >= highWaterBytes) this.#isFull = true
    return this.isOpen && this.#channel.readyState === 'open' && !this.#isFull
  }

  send(frame: Uint8Array): boolean {
    if (frame.length > this.maxFrameBytes || !this.canSend()) return false
    try {
      this.#channel.send(frame as Uint8Array<ArrayBuffer>)
      this.#bytesSent += frame.length
      return true
    } catch {
      // The browser throws where the queue is full or the channel has just closed: the frame was not sent, and the link need not be dead.
      return false
    }
  }

  close(): void {
    if (!this.isOpen) return
    // Lets what is buffered leave first; the channel's close event follows.
    this.#channel.close()
    this.finish()
    this.#onClosing()
  }

  /** Ends for the owner, when the channel has closed. */
  finish(): void {
    this.end()
  }

  #accept(data: unknown): void {
    if (!isArrayBuffer(data) || data.byteLength > this.maxFrameBytes) {
      this.close()
      return
    }
    this.#bytesReceived += data.byteLength
    this.receive(new Uint8Array(data))
  }

  #drained(): void {
    if (!this.#isFull) return
    this.#isFull = false
    if (this.isOpen) this.onDrain?.()
  }
}
