import type { Clock, Timer } from '../shared/ports.ts'
import { createWritable, type Readable } from '../shared/readable.ts'
import type { Storage } from './storage.ts'

/** What the browser says of the room of this app's origin, in bytes; both are its estimates, and change by themselves. */
export interface StorageUsage {
  readonly usage: number
  readonly quota: number
}

/** `navigator.storage.estimate`. */
export type EstimateStorage = () => Promise<{ readonly usage?: number; readonly quota?: number }>

/** Between two questions. The disk is shared with everything else on the machine. */
const askEveryMs = 30_000

/**
 * How much room there is, asked for only while somebody listens: at once, each time the state of the storage changes, and now and then. Undefined until
 * the browser has answered, and where it does not tell.
 */
export function createStorageUsage(options: {
  readonly clock: Clock
  readonly state: Storage['state']
  /** Undefined where there is nobody to ask. */
  readonly estimate: EstimateStorage | undefined
}): Readable<StorageUsage | undefined> {
  const { clock, state, estimate } = options
  const usage = createWritable<StorageUsage | undefined>(undefined)
  let listeners = 0
  let timer: Timer | undefined
  let isAsking = false
  let stopState = (): void => {}

  async function ask(): Promise<void> {
    // One that hangs shall not be followed by more.
    if (estimate === undefined || isAsking) return
    clock.clear(timer)
    isAsking = true
    // A browser that refuses says nothing of the data: the last answer stands.
    const answer = await estimate().catch(() => undefined)
    isAsking = false
    if (isUsage(answer) && !isSame(answer, usage.get())) usage.set({ usage: answer.usage, quota: answer.quota })
    if (listeners > 0) timer = clock.after(askEveryMs, () => void ask())
  }

  return {
    get: usage.get,
    subscribe(listener) {
      const stop = usage.subscribe(listener)
      if (++listeners === 1) {
        stopState = state.subscribe(() => void ask())
        void ask()
      }
      let isOver = false
      return () => {
        if (isOver) return
        isOver = true
        stop()
        if (--listeners > 0) return
        stopState()
        clock.clear(timer)
      }
    },
  }
}

function isUsage(answer: Awaited<ReturnType<EstimateStorage>> | undefined): answer is StorageUsage {
  return answer?.usage !== undefined && answer.quota !== undefined && answer.quota > 0
}

function isSame(a: StorageUsage, b: StorageUsage | undefined): boolean {
  return a.usage === b?.usage && a.quota === b.quota
}
