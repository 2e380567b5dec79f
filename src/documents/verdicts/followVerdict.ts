import type { Clock, Timer } from '../../shared/ports.ts'
import type { WritingRound } from './writeAgain.ts'

/** Decides when the documents follow the graph in what stands, and when this device's withdrawn edits are written again. */
export interface VerdictFollower {
  /** Something else may stand than the documents show, or the own slot may be of no further use: settles soon, unless nothing is left to settle. */
  settleSoon(): void
  /** The documents show what stood when it was last decided. Resolves at once where they do. @throws (rejects) what settling throws */
  caughtUp(): Promise<void>
  /** Edits of this device are withdrawn. @param isOwnFork whether the own feed forked: then nobody else has to speak first */
  writeAgainSoon(isOwnFork: boolean): void
  dispose(): void
}

export interface VerdictFollowerOptions {
  readonly clock: Clock
  /** Whether nothing is left to settle. */
  readonly isSettled: () => boolean
  /** Whether the documents show what stood when it was last decided. */
  readonly isCurrent: () => boolean
  /** Brings the documents to what stands. */
  readonly settle: () => Promise<void>
  /** One round of writing again. */
  readonly writeAgain: () => Promise<WritingRound>
  readonly onFault: (error: unknown) => void
}

/** Building documents anew costs more than the fork that makes it necessary, so whoever forks again and again waits longer each time. */
const settleAfterMs = 100
const maxSettleMs = 8_000
/** The device whose feed forked may take back the branch that stands; whoever only built on the other waits for its word. */
const ownForkAfterMs = 100
const dependantAfterMs = 3_000
/** After so long without a new fork it counts as over. */
const calmMs = 60_000
/** No longer than that: who waits would wait for what is over. */
const maxWriteAgainMs = calmMs

export function createVerdictFollower(options: VerdictFollowerOptions): VerdictFollower {
  const { clock, isSettled, isCurrent, settle, writeAgain, onFault } = options
  const settling = createPatience(clock, maxSettleMs)
  const writing = createPatience(clock, maxWriteAgainMs)
  let settleTimer: Timer | undefined
  let writeTimer: Timer | undefined
  let writeDueAt = Infinity
  let running: Promise<void> | undefined
  let isWriting = false
  let isDisposed = false

  function run(): Promise<void> {
    running ??= settle().finally(() => {
      running = undefined
    })
    return running
  }

  function settleSoon(): void {
    if (isDisposed || settleTimer !== undefined || isSettled()) return
    const delayMs = settling.after(settleAfterMs)
    settling.grow()
    settleTimer = clock.after(delayMs, () => {
      settleTimer = undefined
      if (isSettled()) return
      run().catch(onFault).then(settleSoon)
    })
  }

  function writeAgainSoon(isOwnFork: boolean): void {
    const dueAt = clock.now() + writing.after(isOwnFork ? ownForkAfterMs : dependantAfterMs)
    if (isDisposed || isWriting || dueAt >= writeDueAt) return
    clock.clear(writeTimer)
    writeDueAt = dueAt
    writeTimer = clock.after(dueAt - clock.now(), () => {
      writeDueAt = Infinity
      isWriting = true
      writeAgain().then(
        ({ isNews, isLeft }) => {
          isWriting = false
          // What only waits for its turn is not made to wait ever longer.
          if (isNews) writing.grow()
          if (isLeft) writeAgainSoon(false)
        },
        (error: unknown) => {
          isWriting = false
          writing.grow()
          onFault(error)
          writeAgainSoon(false)
        },
      )
    })
  }

  return {
    settleSoon,
    async caughtUp() {
      while (!isCurrent() && !isDisposed) await run()
    },
    writeAgainSoon,
    dispose() {
      isDisposed = true
      clock.clear(settleTimer)
      clock.clear(writeTimer)
    },
  }
}

/** A delay that doubles with each reason to grow, until there was none for a minute. */
function createPatience(clock: Clock, maxMs: number) {
  let doublings = 0
  let grownAt = -Infinity
  return {
    after(firstMs: number): number {
      if (clock.now() - grownAt > calmMs) doublings = 0
      return Math.min(maxMs, firstMs * 2 ** doublings)
    },
    grow(): void {
      doublings++
      grownAt = clock.now()
    },
  }
}
