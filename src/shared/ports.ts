/** Time and chance as ports: real by default, seeded in a simulation, so that a whole swarm runs in one reproducible process. */

/** A running timer; only {@link Clock.clear} of the same clock understands it. */
export type Timer = unknown

export interface Clock {
  /** Milliseconds since the Unix epoch; advisory, never used for authority. */
  now(): number
  /** Calls `callback` once after `delayMs` milliseconds. */
  after(delayMs: number, callback: () => void): Timer
  /** Stops a timer; an ended or undefined one is ignored. */
  clear(timer: Timer | undefined): void
}

export interface Random {
  /** `length` fresh random bytes. */
  bytes(length: number): Uint8Array
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => setTimeout(callback, delayMs),
  clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout> | undefined),
}

/** The machine's cryptographic random source, at most 65,536 bytes a call. */
export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
}
