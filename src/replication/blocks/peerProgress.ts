import type { Clock } from '../../shared/ports.ts'
import type { BlockExchange } from './blockExchange.ts'

/** Longer than a link on which nothing comes is kept. A peer that has moved nothing for so long may never. */
export const peerPatienceMs = 60_000

/** How many milliseconds in which a peer names nothing make up for one in which it named what it did not give. */
const msPerForgivenMs = 10

/**
 * What a link counts for in the state of its space. A peer that says no heads, acknowledges nothing, or names blocks which it does not give counts as
 * waited for only so long: one member must not keep everybody "syncing" for ever. What it names proves nothing, in whatever order it does; only a good
 * block that was lacking makes it new.
 */
export interface PeerProgress {
  /** Blocks that the peer has and we lack; 0 once it was waited for too long since it last gave one. */
  lacking(): number
  /** Whether the peer has worked through everything we have for it, or does not go on. */
  isDelivered(): boolean
}

/** @param exchange of the link, which is new */
export function createPeerProgress(
  exchange: Pick<BlockExchange, 'lacking' | 'given' | 'isIdle' | 'waitsSince'>,
  clock: Clock,
): PeerProgress {
  /** Since it last gave a block. Others may give what it names, so time in which nothing is lacking takes some of it away. */
  let waitedMs = 0
  let isWaiting = false
  let given = exchange.given
  let seenMs = clock.now()

  function measure(): void {
    const passedMs = Math.max(0, clock.now() - seenMs)
    seenMs = clock.now()
    waitedMs = isWaiting ? Math.min(peerPatienceMs, waitedMs + passedMs) : Math.max(0, waitedMs - passedMs / msPerForgivenMs)
    if (exchange.given > given) waitedMs = 0
    given = exchange.given
  }

  return {
    lacking() {
      measure()
      const lacking = exchange.lacking()
      isWaiting = lacking > 0
      return waitedMs >= peerPatienceMs ? 0 : lacking
    },
    isDelivered: () => exchange.isIdle() || clock.now() - exchange.waitsSince() >= peerPatienceMs,
  }
}
