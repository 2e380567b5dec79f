import { BaseConnection, highWaterBytes, lowWaterBytes } from '../baseConnection.ts'
import { maxTabFrameBytes, type TabMessage } from './tabMessage.ts'

// Below the low-water mark, so that what is not acknowledged yet can never keep a sender waiting.
const ackEveryBytes = 32 * 1024

export interface TabConnectionOptions {
  readonly self: string
  readonly other: string
  readonly link: string
  post(message: TabMessage): void
  /** Called once, within the end. */
  onEnded(): void
}

/** A link between two tabs. The channel has no back-pressure, so the receiver acknowledges bytes and the sender counts them. */
export class TabConnection extends BaseConnection {
  readonly id: string
  readonly sameOrigin = true
  readonly binding = undefined
  readonly maxFrameBytes = maxTabFrameBytes
  readonly link: string
  readonly #options: TabConnectionOptions
  #flyingBytes = 0
  #unackedBytes = 0
  #isFull = false
  #wasHeard = true

  constructor(options: TabConnectionOptions) {
    super()
    this.id = `tab-${options.self}-${options.link}`
    this.link = options.link
    this.#options = options
  }

  canSend(): boolean {
    if (this.isOpen && this.#flyingBytes >= highWaterBytes) this.#isFull = true
    return this.isOpen && !this.#isFull
  }

  send(frame: Uint8Array): boolean {
    if (frame.length > this.maxFrameBytes || !this.canSend()) return false
    this.#flyingBytes += frame.length
    // Posting a view would copy the whole buffer behind it.
    this.#post({ kind: 'frame', frame: frame.slice() })
    return true
  }

  close(): void {
    if (!this.isOpen) return
    this.#post({ kind: 'close' })
    this.finish()
  }

  /** Ends without a word to the other tab. */
  finish(): void {
    if (this.end()) this.#options.onEnded()
  }

  /** Takes a message of this link. */
  handle(message: TabMessage): void {
    this.#wasHeard = true
    if (message.kind === 'close') this.finish()
    else if (message.kind === 'ping') this.#post({ kind: 'pong' })
    else if (message.kind === 'ack') this.#acknowledged(message.bytes)
    else if (message.kind === 'frame') this.#accept(message.frame)
  }

  /** Asks the other tab for a sign of life. @returns false where the last question is unanswered. */
  ping(): boolean {
    if (!this.#wasHeard) return false
    this.#wasHeard = false
    this.#post({ kind: 'ping' })
    return true
  }

  #accept(frame: Uint8Array): void {
    this.#unackedBytes += frame.length
    if (this.#unackedBytes >= ackEveryBytes) {
      this.#post({ kind: 'ack', bytes: this.#unackedBytes })
      this.#unackedBytes = 0
    }
    this.receive(frame)
  }

  #acknowledged(bytes: number): void {
    this.#flyingBytes = Math.max(0, this.#flyingBytes - bytes)
    if (!this.#isFull || this.#flyingBytes > lowWaterBytes) return
    this.#isFull = false
    if (this.isOpen) this.onDrain?.()
  }

  #post(body: { kind: 'frame'; frame: Uint8Array } | { kind: 'ack'; bytes: number } | { kind: 'close' | 'ping' | 'pong' }): void {
    const { self, other, link, post } = this.#options
    post({ ...body, from: self, to: other, link })
  }
}
