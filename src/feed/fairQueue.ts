import type { Clock, Timer } from '../shared/ports.ts'
import { createWritable, type Readable } from '../shared/readable.ts'

/*
 * Work in turn: one job at a time, one lane after the other, so that whoever has ten thousand jobs delays others by one. A lane may have to wait for
 * its quota, or be muted; its jobs lie there within bounds, and nothing else waits for them. While somebody works just now, a lane that brings a backlog
 * gets a fifth of the time: the turns alone would let it have the whole machine, with the disk and the other pages behind it.
 *
 * Unless somebody does: a block rests on those in its past, whoever wrote them. While a lane that need not wait is waiting for another's work (its
 * sponsor is asked who does), a lane that would have to wait goes on, and the one that waits pays as well.
 */

/** Something to do when its lane's turn comes. */
export interface QueueJob<T> {
  readonly bytes: number
  run(): Promise<T>
  /** Begins a little before the turn: what can go on side by side with others'. */
  prepare?(): void
  /** The lane has to wait longer than the queue takes; the job is kept. May be called again. */
  onDelayed?(): void
}

export interface FairQueue {
  /**
   * Puts a job at the end of a lane, or at its front, where it has waited elsewhere within other bounds.
   * @returns what the job returns; undefined where too many wait in the lane already
   */
  add<T>(lane: string, job: QueueJob<T>, place?: 'front'): Promise<T> | undefined
  /** Lanes whose jobs have to wait for their quota, and those that had to and are still muted or waiting. */
  readonly delayed: Readable<ReadonlySet<string>>
  /** Jobs that wait in a lane, or in all. */
  size(lane?: string): number
  /** The user of this page works just now. */
  noteOwnWork(): void
  /** Waits have changed. */
  wake(): void
  /** Gives the main thread a moment if this slice of work has taken its time: for jobs that are long. */
  breathe(): Promise<void>
  /** Runs at once whatever waits, which should find that it is over. */
  dispose(): void
}

export interface FairQueueOptions {
  readonly clock: Clock
  /** Milliseconds until a lane may work: 0 = now, Infinity = until {@link FairQueue.wake}. */
  readonly waitMs: (lane: string) => number
  /** A lane that need not wait itself and is waiting for work of others; never `lane` itself. */
  readonly sponsorOf: (lane: string) => string | undefined
  /** A job of a lane that would have to wait has run; the sponsor pays, too. */
  readonly onSponsored: (sponsor: string, bytes: number) => void
}

/** The most jobs that wait in a lane, and their bytes. */
export const maxLaneJobs = 4_096
export const maxLaneBytes = 16 * 1024 * 1024
/** So long the main thread works before it lets others. */
const sliceMs = 10
/** Jobs of a lane that are prepared before their turn: as many as a platform does side by side, for others' wait behind them. */
export const lookAhead = 4

/** A lane in which more jobs wait is bringing what has gathered somewhere, and nobody looks at it as it comes. */
const backlogJobs = 64
/** A job that finds its lane empty is as small as this where it comes from somebody who works just now. */
const liveBytes = 16 * 1024
/** So long after such a job somebody is taken to be waiting for more of it. */
const liveForMs = 1_000
/** Backlogs rest so long after a slice of work meanwhile: other pages and the disk want a share of the machine. */
const restMs = 40

interface Waiting {
  readonly job: QueueJob<unknown>
  readonly run: () => Promise<void>
  isPrepared: boolean
}

interface Lane {
  readonly waiting: Waiting[]
  bytes: number
  isDelayed: boolean
}

function isBacklog({ waiting }: Lane): boolean {
  return waiting.length > backlogJobs
}

/** An empty queue. */
export function createFairQueue({ clock, waitMs, sponsorOf, onSponsored }: FairQueueOptions): FairQueue {
  /** In the order of turns; a lane without jobs is not here. */
  const lanes = new Map<string, Lane>()
  const delayed = createWritable<ReadonlySet<string>>(new Set())
  let running = false
  let disposed = false
  let sliceEnd = 0
  /** Lanes of those who seem to work just now, and when they last did. */
  const live = new Map<string, number>()
  /** Until then backlogs rest. */
  let restEnd = 0
  /** Whether a lane was passed over for it. */
  let isResting = false
  let timer: Timer | undefined

  function add<T>(name: string, job: QueueJob<T>, place?: 'front'): Promise<T> | undefined {
    const lane = lanes.get(name) ?? { waiting: [], bytes: 0, isDelayed: false }
    if (place === undefined && (lane.waiting.length >= maxLaneJobs || lane.bytes + job.bytes > maxLaneBytes)) return undefined
    lanes.set(name, lane)
    lane.bytes += job.bytes
    return new Promise<T>((resolve, reject) => {
      const run = (): Promise<void> => job.run().then(resolve, reject)
      lane.waiting[place === 'front' ? 'unshift' : 'push']({ job, run, isPrepared: false })
      if (lane.waiting.length === 1 && job.bytes <= liveBytes) live.set(name, clock.now())
      if (lane.waiting.length <= lookAhead) prepare(lane.waiting.at(-1))
      if (lane.isDelayed) job.onDelayed?.()
      void work()
    })
  }

  async function work(): Promise<void> {
    if (running || disposed) return
    running = true
    sliceEnd = clock.now() + sliceMs
    for (let run = takeTurn(); run !== undefined; run = takeTurn()) {
      await run()
      await breathe()
    }
    running = false
    settle()
  }

  function prepare(waiting: Waiting | undefined): void {
    if (waiting === undefined || waiting.isPrepared) return
    waiting.isPrepared = true
    waiting.job.prepare?.()
  }

  function takeTurn(): (() => Promise<void>) | undefined {
    const rests = restLeftMs() > 0
    isResting = false
    for (const [name, lane] of disposed ? [] : lanes) {
      if (rests && isBacklog(lane) && isLiveBeside(name) && sponsorOf(name) === undefined) {
        isResting = true
        continue
      }
      const mustWait = waitMs(name) > 0
      const sponsor = mustWait ? sponsorOf(name) : undefined
      if (mustWait && sponsor === undefined) {
        delay(name, lane)
        continue
      }
      lane.isDelayed = false
      const first = lane.waiting.shift()!
      const { job, run } = first
      lane.bytes -= job.bytes
      lanes.delete(name)
      if (lane.waiting.length > 0) lanes.set(name, lane)
      if (sponsor !== undefined) onSponsored(sponsor, job.bytes)
      prepare(first)
      prepare(lane.waiting[lookAhead - 1])
      return run
    }
    return undefined
  }

  function delay(name: string, lane: Lane): void {
    if (lane.isDelayed) return
    lane.isDelayed = true
    for (const { job } of lane.waiting) job.onDelayed?.()
    if (!delayed.get().has(name)) delayed.set(new Set([...delayed.get(), name]))
  }

  function isLiveBeside(name: string): boolean {
    return live.size > (live.has(name) ? 1 : 0)
  }

  function restLeftMs(): number {
    const left = restEnd - clock.now()
    // The clock may have been set back.
    return left <= restMs ? Math.max(0, left) : 0
  }

  /** Nothing can run now: lets those go that have caught up, and looks again when the first quota is there. */
  function settle(): void {
    clock.clear(timer)
    timer = undefined
    if (disposed) return
    const still = [...delayed.get()].filter((name) => lanes.has(name) || waitMs(name) > 0)
    const first = Math.min(...still.map(waitMs))
    // The rest may be over by now, and then it is time to go on as well.
    const next = isResting ? Math.min(first, restLeftMs()) : first
    if (Number.isFinite(next)) timer = clock.after(next, wake)
    if (still.length < delayed.get().size) delayed.set(new Set(still))
  }

  function wake(): void {
    if (!running) void work()
  }

  async function breathe(): Promise<void> {
    if (clock.now() < sliceEnd) return
    const now = clock.now()
    for (const [name, ms] of live) if (Math.abs(now - ms) >= liveForMs) live.delete(name)
    restEnd = now + restMs
    await new Promise<void>((resolve) => clock.after(0, resolve))
    sliceEnd = clock.now() + sliceMs
  }

  return {
    add,
    delayed,
    size(name) {
      if (name !== undefined) return lanes.get(name)?.waiting.length ?? 0
      let count = 0
      for (const lane of lanes.values()) count += lane.waiting.length
      return count
    },
    noteOwnWork: () => void live.set('', clock.now()),
    wake,
    breathe,
    dispose() {
      disposed = true
      clock.clear(timer)
      const rest = [...lanes.values()].flatMap(({ waiting }) => waiting.map(({ run }) => run))
      lanes.clear()
      for (const run of rest) void run()
    },
  }
}
