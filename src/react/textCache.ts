import type { Space } from '../client/echo.ts'
import type { TextHandle } from '../documents/textHandle.ts'
import type { TrackedPromise } from './trackedPromise.ts'
import { fulfilled } from './trackedPromise.ts'

/**
 * Texts opened by components, one opening per space and text however many components show it. An opening begins in render, where React may
 * throw the component away again, so it ends by a timer unless a mounted component retains it.
 */
export interface TextCache {
  /** The opening of this text, begun if there is none. May be called in every render. */
  open(space: Space, id: string): TextOpening
}

export interface TextOpening {
  readonly promise: TrackedPromise<TextHandle>
  /** Keeps the text open until the returned function is called; undefined where the opening has ended already and must be asked for anew. */
  retain(): (() => void) | undefined
}

/** How long a text stays open after its last component is gone, and how long an opening waits for its component to mount. */
const lingerMs = 1000
const mountMs = 5000

export function createTextCache(): TextCache {
  const openingsBySpace = new WeakMap<Space, Map<string, TextOpening & { touch(): void }>>()

  function begin(space: Space, id: string, ended: () => void): TextOpening & { touch(): void } {
    const promise: TrackedPromise<TextHandle> = space.openText(id)
    const already = space.peekText(id)
    if (already !== undefined) fulfilled(promise, already)
    let users = 0
    let settled = false
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
    function onSettled(): void {
      settled = true
      if (users === 0) endAfter(mountMs)
    }
    promise.then(onSettled, onSettled)

    return {
      promise,
      touch() {
        if (settled && users === 0) endAfter(mountMs)
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
    open(space, id) {
      const openings = openingsBySpace.get(space) ?? new Map<string, TextOpening & { touch(): void }>()
      openingsBySpace.set(space, openings)
      const present = openings.get(id)
      if (present !== undefined) {
        present.touch()
        return present
      }
      const opening = begin(space, id, () => openings.delete(id))
      openings.set(id, opening)
      return opening
    },
  }
}
