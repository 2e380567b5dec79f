/** Time and chance as ports: real by default, seeded in a simulation, so that a whole swarm runs in one reproducible process. */

/** A running timer; only {@link Clock.clear} of the same clock understands it. */
export type Timer = unknown

export interface Clock {
  /** Milliseconds since the Unix epoch; advisory, never used for authority. */
  now(): number
  /** Calls `callback` once after `delayMs` milliseconds; after 0 as soon as others have had their turn. */
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
  after: (delayMs, callback) => (delayMs > 0 ? setTimeout(callback, delayMs) : nextTurn(callback)),
  clear: (timer) => {
    if (timer instanceof Turn) timer.isOver = true
    else clearTimeout(timer as ReturnType<typeof setTimeout> | undefined)
  },
}

class Turn {
  isOver = false
}

/** In a hidden page browsers let a timeout run once a second; a message comes at once there, too. */
function nextTurn(callback: () => void): Turn {
  const turn = new Turn()
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    if (!turn.isOver) callback()
  }
  port2.postMessage(undefined)
  return turn
}

/** The machine's cryptographic random source, at most 65,536 bytes a call. */
export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
}
