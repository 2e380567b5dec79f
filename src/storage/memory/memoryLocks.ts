import { systemClock, type Clock, type Timer } from '../../shared/ports.ts'
import type { Lock, TabLocks } from '../locks.ts'

/** The locks of one browser profile, kept in memory; each tab takes its own view of them. */
export interface LockManager {
  /** The locks as one further tab sees them. Disposing that view is what a tab's end does to its locks. */
  locks(): TabLocks
}

interface Holder {
  readonly lock: Lock
  lose(): void
}

interface Waiter {
  readonly name: string
  /** Ends the wait: with the lock, or without. */
  settle(granted: boolean): void
}

/**
 * Locks for tests and simulations: first come, first served.
 * @param clock measures waits given in milliseconds.
 * @example
 * const manager = createLockManager()
 * const lock = await manager.locks().acquire('leader', 'no')
 */
export function createLockManager(clock: Clock = systemClock): LockManager {
  const holders = new Map<string, Holder>()
  const waiters = new Set<Waiter>()

  function passOn(name: string): void {
    if (holders.has(name)) return
    for (const waiter of waiters) {
      if (waiter.name === name) return waiter.settle(true)
    }
  }

  function locks(): TabLocks {
    const held = new Set<Lock>()
    const ownWaiters = new Set<Waiter>()
    let disposed = false

    function grant(name: string): Lock {
      let lose = (): void => undefined
      const lost = new Promise<void>((resolve) => (lose = resolve))
      const lock: Lock = { name, lost, release }
      function release(): void {
        held.delete(lock)
        lose()
        // A stolen lock has another holder by now, who keeps it.
        if (holders.get(name)?.lock !== lock) return
        holders.delete(name)
        passOn(name)
      }
      holders.get(name)?.lose()
      holders.set(name, {
        lock,
        lose: () => {
          held.delete(lock)
          lose()
        },
      })
      held.add(lock)
      return lock
    }

    function waitFor(name: string, wait: number | AbortSignal): Promise<Lock | undefined> {
      return new Promise((resolve) => {
        let timer: Timer | undefined
        const giveUp = (): void => waiter.settle(false)
        const waiter: Waiter = {
          name,
          settle: (granted) => {
            waiters.delete(waiter)
            ownWaiters.delete(waiter)
            clock.clear(timer)
            if (typeof wait !== 'number') wait.removeEventListener('abort', giveUp)
            resolve(granted ? grant(name) : undefined)
          },
        }
        waiters.add(waiter)
        ownWaiters.add(waiter)
        if (typeof wait === 'number') timer = clock.after(wait, giveUp)
        else wait.addEventListener('abort', giveUp)
      })
    }

    return {
      acquire: async (name, wait, steal = false) => {
        if (disposed) return undefined
        if (steal || !holders.has(name)) return grant(name)
        if (wait === 'no' || (typeof wait !== 'number' && wait.aborted)) return undefined
        return waitFor(name, wait)
      },
      dispose: () => {
        disposed = true
        for (const waiter of [...ownWaiters]) waiter.settle(false)
        for (const lock of [...held]) lock.release()
      },
    }
  }

  return { locks }
}
