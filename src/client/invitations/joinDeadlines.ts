import type { Clock, Timer } from '../../shared/ports.ts'

/** The times of one attempt to join: steps that are shown, and one end that no host can put off for ever. */
export interface JoinDeadlines {
  /** Does something after a while, unless the next step comes first. */
  after(ms: number, action: () => void): void
  /** A step is over: what it waited for is forgotten. */
  nextStep(): void
  /** Somebody needs time: the end is at least so far away, but no further than the attempt may last at all. */
  allow(ms: number): void
  /** When it ends, in ms since the Unix epoch. */
  end(): number
  stop(): void
}

/**
 * @param options.firstMs the end, unless more is allowed
 * @param options.mostMs the end whatever is allowed
 */
export function createJoinDeadlines(options: {
  readonly clock: Clock
  readonly firstMs: number
  readonly mostMs: number
  readonly onEnd: () => void
}): JoinDeadlines {
  const { clock, firstMs, mostMs, onEnd } = options
  const latest = clock.now() + mostMs
  const steps = new Set<Timer>()
  let end = clock.now()
  let overall: Timer
  allow(firstMs)

  function allow(ms: number): void {
    const next = Math.min(latest, clock.now() + ms)
    if (next <= end) return
    end = next
    clock.clear(overall)
    overall = clock.after(end - clock.now(), onEnd)
  }

  function nextStep(): void {
    for (const timer of steps) clock.clear(timer)
    steps.clear()
  }

  return {
    after: (ms, action) => void steps.add(clock.after(ms, action)),
    nextStep,
    allow,
    end: () => end,
    stop() {
      nextStep()
      clock.clear(overall)
    },
  }
}
