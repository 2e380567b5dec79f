/** A promise with the fields React keeps on it: with `status: 'fulfilled'` set, `use` answers at once instead of flashing a fallback. */
export interface TrackedPromise<T> extends Promise<T> {
  status?: 'pending' | 'fulfilled' | 'rejected'
  value?: T
  reason?: unknown
}

/** Marks a promise whose value is known already. @returns the same promise. */
export function fulfilled<T>(promise: TrackedPromise<T>, value: T): TrackedPromise<T> {
  promise.status = 'fulfilled'
  promise.value = value
  return promise
}

/** What a hook waits for when it was asked for nothing: `use` must run in every render, so there is always a promise. */
export const nothing: TrackedPromise<undefined> = fulfilled(Promise.resolve(undefined), undefined)
