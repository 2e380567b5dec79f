import { EchoError } from '../../shared/echoError.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import type { Readable } from '../../shared/readable.ts'

/** A {@link Readable} over something that is opened when first read and closed again when nobody looks. */
export interface LiveValue<T> extends Readable<T> {
  /** Reads again where needed. @returns whether listeners have to be told. */
  refresh(): boolean
  /** The last value, and how many listen, without reading. */
  peek(): { readonly value: T | undefined; readonly listeners: number }
  /** Calls the listeners. */
  tell(): void
  dispose(): void
}

export interface LiveValueSource<T> {
  readonly clock: Clock
  readonly closeAfterMs: number
  /** Told when a listener throws: a write that happened must not look as if it failed. */
  readonly onError: (error: unknown) => void
  /** Called before the first read, and again before the first after {@link close}. */
  open(): void
  /** Whether the next read could give something else. */
  isDirty(): boolean
  /** The present value; `before` itself where nothing is dirty. */
  read(before: T | undefined): T
  /** Whether two values are the same to a listener; the earlier object is kept then. */
  isSame(a: T, b: T): boolean
  /** Called once nobody listened for `closeAfterMs`, also when nobody ever did; reading later opens again. */
  close(): void
}

/** A value that lives while someone looks. */
export function createLiveValue<T>(source: LiveValueSource<T>): LiveValue<T> {
  const { clock, closeAfterMs, onError } = source
  const listeners = new Set<{ readonly call: () => void }>()
  let value: T | undefined
  /** What the listeners know: a read between a change and its notification must not swallow the latter. */
  let told: T | undefined
  let opened = false
  let isRead = false
  let disposed = false
  let timer: Timer | undefined

  const close = (): void => {
    clock.clear(timer)
    timer = undefined
    opened = false
    source.close()
  }

  const closeLater = (): void => {
    if (listeners.size === 0 && timer === undefined) timer = clock.after(closeAfterMs, close)
  }

  const get = (): T => {
    if (disposed) {
      if (isRead) return value as T
      throw new EchoError('disposed', 'This space was closed before this was read. Open it again and use the new handle.')
    }
    if (!opened) {
      opened = true
      source.open()
    }
    closeLater()
    return renew()
  }

  const renew = (): T => {
    const next = source.read(value)
    isRead = true
    if (Object.is(next, value)) return next
    const isSameAs = (known: T | undefined): boolean => known !== undefined && source.isSame(known, next)
    if (isSameAs(value)) return value as T
    // Back to what listeners know, as after a batch that threw, is the very value they know.
    value = !Object.is(told, value) && isSameAs(told) ? told : next
    return value as T
  }

  closeLater()
  return {
    get,
    subscribe(listener) {
      if (disposed) return () => undefined
      const entry = { call: listener }
      const isFirst = listeners.size === 0
      listeners.add(entry)
      clock.clear(timer)
      timer = undefined
      const present = get()
      if (isFirst) told = present
      return () => {
        if (listeners.delete(entry) && !disposed) closeLater()
      }
    },
    refresh() {
      if (!opened || listeners.size === 0) return false
      if (source.isDirty()) renew()
      if (Object.is(value, told)) return false
      told = value
      return true
    },
    peek: () => ({ value, listeners: listeners.size }),
    tell() {
      for (const entry of [...listeners]) {
        if (!listeners.has(entry)) continue
        try {
          entry.call()
        } catch (error) {
          onError(error)
        }
      }
    },
    dispose() {
      disposed = true
      listeners.clear()
      close()
    },
  }
}
