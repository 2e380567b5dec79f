'use client'
import { useQuery } from './useQuery.ts'
import type { Space } from '../client/echo.ts'
import { atMost, type Query } from '../database/query/query.ts'

/**
 * The first item a query finds, live; undefined where there is none, and for an undefined space or query.
 * @throws EchoError no-provider, unknown-type
 * @example
 * const next = useFirst(space, query(Task).where({ done: false }).orderBy('due'))
 */
export function useFirst<Row>(space: Space | undefined, query: Query<Row> | undefined): Row | undefined {
  return useQuery(space, query && atMost(query, 1))?.[0]
}
