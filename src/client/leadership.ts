import type { Locks } from '../storage/locks.ts'

/** Whether this tab networks for all tabs of the profile: the one that holds a Web Lock does; when it closes, the next gets the lock. */
export interface Leadership {
  dispose(): void
}

const lockName = 'network'

export function createLeadership(locks: Locks, onLead: () => void, onLost: () => void): Leadership {
  const ending = new AbortController()
  let release = () => {}

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const lock = await locks.acquire(lockName, ending.signal)
      if (lock === undefined) return
      release = () => lock.release()
      onLead()
      await lock.lost
      onLost()
    }
  }
  void run()

  return {
    dispose() {
      ending.abort()
      release()
    },
  }
}
