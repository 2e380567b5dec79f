'use client'
import { useEffect, useState } from 'react'
import { EchoError } from '../shared/echoError.ts'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { WithdrawnContent } from '../documents/readWithdrawn.ts'

/** What was taken out of a space because its authors may not write any more. */
export type Withdrawn =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly contents: readonly WithdrawnContent[] }
  | { readonly status: 'error'; readonly error: EchoError }

const loading = { status: 'loading' } as const

/**
 * Reads what was withdrawn, and again whenever the space tells of more or its state changes. `loading` for an undefined space.
 * @throws EchoError no-provider
 * @example
 * const withdrawn = useWithdrawn(space)
 * return withdrawn.status === 'ready' && <p>{withdrawn.contents.length} pieces were taken out.</p>
 */
export function useWithdrawn(space: Space | undefined): Withdrawn {
  const echo = useEcho()
  const status = useReadable(space?.state)?.status
  const [read, setRead] = useState<{ readonly of: Space; readonly withdrawn: Withdrawn }>()
  useEffect(() => {
    if (space === undefined) return
    let isOver = false
    let round = 0
    function load(of: Space): void {
      const mine = ++round
      const end = (withdrawn: Withdrawn): void => {
        if (!isOver && mine === round) setRead({ of, withdrawn })
      }
      of.readWithdrawn().then(
        (contents) => end({ status: 'ready', contents }),
        (cause: unknown) => end({ status: 'error', error: cause instanceof EchoError ? cause : unreadable(cause) }),
      )
    }
    load(space)
    const stop = echo.onError(({ code }) => {
      if (code === 'block-withdrawn') load(space)
    })
    return () => {
      isOver = true
      stop()
    }
  }, [echo, space, status])
  return space !== undefined && read?.of === space ? read.withdrawn : loading
}

function unreadable(cause: unknown): EchoError {
  return new EchoError('storage-unavailable', 'What was taken out of the space could not be read. See the cause, and try again.', { cause })
}
