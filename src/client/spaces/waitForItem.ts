import { EchoError } from '../../shared/echoError.ts'
import type { Clock } from '../../shared/ports.ts'
import type { Database } from '../../database/database.ts'
import type { AnyItemType } from '../../database/types/defineType.ts'
import type { Item } from '../../database/types/item.ts'

export interface WaitOptions {
  /** How long to wait, in milliseconds; default 30,000. `Infinity`, or more than 24 days: as long as the space is open. */
  readonly timeoutMs?: number
}

/** Those who wait for items of one open space. */
export interface ItemWaits {
  /** @throws as `Space.waitForItem` does */
  waitForItem<T extends AnyItemType>(type: T, id: string, options?: WaitOptions): Promise<Item<T>>
  /** Tells who still waits that the space was closed. */
  dispose(): void
}

const defaultTimeoutMs = 30_000
/** The longest that a timer takes; one of more goes off at once. */
const maxTimerMs = 2 ** 31 - 1

export function createItemWaits(database: Pick<Database, 'liveItem'>, clock: Clock): ItemWaits {
  const ends = new Set<(error: EchoError) => void>()

  return {
    async waitForItem(type, id, { timeoutMs = defaultTimeoutMs } = {}) {
      if (!(timeoutMs > 0)) throw new EchoError('bad-value', '`timeoutMs` must be a number of milliseconds above 0, or Infinity.')
      const item = database.liveItem(type, id)
      const present = item.get()
      if (present !== undefined) return present
      return new Promise((resolve, reject) => {
        const timer = timeoutMs > maxTimerMs ? undefined : clock.after(timeoutMs, () => end(notThere(id, timeoutMs)))
        const stop = item.subscribe(() => {
          const come = item.get()
          if (come === undefined) return
          clear()
          resolve(come)
        })
        ends.add(end)

        function end(error: EchoError): void {
          clear()
          reject(error)
        }

        function clear(): void {
          clock.clear(timer)
          stop()
          ends.delete(end)
        }
      })
    },
    dispose() {
      for (const end of ends) end(new EchoError('disposed', 'The space was closed before the item came. Open it again and wait anew.'))
    },
  }
}

function notThere(id: string, timeoutMs: number): EchoError {
  const message = `The item did not come within ${timeoutMs} ms. Whoever made it may be offline, or it is of another type, deleted, or does not fit its schema. Wait longer, or ask again later.`
  return new EchoError('timeout', message, { details: { id } })
}
