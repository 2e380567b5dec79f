import type { Clock, Timer } from '../shared/ports.ts'

/** Decides when own edits are cut into blocks and when arrived blocks are applied. */
export interface Ticker {
  /** A local edit happened. */
  edited(): void
  /** A block arrived. */
  arrived(): void
  /** Does both now. */
  now(): void
  dispose(): void
}

export interface TickerOptions {
  readonly clock: Clock
  /** Whether anyone is connected who waits for the edits: a peer or another tab. */
  readonly hasCompany: () => boolean
  readonly uncutBytes: () => number
  /** Cuts all own edits. */
  readonly cut: () => void
  /** Applies all arrived blocks in one splice. */
  readonly apply: () => void
}

/** While someone watches, a cut is due 100 ms after the last one, so that one key alone goes at once; alone, edits gather for 2 s or 64 KiB. */
const cutEveryMs = 100
const aloneEveryMs = 2000
const aloneBytes = 64 * 1024
/** A stream of arriving blocks becomes one splice a frame. */
const applyEveryMs = 16

export function createTicker({ clock, hasCompany, uncutBytes, cut, apply }: TickerOptions): Ticker {
  let lastCut = -Infinity
  let lastApply = -Infinity
  let timer: Timer | undefined
  let dueAt = Infinity
  let disposed = false

  /** Cut first: nothing remote may sit inside a block, so that its declared past is exact. */
  function tick(): void {
    if (disposed) return
    clock.clear(timer)
    timer = undefined
    dueAt = Infinity
    if (uncutBytes() > 0) {
      cut()
      lastCut = clock.now()
    }
    apply()
    lastApply = clock.now()
  }

  function schedule(at: number): void {
    const now = clock.now()
    if (disposed || at >= dueAt) return
    dueAt = at
    clock.clear(timer)
    timer = undefined
    // Not in the caller's own stack: an edit may come from inside a Yjs transaction.
    if (at <= now) queueMicrotask(() => dueAt <= now && tick())
    else timer = clock.after(at - now, tick)
  }

  /** `everyMs` after `last`, but never before `now`, nor later than a full wait: the machine's clock may have been set back. */
  function due(now: number, last: number, everyMs: number): number {
    return Math.min(now + everyMs, Math.max(now, last + everyMs))
  }

  return {
    edited() {
      const now = clock.now()
      if (hasCompany()) schedule(due(now, lastCut, cutEveryMs))
      else schedule(uncutBytes() >= aloneBytes ? now : now + aloneEveryMs)
    },
    arrived() {
      const now = clock.now()
      schedule(uncutBytes() > 0 ? due(now, lastCut, cutEveryMs) : due(now, lastApply, applyEveryMs))
    },
    now: tick,
    dispose() {
      disposed = true
      clock.clear(timer)
    },
  }
}
