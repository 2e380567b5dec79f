import type { SimulatedClock } from '../../../src/testing/simulatedClock.ts'

/** Lets time pass until a promise settles. */
export async function drive<T>(clock: SimulatedClock, promise: Promise<T>): Promise<T> {
  let isSettled = false
  const settle = (): void => {
    isSettled = true
  }
  promise.then(settle, settle)
  await clock.runUntil(() => isSettled)
  return promise
}
