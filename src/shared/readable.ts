import { createStore } from 'zustand/vanilla'

/** The one observable shape below React: the present value, and word of each change. */
export interface Readable<T> {
  /** The present value; the same identity until it changes. */
  get(): T
  /** Calls `listener` after each change. @returns the function that ends it. */
  subscribe(listener: () => void): () => void
}

/** A {@link Readable} that its owner sets. */
export interface Writable<T> extends Readable<T> {
  /** Replaces the value; listeners run at once, and not at all where `Object.is` finds it unchanged. */
  set(value: T): void
}

/**
 * A value that can be watched, on a zustand store.
 * @example
 * const online = createWritable(true)
 * const stop = online.subscribe(() => console.log(online.get()))
 */
export function createWritable<T>(initial: T): Writable<T> {
  const store = createStore<{ value: T }>(() => ({ value: initial }))
  return {
    get: () => store.getState().value,
    set: (value) => {
      if (!Object.is(store.getState().value, value)) store.setState({ value })
    },
    subscribe: (listener) => store.subscribe(listener),
  }
}
