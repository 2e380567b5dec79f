import type { Clock, Timer } from '../../shared/ports.ts'
import type { Lock, Locks } from '../../storage/locks.ts'

/** Whether this tab networks for all tabs of the profile: the one that holds a Web Lock does; when it closes, the next gets the lock. */
export interface Leadership {
  /**
   * The networking tab fell silent. One that closed has let the lock go; one that is frozen never will, so it is taken from it if by then no
   * other tab leads.
   */
  leaderSilent(hasNewLeader: () => boolean): void
  dispose(): void
}

const lockName = 'network'
const stealAfterMs = 1_000

export function createLeadership(options: {
  readonly locks: Locks
  readonly clock: Clock
  readonly onLead: () => void
  readonly onLost: () => void
}): Leadership {
  const { locks, clock } = options
  const ending = new AbortController()
  const held = new Set<Lock>()
  let timer: Timer | undefined

  async function hold(lock: Lock): Promise<void> {
    held.add(lock)
    if (held.size === 1) options.onLead()
    await lock.lost
    held.delete(lock)
    if (held.size === 0) options.onLost()
  }

  async function wait(): Promise<void> {
    while (!ending.signal.aborted) {
      const lock = await locks.acquire(lockName, ending.signal)
      if (lock === undefined) return
      await hold(lock)
    }
  }

  async function steal(): Promise<void> {
    const lock = await locks.acquire(lockName, 'no', true)
    if (lock === undefined) return
    if (ending.signal.aborted) lock.release()
    else await hold(lock)
  }

  void wait()
  return {
    leaderSilent(hasNewLeader) {
      clock.clear(timer)
      timer = clock.after(stealAfterMs, () => {
        if (held.size === 0 && !hasNewLeader()) void steal()
      })
    },
    dispose() {
      ending.abort()
      clock.clear(timer)
      for (const lock of held) lock.release()
    },
  }
}
