import type { Clock } from '../shared/ports.ts'

/** A {@link Clock} that a test moves. */
export interface SimulatedClock extends Clock {
  /** Lets `durationMs` pass: fires what falls due in order of time, then of setting, and lets promises settle after each. */
  run(durationMs: number): Promise<void>
  /** Runs from timer to timer until `isDone`. @throws Error when `maxMs` have passed or nothing is left to wait for. */
  runUntil(isDone: () => boolean, maxMs?: number): Promise<void>
  /** Runs until a promise settles. @returns what it resolves to @throws what it rejects with; Error as {@link runUntil} */
  drive<T>(promise: Promise<T>): Promise<T>
  /** Runs until no timer is left. @throws Error when some still are after `maxMs`: a heartbeat never ends. */
  runUntilIdle(maxMs?: number): Promise<void>
  /** Timers that have not fired. */
  pendingCount(): number
}

export interface SimulatedClockOptions {
  /**
   * True: it runs on with the machine's time, and {@link SimulatedClock.run} lets more of it pass at once; what apps' tests want. By default it stands still,
   * so that a seeded simulation is the same each time, and whatever waits for a timer waits for `run`.
   */
  readonly isRunning?: boolean
  /** Milliseconds since the Unix epoch at which it stands first. Default: 2026-01-01; of one that runs, now. */
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
 * A clock for tests: minutes pass as soon as they are asked to. One that stands still gives the same order whatever the machine does meanwhile.
 * @example
 * import { createSimulatedClock, setup } from 'echo-react/testing'
 *
 * const clock = createSimulatedClock({ isRunning: true })
 * const { alice, inviteLink } = await setup('alice', { clock })
 * await inviteLink(await alice.echo.spaces.create({ name: 'Garden' }))
 * await clock.run(60 * 60_000) // and the invitation has expired
 */
export function createSimulatedClock(options: SimulatedClockOptions = {}): SimulatedClock {
  const { settle = nextTurn, isRunning = false } = options
  const { startMs = isRunning ? Date.now() : Date.UTC(2026, 0, 1) } = options
  let nowMs = startMs
  // When the machine's clock stood at `nowMs`; undefined while this one does not run by itself.
  let sinceMs = isRunning ? performance.now() : undefined
  let wakeUp: ReturnType<typeof setTimeout> | undefined
  let movers = 0
  // Sorted by due time; a new timer goes behind those of the same time.
  const timers: SimulatedTimer[] = []

  function now(): number {
    return sinceMs === undefined ? nowMs : nowMs + Math.floor(performance.now() - sinceMs)
  }

  function arm(): void {
    clearTimeout(wakeUp)
    const [first] = timers
    if (sinceMs !== undefined && first !== undefined) wakeUp = setTimeout(fireDue, Math.max(0, first.dueMs - now()))
  }

  function fireDue(): void {
    try {
      for (let timer = timers[0]; timer !== undefined && timer.dueMs <= now(); timer = timers[0]) {
        timers.shift()
        timer.callback()
      }
    } finally {
      arm()
    }
  }

  /** Moves the clock by hand, during which it does not run by itself. */
  async function move<T>(by: () => Promise<T>): Promise<T> {
    movers++
    nowMs = now()
    sinceMs = undefined
    arm()
    try {
      return await by()
    } finally {
      movers--
      if (isRunning && movers === 0) sinceMs = performance.now()
      arm()
    }
  }

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

  function runUntil(isDone: () => boolean, maxMs = defaultMaxMs): Promise<void> {
    return move(async () => {
      if (!(await fireUntil(nowMs + maxMs, isDone))) throw new Error(`not reached within ${maxMs} simulated milliseconds`)
    })
  }

  return {
    now,
    after: (delayMs, callback) => {
      const timer: SimulatedTimer = { dueMs: now() + Math.max(0, Math.ceil(delayMs)), callback }
      insert(timer)
      if (timers[0] === timer) arm()
      return timer
    },
    clear: (timer) => {
      const index = timers.indexOf(timer as SimulatedTimer)
      if (index >= 0) timers.splice(index, 1)
      if (index === 0) arm()
    },
    run: (durationMs) =>
      move(async () => {
        const endMs = nowMs + durationMs
        await fireUntil(endMs, () => false)
        nowMs = Math.max(nowMs, endMs)
      }),
    runUntil,
    async drive(promise) {
      let isSettled = false
      const settled = (): void => {
        isSettled = true
      }
      promise.then(settled, settled)
      await runUntil(() => isSettled)
      return promise
    },
    runUntilIdle: (maxMs = defaultMaxMs) =>
      move(async () => {
        await fireUntil(nowMs + maxMs, () => timers.length === 0)
        if (timers.length > 0) throw new Error(`${timers.length} timers still run after ${maxMs} simulated milliseconds`)
      }),
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
