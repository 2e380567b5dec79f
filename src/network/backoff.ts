const firstDelayMs = 1_000
const maxDelayMs = 60_000

/** How long a room waits before it lets a peer try again after failed handshakes. */
export interface Backoff {
  /** 0 while nothing has failed, then 1, 2, 4 … 60 s. */
  readonly delayMs: number
  report(outcome: 'failed' | 'succeeded'): void
}

/** Makes a backoff that starts at no delay: each failure doubles it, one success ends it. Never throws. */
export function createBackoff(): Backoff {
  let delayMs = 0
  return {
    get delayMs() {
      return delayMs
    },
    report: (outcome) => {
      if (outcome === 'succeeded') delayMs = 0
      else delayMs = delayMs === 0 ? firstDelayMs : Math.min(maxDelayMs, delayMs * 2)
    },
  }
}
