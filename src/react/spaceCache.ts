import type { Echo, Space } from '../client/echo.ts'
import { fulfilled, type TrackedPromise } from './trackedPromise.ts'

/** Openings of spaces that components wait for: React must find the same promise in every render until it settles, also one that was rejected. */
export interface SpaceCache {
  /** The opening of a space, answered at once where it is open. May be called in every render. */
  open(id: string): TrackedPromise<Space>
}

/** How long a failed opening is remembered: long enough to reach the error boundary, short enough for its "try again". */
const rememberFailureMs = 1000

export function createSpaceCache({ spaces }: Echo): SpaceCache {
  const openingsById = new Map<string, TrackedPromise<Space>>()

  return {
    open(id) {
      const ready = spaces.get(id)
      // Deleted or closed: what was opened before is over.
      if (['not-found', 'closed'].includes(spaces.state(id).get().status) && openingsById.get(id)?.status === 'fulfilled')
        openingsById.delete(id)
      const known = openingsById.get(id)
      if (known !== undefined && (ready === undefined || known.value === ready)) return known
      if (known?.status === 'pending' && ready !== undefined) return fulfilled(known, ready)
      const opening: TrackedPromise<Space> = spaces.open(id, { unlessClosed: true })
      if (ready !== undefined) fulfilled(opening, ready)
      openingsById.set(id, opening)
      opening.catch(() => {
        setTimeout(() => {
          if (openingsById.get(id) === opening) openingsById.delete(id)
        }, rememberFailureMs)
      })
      return opening
    },
  }
}
