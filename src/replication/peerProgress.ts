import type { Clock } from '../shared/ports.ts'
import type { BlockExchange } from './blockExchange.ts'

/** Longer than a link on which nothing comes is kept. A peer that has moved nothing for so long may never. */
export const peerPatienceMs = 60_000

/**
 * What a link counts for in the state of its space. A peer that says no heads, acknowledges nothing, or names blocks which it does not give counts as
 * waited for only so long: one member must not keep everybody "syncing" for ever.
 */
export interface PeerProgress {
  /** Blocks that the peer has and we lack; 0 where ever fewer ought to be lacking, and are not. */
  lacking(): number
  /** Whether the peer has worked through everything we have for it, or does not go on. */
  isDelivered(): boolean
}

/** @param exchange of the link, which is new */
export function createPeerProgress(exchange: Pick<BlockExchange, 'lacking' | 'isIdle' | 'waitsSince'>, clock: Clock): PeerProgress {
  let fewest = Infinity
  let fewestAt = 0

  function isLate(since: number): boolean {
    return clock.now() - since >= peerPatienceMs
  }

  return {
    lacking() {
      const lacking = exchange.lacking()
      if (lacking === 0) fewest = Infinity
      else if (lacking < fewest) {
        fewest = lacking
        fewestAt = clock.now()
      }
      return lacking > 0 && isLate(fewestAt) ? 0 : lacking
    },
    isDelivered: () => exchange.isIdle() || isLate(exchange.waitsSince()),
  }
}
