'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import { readingDiagnostics, type Diagnostics } from '../client/diagnostics/diagnostics.ts'
import type { Space } from '../client/echo.ts'

/**
 * What keeps this device from others, of all spaces or of one, looked for every 2 s while the component is there. A frozen snapshot; what is so no longer is
 * gone from it.
 * @throws EchoError no-provider
 * @example
 * const { status, findings, report } = useDiagnostics(space)
 * {findings.some(({ code }) => code === 'server-refused') && <p>The signaling server does not run.</p>}
 */
export function useDiagnostics(space?: Space): Diagnostics {
  const echo = useEcho()
  const id = space?.id
  return useReadable(
    useMemo(() => echo.diagnose(id), [echo, id]),
    readingDiagnostics,
  )
}
