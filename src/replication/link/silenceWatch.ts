import type { Clock, Timer } from '../../shared/ports.ts'
import type { Link } from './link.ts'

/** Notices when a peer says nothing any more. Any byte is a sign of life; a silent link is asked, then avoided, then closed. */
export interface SilenceWatch {
  /** Something arrived. */
  heard(): void
  /** Nothing has come for 15 s: others are served first. */
  isStale(): boolean
  /** Asks now, for the page was away: a link that does not answer within 5 s is closed. */
  probe(): void
  stop(): void
}

const askAfterMs = 10_000
const staleAfterMs = 15_000
const closeAfterMs = 30_000
const probeAnswerMs = 5_000

export function createSilenceWatch(link: Link, clock: Clock): SilenceWatch {
  let heardAt = clock.now()
  let timer: Timer = clock.after(askAfterMs, look)
  let probeTimer: Timer | undefined

  function look(): void {
    // The machine's clock may have been set back; a dead link must not live on until it is there again.
    heardAt = Math.min(heardAt, clock.now())
    const silent = clock.now() - heardAt
    if (silent >= closeAfterMs) return link.channel.close()
    if (silent >= askAfterMs) link.send({ type: 'ping' })
    timer = clock.after(askAfterMs / 2, look)
  }

  return {
    heard() {
      heardAt = clock.now()
      clock.clear(probeTimer)
      probeTimer = undefined
    },
    isStale: () => clock.now() - heardAt >= staleAfterMs,
    probe() {
      link.send({ type: 'ping' })
      probeTimer ??= clock.after(probeAnswerMs, () => link.channel.close())
    },
    stop() {
      clock.clear(timer)
      clock.clear(probeTimer)
    },
  }
}
