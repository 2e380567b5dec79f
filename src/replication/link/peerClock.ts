import type { Clock } from '../../shared/ports.ts'

/** How far a linked peer's clock is from ours, by the times that it says anyway; they prove nothing, and nothing rests on them. */
export interface PeerClock {
  /** The peer's clock showed this or a later time, in milliseconds since the Unix epoch, when it sent what has just come. */
  atLeast(timeMs: number): void
  /** The peer dated something new. @param isFresh whether it came as soon as it was made; an old time says nothing else */
  shows(timeMs: number, isFresh: boolean): void
  /** Milliseconds by which the peer's clock is ahead of ours, negative where it is behind; undefined where nothing tells. */
  aheadMs(): number | undefined
}

/** What is lacking right after a link came up has not been named yet. */
const settledMs = 10_000

export function createPeerClock(clock: Clock): PeerClock {
  const sinceMs = clock.now()
  let ahead: number | undefined
  let leastAhead = -Infinity

  function atLeast(timeMs: number): void {
    leastAhead = timeMs - clock.now()
  }

  return {
    atLeast,
    shows(timeMs, isFresh) {
      atLeast(timeMs)
      if (leastAhead > 0 || (isFresh && clock.now() - sinceMs >= settledMs)) ahead = leastAhead
    },
    // A page that was opened under a wrong clock counts on from there; what it writes under the right one is better evidence.
    aheadMs: () => ahead ?? (leastAhead > 0 ? leastAhead : undefined),
  }
}
