'use client'
import { useEchoContext } from './echoContext.ts'
import type { Echo } from '../client/echo.ts'

/**
 * The app's database handle: commands and Readables, stable over renders.
 * @throws EchoError no-provider
 * @example
 * const echo = useEcho()
 * <button onClick={() => void echo.spaces.create({ name: 'Garden' })}>New garden</button>
 */
export function useEcho(): Echo {
  return useEchoContext().echo
}
