'use client'
import { use } from 'react'
import { useEchoContext } from './echoContext.ts'
import { nothing } from './trackedPromise.ts'
import type { Space } from '../client/echo.ts'

/**
 * A space by id; suspends until it is complete, so that an empty list below means empty. Undefined for an undefined id.
 * An unknown or damaged space, or one that the person has closed, goes to the nearest error boundary; {@link useSpaceState} is the way that neither suspends nor throws.
 * @throws EchoError no-provider, space-not-found, space-closed, data-corrupt
 * @example
 * const space = useSpace(params.spaceId)
 * const tasks = useQuery(space, query(Task))
 */
export function useSpace(id: string): Space
export function useSpace(id: string | undefined): Space | undefined
export function useSpace(id: string | undefined): Space | undefined {
  const { spaces } = useEchoContext()
  const opened: Promise<Space | undefined> = id === undefined ? nothing : spaces.open(id)
  return use(opened)
}
