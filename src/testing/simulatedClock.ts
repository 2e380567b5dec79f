import type { Clock } from '../shared/ports.ts'

/** A {@link Clock} that stands still until a test moves it. */
export interface SimulatedClock extends Clock {
  /** Lets `durationMs` pass: fires what falls due in order of time, then of setting, and lets promises settle after each. */
  run(durationMs: number): Promise<void>
  /** Runs from timer to timer until `isDone`. @throws Error when `maxMs` have passed or nothing is left to wait for. */
  runUntil(isDone: () => boolean, maxMs?: number): Promise<void>
  /** Runs until no timer is left. @throws Error when some still are after `maxMs`: a heartbeat never ends. */
  runUntilIdle(maxMs?: number): Promise<void>
  /** Timers that have not fired. */
  pendingCount(): number
}

export interface SimulatedClockOptions {
  /** Milliseconds since the Unix epoch at which it stands first. Default: 2026-01-01. */
  readonly startMs?: number
  /** Waits until everything that promises set in motion has come to rest. Default: one turn of the event loop. */
  settle?(): Promise<void>
}

interface SimulatedTimer {
  readonly dueMs: number
  readonly callback: () => void
}

const defaultMaxMs = 600_000

/**
 * A clock for simulations: the same calls give the same order, whatever the machine does meanwhile.
 * @example
 * const clock = createSimulatedClock()
 * clock.after(1_000, () => console.log('a second later'))
 * await clock.run(1_000)
 */
export function createSimulatedClock({ startMs = Date.UTC(2026, 0, 1), settle = nextTurn }: SimulatedClockOptions = {}): SimulatedClock {
  let nowMs = startMs
  // Sorted by due time; a new timer goes behind those of the same time.
  const timers: SimulatedTimer[] = []

  function insert(timer: SimulatedTimer): void {
    let low = 0
    let high = timers.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (timers[middle]!.dueMs <= timer.dueMs) low = middle + 1
      else high = middle
    }
    timers.splice(low, 0, timer)
  }

  async function fireUntil(endMs: number, isDone: () => boolean): Promise<boolean> {
    await settle()
    for (let timer = timers[0]; !isDone(); timer = timers[0]) {
      if (timer === undefined || timer.dueMs > endMs) return false
      timers.shift()
      nowMs = Math.max(nowMs, timer.dueMs)
      timer.callback()
      await settle()
    }
    return true
  }

  return {
    now: () => nowMs,
    after: (delayMs, callback) => {
      const timer: SimulatedTimer = { dueMs: nowMs + Math.max(0, Math.ceil(delayMs)), callback }
      insert(timer)
      return timer
    },
    clear: (timer) => {
      const index = timers.indexOf(timer as SimulatedTimer)
      if (index >= 0) timers.splice(index, 1)
    },
    run: async (durationMs) => {
      const endMs = nowMs + durationMs
      await fireUntil(endMs, () => false)
      nowMs = Math.max(nowMs, endMs)
    },
    runUntil: async (isDone, maxMs = defaultMaxMs) => {
      if (!(await fireUntil(nowMs + maxMs, isDone))) throw new Error(`not reached within ${maxMs} simulated milliseconds`)
    },
    runUntilIdle: async (maxMs = defaultMaxMs) => {
      await fireUntil(nowMs + maxMs, () => timers.length === 0)
      if (timers.length > 0) throw new Error(`${timers.length} timers still run after ${maxMs} simulated milliseconds`)
    },
    pendingCount: () => timers.length,
  }
}

// A turn of the event loop runs all promise callbacks; browsers hold back setTimeout, a message they do not.
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve)
      return
    }
    const { port1, port2 } = new MessageChannel()
    port1.addEventListener('message', () => {
      port1.close()
      resolve()
    })
    port1.start()
    port2.postMessage(undefined)
  })
}
