import type { Space } from '../client/echo.ts'
import type { TrackedPromise } from './trackedPromise.ts'
import { fulfilled } from './trackedPromise.ts'

interface Releasable {
  release(): void
}

/**
 * What components opened in spaces: texts, or the content of models. One opening per space and key however many components show it. An opening begins in
 * render, where React may throw the component away again, so it ends by a timer unless a mounted component retains it.
 */
export interface OpeningCache<Handle extends Releasable> {
  /** The opening of this key, begun by `open` if there is none. May be called in every render. */
  open(space: Space, key: string, open: () => Promise<Handle>, peek?: () => Handle | undefined): Opening<Handle>
}

export interface Opening<Handle extends Releasable> {
  readonly promise: TrackedPromise<Handle>
  /** Keeps it open until the returned function is called; undefined where the opening has ended already and must be asked for anew. */
  retain(): (() => void) | undefined
}

/** How long something stays open after its last component is gone, and how long an opening waits for its component to mount. */
const lingerMs = 1000
const mountMs = 5000
/** How long a failure is remembered: long enough to reach the error boundary, short enough for its "try again". */
const rememberFailureMs = 1000

export function createOpeningCache<Handle extends Releasable>(): OpeningCache<Handle> {
  const openingsBySpace = new WeakMap<Space, Map<string, Opening<Handle> & { touch(): void }>>()

  function begin(promise: TrackedPromise<Handle>, already: Handle | undefined, ended: () => void): Opening<Handle> & { touch(): void } {
    if (already !== undefined) fulfilled(promise, already)
    let users = 0
    let opened = false
    let over = false
    let timer: ReturnType<typeof setTimeout> | undefined

    function endAfter(delayMs: number): void {
      clearTimeout(timer)
      timer = setTimeout(() => {
        over = true
        ended()
        // A rejected opening holds nothing; its error went to the component through the promise.
        promise.then(
          (handle) => handle.release(),
          () => undefined,
        )
      }, delayMs)
    }
    promise.then(
      () => {
        opened = true
        if (users === 0) endAfter(mountMs)
      },
      () => endAfter(rememberFailureMs),
    )

    return {
      promise,
      touch() {
        if (opened && users === 0) endAfter(mountMs)
      },
      retain() {
        if (over) return undefined
        users++
        clearTimeout(timer)
        let retained = true
        return () => {
          if (!retained) return
          retained = false
          users--
          if (users === 0) endAfter(lingerMs)
        }
      },
    }
  }

  return {
    open(space, key, open, peek) {
      const openings = openingsBySpace.get(space) ?? new Map<string, Opening<Handle> & { touch(): void }>()
      openingsBySpace.set(space, openings)
      const present = openings.get(key)
      if (present !== undefined) {
        present.touch()
        return present
      }
      const opening = begin(open(), peek?.(), () => openings.delete(key))
      openings.set(key, opening)
      return opening
    },
  }
}
