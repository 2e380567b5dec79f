import type { Connection } from './network.ts'

/** From this many buffered bytes on a connection takes no further frame. */
export const highWaterBytes = 256 * 1024
/** At this many buffered bytes or fewer a full connection takes frames again. */
export const lowWaterBytes = 64 * 1024

/**
 * What every adapter's connection shares: frames wait for their handler, the end is told once and never inside `close`, so that an owner
 * may close from within any of its own steps.
 */
export abstract class BaseConnection implements Connection {
  abstract readonly id: string
  abstract readonly sameOrigin: boolean
  abstract readonly binding: Connection['binding']
  abstract readonly maxFrameBytes: number
  onDrain: (() => void) | undefined = undefined
  onClose: (() => void) | undefined = undefined
  /** The adapter's own word of the end, told within it; {@link onClose} belongs to the owner. */
  onEnd: (() => void) | undefined = undefined
  #onFrame: ((frame: Uint8Array) => void) | undefined
  #waiting: Uint8Array[] = []
  #isOpen = true

  abstract send(frame: Uint8Array): boolean
  abstract canSend(): boolean
  abstract close(): void

  get isOpen(): boolean {
    return this.#isOpen
  }

  get onFrame(): ((frame: Uint8Array) => void) | undefined {
    return this.#onFrame
  }

  set onFrame(handler: ((frame: Uint8Array) => void) | undefined) {
    this.#onFrame = handler
    if (handler !== undefined && this.#waiting.length > 0) queueMicrotask(() => this.#flush())
  }

  /** Hands a frame to the owner, or keeps it until there is a handler; frames after the end are dropped. */
  protected receive(frame: Uint8Array): void {
    if (!this.#isOpen) return
    if (this.#onFrame === undefined || this.#waiting.length > 0) this.#waiting.push(frame)
    else this.#onFrame(frame)
  }

  /** Ends the connection for its owner. @returns false where it had ended before. */
  protected end(): boolean {
    if (!this.#isOpen) return false
    this.#isOpen = false
    this.#waiting = []
    this.onEnd?.()
    queueMicrotask(() => this.onClose?.())
    return true
  }

  #flush(): void {
    while (this.#onFrame !== undefined) {
      const frame = this.#waiting.shift()
      if (frame === undefined) return
      this.#onFrame(frame)
    }
  }
}
