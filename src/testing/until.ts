import { systemClock, type Clock } from '../shared/ports.ts'
import type { Readable } from '../shared/readable.ts'

const defaultPatienceMs = 10_000

/**
 * Waits until `pick` finds something in a live value.
 * @param pick what it returns is what is waited for; undefined and false mean: not yet. What it throws ends the waiting.
 * @param patienceMs how long at most, by `clock`; ten seconds by default
 * @throws (rejects) Error naming the last value when it takes longer
 * @example
 * import { until } from 'echo-react/testing'
 * import type { Space } from 'echo-react'
 *
 * export const synced = (space: Space) => until(space.sync, (sync) => sync.status === 'up-to-date')
 */
export function until<T, Found>(
  readable: Readable<T>,
  pick: (value: T) => Found | undefined | false,
  clock: Clock = systemClock,
  patienceMs: number = defaultPatienceMs,
): Promise<Found> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(patienceMs, () => {
      stop()
      reject(new Error(`Waited ${patienceMs / 1_000} s in vain; the last value was ${describeValue(readable.get())}`))
    })
    const end = (): void => {
      clock.clear(timer)
      stop()
    }
    const look = (): void => {
      try {
        const found = pick(readable.get())
        if (found === undefined || found === false) return
        end()
        resolve(found)
      } catch (error) {
        end()
        reject(error)
      }
    }
    const stop = readable.subscribe(look)
    look()
  })
}

/** A value as a message can show it, cut to 500 characters. Never throws. */
export function describeValue(value: unknown): string {
  try {
    const text = JSON.stringify(value, (_key, part: unknown) => (part instanceof Error ? `${part.name}: ${part.message}` : part))
    return text === undefined ? String(value) : text.slice(0, 500)
  } catch {
    // A live value may hold itself, or a number that JSON does not know.
    return `a value that JSON cannot show, with ${
      Object.keys(value as object)
        .slice(0, 20)
        .join(', ') || 'nothing of its own'
    }`
  }
}
