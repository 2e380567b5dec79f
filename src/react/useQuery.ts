'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import { useStableQuery } from './useStableQuery.ts'
import type { Space } from '../client/echo.ts'
import type { Query } from '../database/query.ts'

/**
 * The items a query finds, live: a new array when the result changes and only then, with unchanged rows kept. The query may be written
 * inline; equal content is the same query. Undefined for an undefined space or query.
 * @throws EchoError no-provider, bad-query, unknown-type
 * @example
 * const tasks = useQuery(space, query(Task).where({ done: false }).orderBy('title').limit(50))
 */
export function useQuery<Row>(space: Space, query: Query<Row>): readonly Row[]
export function useQuery<Row>(space: Space | undefined, query: Query<Row> | undefined): readonly Row[] | undefined
export function useQuery<Row>(space: Space | undefined, query: Query<Row> | undefined): readonly Row[] | undefined {
  useEcho()
  const stable = useStableQuery(query)
  const live = useMemo(() => (stable === undefined ? undefined : space?.live(stable)), [space, stable])
  return useReadable(live)
}
