import { EchoError } from '../shared/echoError.ts'
import { systemClock, type Clock } from '../shared/ports.ts'
import type { Lock, TabLocks } from './locks.ts'

/** Chromium grants a lock in vain, with a TypeError, to a page that stands still because it opens a window just then. */
const maxTries = 6
/** A timer waits until the page goes on; asked for at once, each further try would be in vain too. Twice as long each time: 0.6 s in all. */
const firstRetryMs = 10

/**
 * The browser's own locks (Web Locks), shared by all tabs of an origin; the browser frees those of a tab that ends or crashes.
 * There is no substitute where they are missing: two tabs that both believe to hold a slot would write under one client id.
 * @param prefix keeps the names of several databases of one origin apart.
 * @param clock measures waits given in milliseconds.
 * @returns locks whose `acquire` throws EchoError storage-unavailable where the browser has no Web Locks.
 * @example
 * const locks = createWebLocks('field-notes/')
 * const slot = await locks.acquire('slot/0', 200)
 */
export function createWebLocks(prefix: string, clock: Clock = systemClock): TabLocks {
  const held = new Set<Lock>()
  const ending = new AbortController()

  async function acquire(name: string, wait: 'no' | number | AbortSignal, steal = false): Promise<Lock | undefined> {
    const manager = globalThis.navigator?.locks as LockManager | undefined
    if (manager === undefined) throw noWebLocksError()
    const patience = startWait(wait)
    if (patience.signal.aborted) return undefined

    let lock: Lock | undefined
    let lose = (): void => undefined
    const lost = new Promise<void>((resolve) => (lose = resolve))
    const options: LockOptions = steal ? { steal } : wait === 'no' ? { ifAvailable: true } : { signal: patience.signal }
    return new Promise((resolve, reject) => {
      const ask = (tries: number): void => {
        const request = manager.request(prefix + name, options, (granted) => {
          if (granted === null || ending.signal.aborted) return undefined
          patience.end()
          return new Promise<void>((letGo) => {
            lock = { name, lost, release: letGo }
            held.add(lock)
            void lost.then(letGo)
            resolve(lock)
          })
        })
        const end = (): void => {
          patience.end()
          if (lock !== undefined) held.delete(lock)
          lose()
          resolve(undefined)
        }
        // The request is over when the lock was released, refused, waited for in vain (AbortError) or stolen (AbortError too).
        request.then(end, (cause: unknown) => {
          const fault = (cause as { readonly name?: unknown } | undefined)?.name
          const isFault = fault !== 'AbortError'
          // By its name: the error may be of another realm, that of the window which is being opened.
          if (fault === 'TypeError' && lock === undefined && tries < maxTries) {
            clock.after(firstRetryMs * 2 ** tries, () => ask(tries + 1))
            return
          }
          if (isFault) reject(noWebLocksError(cause))
          end()
        })
      }
      ask(0)
    })
  }

  /** A signal that fires when the wait is over, by time, by the caller's signal or because the tab ends. */
  function startWait(wait: 'no' | number | AbortSignal): { readonly signal: AbortSignal; end(): void } {
    const over = new AbortController()
    const giveUp = (): void => over.abort()
    const sources = typeof wait === 'object' ? [ending.signal, wait] : [ending.signal]
    const timer = typeof wait === 'number' ? clock.after(wait, giveUp) : undefined
    for (const source of sources) {
      if (source.aborted) giveUp()
      source.addEventListener('abort', giveUp)
    }
    const end = (): void => {
      clock.clear(timer)
      for (const source of sources) source.removeEventListener('abort', giveUp)
    }
    if (over.signal.aborted) end()
    return { signal: over.signal, end }
  }

  return {
    acquire,
    dispose: () => {
      ending.abort()
      for (const lock of [...held]) lock.release()
    },
  }
}

function noWebLocksError(cause?: unknown): EchoError {
  return new EchoError(
    'storage-unavailable',
    "The browser gives no Web Locks, so tabs could not keep out of each other's way. Serve the app over https (or from localhost) to a current browser.",
    { cause },
  )
}
