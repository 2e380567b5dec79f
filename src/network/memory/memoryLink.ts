import type { Clock, Timer } from '../../shared/ports.ts'
import { BaseConnection, highWaterBytes, lowWaterBytes } from '../baseConnection.ts'
import type { Connection } from '../network.ts'

/** What happens to one frame on its way: the frames that arrive in its place, and whether they let the next one pass first. */
export interface Passage {
  readonly frames: readonly Uint8Array[]
  readonly isLate: boolean
}

export interface MemoryLinkOptions {
  readonly clock: Clock
  /** Names of both ends, in the order of {@link MemoryLink.ends}. */
  readonly names: readonly [string, string]
  readonly ids: readonly [string, string]
  readonly sameOrigin: boolean
  readonly bindings: readonly [Connection['binding'], Connection['binding']]
  readonly maxFrameBytes: number
  /** Milliseconds that the next frame travels. */
  drawLatencyMs(): number
  pass(from: string, to: string, frame: Uint8Array): Passage
  /** Called once, when both ends have ended. */
  onEnded(): void
}

/** Two connections that carry each other's frames within this process. */
export interface MemoryLink {
  readonly ends: readonly [BaseConnection, BaseConnection]
  /** Ends both sides at once and loses what is under way, as a cut wire does. */
  sever(): void
}

interface Parcel {
  readonly arrivalMs: number
  /** Bytes that the sender's buffer gets back on arrival. */
  readonly size: number
  readonly frames: readonly Uint8Array[]
  readonly isFarewell: boolean
}

class MemoryConnection extends BaseConnection {
  readonly id: string
  readonly sameOrigin: boolean
  readonly binding: Connection['binding']
  readonly maxFrameBytes: number
  readonly #options: MemoryLinkOptions
  readonly #side: 0 | 1
  #other: MemoryConnection | undefined
  #parcels: Parcel[] = []
  #timer: Timer | undefined
  #lastArrivalMs = 0
  #bufferedBytes = 0
  #isFull = false

  constructor(options: MemoryLinkOptions, side: 0 | 1) {
    super()
    this.id = options.ids[side]
    this.sameOrigin = options.sameOrigin
    this.binding = options.bindings[side]
    this.maxFrameBytes = options.maxFrameBytes
    this.#options = options
    this.#side = side
  }

  join(other: MemoryConnection): void {
    this.#other = other
  }

  canSend(): boolean {
    if (this.isOpen && this.#bufferedBytes >= highWaterBytes) this.#isFull = true
    return this.isOpen && !this.#isFull
  }

  send(frame: Uint8Array): boolean {
    if (frame.length > this.maxFrameBytes || !this.canSend()) return false
    const { names } = this.#options
    const { frames, isLate } = this.#options.pass(names[this.#side], names[this.#side === 0 ? 1 : 0], frame.slice())
    this.#bufferedBytes += frame.length
    this.#post({ frames, size: frame.length, isFarewell: false }, isLate)
    return true
  }

  close(): void {
    if (this.end()) this.#post({ frames: [], size: 0, isFarewell: true }, false)
  }

  /** Ends without a farewell: what is under way in either direction is lost. */
  abandon(): void {
    this.#options.clock.clear(this.#timer)
    this.#timer = undefined
    this.#parcels = []
    this.end()
  }

  #post(parcel: Omit<Parcel, 'arrivalMs'>, isLate: boolean): void {
    const now = this.#options.clock.now()
    const arrivalMs = Math.max(this.#lastArrivalMs, now + this.#options.drawLatencyMs())
    this.#lastArrivalMs = arrivalMs
    const earlier = this.#parcels.at(-1)
    // A late frame is one that the frame before it follows: they change places in the queue, and so arrive in the wrong order.
    if (isLate && earlier !== undefined) this.#parcels.splice(-1, 1, { ...parcel, arrivalMs: earlier.arrivalMs }, { ...earlier, arrivalMs })
    else this.#parcels.push({ ...parcel, arrivalMs })
    this.#arm()
  }

  // One timer for the head of the queue: a timer for each frame could fire out of order on the machine's clock.
  #arm(): void {
    const head = this.#parcels[0]
    if (head === undefined || this.#timer !== undefined) return
    this.#timer = this.#options.clock.after(Math.max(0, head.arrivalMs - this.#options.clock.now()), () => {
      this.#timer = undefined
      try {
        this.#deliver()
      } finally {
        this.#arm()
      }
    })
  }

  #deliver(): void {
    const now = this.#options.clock.now()
    for (let head = this.#parcels[0]; head !== undefined && head.arrivalMs <= now; head = this.#parcels[0]) {
      this.#parcels.shift()
      this.#bufferedBytes -= head.size
      if (head.isFarewell) {
        this.#other?.abandon()
        this.#options.onEnded()
        return
      }
      try {
        for (const frame of head.frames) this.#other?.receive(frame)
      } finally {
        this.#drainIfLow()
      }
    }
  }

  #drainIfLow(): void {
    if (!this.#isFull || this.#bufferedBytes > lowWaterBytes) return
    this.#isFull = false
    if (this.isOpen) this.onDrain?.()
  }
}

/** Joins two new connections. Never throws. */
export function createMemoryLink(options: MemoryLinkOptions): MemoryLink {
  let hasEnded = false
  const endOnce = (): void => {
    if (hasEnded) return
    hasEnded = true
    options.onEnded()
  }
  const guarded: MemoryLinkOptions = { ...options, onEnded: endOnce }
  const a = new MemoryConnection(guarded, 0)
  const b = new MemoryConnection(guarded, 1)
  a.join(b)
  b.join(a)
  return {
    ends: [a, b],
    sever: () => {
      a.abandon()
      b.abandon()
      endOnce()
    },
  }
}
