import type { Clock } from '../../shared/ports.ts'
import { createLiveValue, type LiveValue } from './liveValue.ts'

/** A live value that is made anew when it is read after a change, and costs nothing while nobody reads it. */
export function createLiveSnapshot<T>(options: {
  readonly clock: Clock
  readonly onError: (error: unknown) => void
  /** Whether anything changed since the last call. */
  readonly takeChange: () => boolean
  readonly make: (before: T | undefined) => T
  readonly isSame: (a: T, b: T) => boolean
}): LiveValue<T> {
  const { clock, onError, isSame } = options
  let dirty = true
  const isDirty = (): boolean => (dirty = options.takeChange() || dirty)
  return createLiveValue<T>({
    clock,
    closeAfterMs: 0,
    onError,
    open: () => undefined,
    close: () => undefined,
    isDirty,
    read: (before) => {
      if (!isDirty() && before !== undefined) return before
      dirty = false
      return options.make(before)
    },
    isSame,
  })
}
