'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import { useStableQuery } from './useStableQuery.ts'
import type { Space } from '../client/echo.ts'
import type { Query } from '../database/query/query.ts'

/**
 * How many items a query finds, live. Undefined for an undefined space or query.
 * @throws EchoError no-provider, unknown-type
 * @example
 * const open = useCount(space, query(Task).where({ done: false }))
 */
export function useCount(space: Space, query: Query): number
export function useCount(space: Space | undefined, query: Query | undefined): number | undefined
export function useCount(space: Space | undefined, query: Query | undefined): number | undefined {
  useEcho()
  const stable = useStableQuery(query)
  const live = useMemo(() => (stable === undefined ? undefined : space?.liveCount(stable)), [space, stable])
  return useReadable(live)
}
