/** Mutual exclusion among the tabs of one browser profile (Web Locks; in memory for tests). */
export interface Locks {
  /**
   * Takes a lock.
   * @param wait `'no'`: only if free now; a number: wait at most so many milliseconds; an AbortSignal: wait until it fires.
   * @param steal take it from its holder, who learns it through {@link Lock.lost}. Only for leadership, never for a slot.
   * @returns the lock, or undefined where it was not to be had.
   */
  acquire(name: string, wait: 'no' | number | AbortSignal, steal?: boolean): Promise<Lock | undefined>
}

export interface Lock {
  readonly name: string
  /** Resolves when the lock was stolen or released. */
  readonly lost: Promise<void>
  release(): void
}

/** The {@link Locks} of one tab; whoever made them ends them. */
export interface TabLocks extends Locks {
  /** Releases every lock held through it and ends every wait with undefined; a later {@link Locks.acquire} finds undefined too. Idempotent. */
  dispose(): void
}
