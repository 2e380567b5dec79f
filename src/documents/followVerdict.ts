import type { Clock, Timer } from '../shared/ports.ts'

/** Decides when the documents follow the graph in what stands, and when this device's withdrawn edits are written again. */
export interface VerdictFollower {
  /** Something else stands than the documents show, or the own slot cannot be used further. */
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
  /** @returns whether something is left for later */
  readonly writeAgain: () => Promise<boolean>
  readonly onFault: (error: unknown) => void
}

/** Building documents anew costs more than the fork that makes it necessary, so whoever forks again and again waits longer each time. */
const settleAfterMs = 100
const maxSettleMs = 8_000
/** The device whose feed forked may take back the branch that stands; whoever only built on the other waits for its word. */
const ownForkAfterMs = 100
const dependantAfterMs = 3_000
const maxWriteAgainMs = 300_000
const calmMs = 60_000

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
    if (isDisposed || settleTimer !== undefined) return
    settleTimer = clock.after(settling.next(settleAfterMs), () => {
      settleTimer = undefined
      if (isSettled()) return
      run().then(
        () => !isSettled() && settleSoon(),
        (error: unknown) => {
          onFault(error)
          settleSoon()
        },
      )
    })
  }

  function writeAgainSoon(isOwnFork: boolean): void {
    const dueAt = clock.now() + writing.peek(isOwnFork ? ownForkAfterMs : dependantAfterMs)
    if (isDisposed || isWriting || dueAt >= writeDueAt) return
    clock.clear(writeTimer)
    writeDueAt = dueAt
    writeTimer = clock.after(dueAt - clock.now(), () => {
      writeDueAt = Infinity
      writing.next(0)
      isWriting = true
      writeAgain().then(
        (isLeft) => {
          isWriting = false
          if (isLeft) writeAgainSoon(false)
        },
        (error: unknown) => {
          isWriting = false
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

/** A delay that doubles with each use, until there was calm for a minute. */
function createPatience(clock: Clock, maxMs: number) {
  let doublings = 0
  let lastAt = -Infinity
  function peek(firstMs: number): number {
    if (clock.now() - lastAt > calmMs) doublings = 0
    return Math.min(maxMs, firstMs * 2 ** doublings)
  }
  return {
    peek,
    next(firstMs: number): number {
      const delayMs = peek(firstMs)
      doublings++
      lastAt = clock.now()
      return delayMs
    },
  }
}
