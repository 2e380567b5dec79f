import type { EchoError } from '../../shared/echoError.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { Storage } from '../../storage/storage.ts'

/** A part of what memory holds, stored again. It stands alone: the others are written whether it succeeds or not. @throws EchoError of storage */
export type WriteBackStep = () => Promise<void>

export interface WriteBackOptions {
  readonly storage: Storage
  readonly clock: Clock
  /** What is to be stored again after the storage was emptied, the most needed first. */
  readonly steps: () => readonly WriteBackStep[]
  /** Hears once for each emptying why a step failed; it is tried again. */
  readonly onFault: (error: unknown) => void
}

const retryMs = 5_000

/**
 * Stores again what memory holds after the browser has deleted the database under the open app: once for each time it was emptied, one step after the other,
 * and those that failed again later until they succeed.
 */
export function createWriteBack({ storage, clock, steps, onFault }: WriteBackOptions): { dispose(): void } {
  let status = storage.state.get().status
  /** Its error tells one emptying from another: the state also comes back after a full disk. */
  let emptying: EchoError | undefined
  let left: WriteBackStep[] = []
  let failed: WriteBackStep[] = []
  let isRunning = false
  let isDisposed = false
  let timer: Timer | undefined
  const stop = storage.state.subscribe(look)

  function look(): void {
    const before = status
    const now = storage.state.get()
    status = now.status
    // The next use of storage finds out whether there is a database again. Once, or one that cannot be opened would be tried without end.
    const isLost = status === 'unavailable' && ['ready', 'full', 'emptied'].includes(before)
    // Whether it came back is what storage says itself.
    if (isLost) void storage.readKey('any').catch(() => {})
    if (now.status !== 'emptied' || now.error === emptying) return
    emptying = now.error
    // What is written back so far is gone as well; a run under way goes on with these.
    left = [...steps()]
    failed = []
    void run(onFault)
  }

  async function run(report: (error: unknown) => void): Promise<void> {
    if (isRunning) return
    isRunning = true
    clock.clear(timer)
    for (let step = left.shift(); step !== undefined && !isDisposed; step = left.shift()) {
      const during = emptying
      try {
        await step()
      } catch (error) {
        if (isDisposed) return
        if (during === emptying) failed.push(step)
        report(error)
      }
    }
    isRunning = false
    if (failed.length > 0 && !isDisposed) timer = clock.after(retryMs, retry)
  }

  function retry(): void {
    left = failed
    failed = []
    // The state of storage goes on telling it.
    void run(() => {})
  }

  return {
    dispose() {
      isDisposed = true
      stop()
      clock.clear(timer)
    },
  }
}
