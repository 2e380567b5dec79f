import type { SimulatedClock } from '../../../src/testing/simulatedClock.ts'

/** Lets time pass until a promise settles. */
export function drive<T>(clock: SimulatedClock, promise: Promise<T>): Promise<T> {
  return clock.drive(promise)
}
