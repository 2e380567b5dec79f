'use client'
import { useEffect, useState } from 'react'
import { asEchoError, type EchoError, type EchoErrorCode } from '../shared/echoError.ts'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { WithdrawnContent } from '../documents/verdicts/readWithdrawn.ts'

/** What was taken out of a space because its authors may not write any more. */
export type Withdrawn =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly contents: readonly WithdrawnContent[] }
  /** `retry`: reads anew. */
  | { readonly status: 'error'; readonly error: EchoError; readonly retry: () => void }

const loading = { status: 'loading' } as const
/** With these the space says that something was taken out. */
const telling: ReadonlySet<EchoErrorCode> = new Set(['block-withdrawn', 'removed', 'read-only'])

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
        (cause: unknown) => end({ status: 'error', error: asWithdrawnError(cause), retry: () => load(of) }),
      )
    }
    load(space)
    const stop = echo.onError(({ code }) => {
      if (telling.has(code)) load(space)
    })
    return () => {
      isOver = true
      stop()
    }
  }, [echo, space, status])
  return space !== undefined && read?.of === space ? read.withdrawn : loading
}

function asWithdrawnError(cause: unknown): EchoError {
  return asEchoError(cause, 'storage-unavailable', 'What was taken out of the space could not be read. See the cause, and try again.')
}
