'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useSelected, type Selection } from './useSelected.ts'
import { useStableQuery } from './useStableQuery.ts'
import type { Space } from '../client/echo.ts'
import type { Query } from '../database/query/query.ts'

const allRows: Selection<readonly unknown[], unknown> = { select: (rows) => rows }

/**
 * The items a query finds, live: a new array when the result changes and only then, with unchanged rows kept. The query may be written
 * inline; equal content is the same query. Undefined for an undefined space or query.
 * @param selection what to take of the rows: the component renders only when that changes
 * @throws EchoError no-provider, bad-query, unknown-type
 * @example
 * const tasks = useQuery(space, query(Task).where({ done: false }).orderBy('title').limit(50))
 * const hours = useQuery(space, query(Task), { select: (tasks) => tasks.reduce((sum, task) => sum + task.hours, 0) })
 */
export function useQuery<Row, Selected>(space: Space, query: Query<Row>, selection: Selection<readonly Row[], Selected>): Selected
export function useQuery<Row, Selected>(
  space: Space | undefined,
  query: Query<Row> | undefined,
  selection: Selection<readonly Row[], Selected>,
): Selected | undefined
export function useQuery<Row>(space: Space, query: Query<Row>): readonly Row[]
export function useQuery<Row>(space: Space | undefined, query: Query<Row> | undefined): readonly Row[] | undefined
export function useQuery(space: Space | undefined, query: Query | undefined, selection?: Selection<never, unknown>): unknown {
  useEcho()
  const stable = useStableQuery(query)
  const live = useMemo(() => (stable === undefined ? undefined : space?.live(stable)), [space, stable])
  return useSelected<readonly unknown[], unknown>(live, (selection as Selection<readonly unknown[], unknown> | undefined) ?? allRows)
}
