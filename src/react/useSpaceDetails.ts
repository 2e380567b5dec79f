'use client'
import { useCallback, useEffect, useState } from 'react'
import { EchoError } from '../shared/echoError.ts'
import { useEcho } from './useEcho.ts'
import type { Space } from '../client/echo.ts'
import type { SpaceDetails } from '../client/spaces/spaceDetails.ts'

/** What a space holds and takes on this device; `refresh` counts anew, and what was counted before stays meanwhile. */
export type SpaceDetailsState = { readonly refresh: () => void } & (
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly details: SpaceDetails }
  | { readonly status: 'error'; readonly error: EchoError }
)

type Read = { readonly status: 'ready'; readonly details: SpaceDetails } | { readonly status: 'error'; readonly error: EchoError }

/**
 * Counts what is in a space when the component comes, and again when `refresh` is called: not for each change, for it walks over all of it. `loading` for an
 * undefined space.
 * @throws EchoError no-provider
 * @example
 * const about = useSpaceDetails(space)
 * return about.status === 'ready' && <p>{about.details.items.shown} items, {about.details.bytesStored} bytes</p>
 */
export function useSpaceDetails(space: Space | undefined): SpaceDetailsState {
  useEcho()
  const [round, setRound] = useState(0)
  const [last, setLast] = useState<{ readonly of: Space; readonly read: Read }>()
  const refresh = useCallback(() => setRound((before) => before + 1), [])
  useEffect(() => {
    if (space === undefined) return
    let isOver = false
    const end = (read: Read): void => {
      if (!isOver) setLast({ of: space, read })
    }
    space.readDetails().then(
      (details) => end({ status: 'ready', details }),
      (cause: unknown) => end({ status: 'error', error: cause instanceof EchoError ? cause : unreadable(cause) }),
    )
    return () => {
      isOver = true
    }
  }, [space, round])
  return last === undefined || last.of !== space ? { status: 'loading', refresh } : { ...last.read, refresh }
}

function unreadable(cause: unknown): EchoError {
  return new EchoError('storage-unavailable', 'What is in the space could not be counted. See the cause, and try again.', { cause })
}
