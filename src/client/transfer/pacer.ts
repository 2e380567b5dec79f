import { EchoError } from '../../shared/echoError.ts'
import type { Clock } from '../../shared/ports.ts'

/** Leaves the page its turn in long work. To be awaited wherever the work can pause: mostly it answers at once. @throws EchoError cancelled */
export type Pace = () => Promise<void> | undefined

/** A frame is 16 ms: work takes no more than half of one at a time. */
const turnMs = 8

export function createPace(clock: Clock, signal: AbortSignal | undefined): Pace {
  let since = clock.now()
  return () => {
    assertNotCancelled(signal)
    if (clock.now() - since < turnMs) return undefined
    return new Promise((resolve) => {
      clock.after(0, () => {
        since = clock.now()
        resolve()
      })
    })
  }
}

/** @throws EchoError cancelled */
export function assertNotCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new EchoError('cancelled', 'It was cancelled before it was through; nothing of it is left.')
}
