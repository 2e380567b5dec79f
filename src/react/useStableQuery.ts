'use client'
import { useEffect, useRef, useState } from 'react'
import { inDevelopment } from './inDevelopment.ts'

/** The first of consecutive values with equal `key`, so that a query written inline in render is one query. */
export function useStableQuery<Q extends { readonly key: string }>(query: Q | undefined): Q | undefined {
  const [kept, keep] = useState(query)
  useFilterWarning(query?.key)
  if (kept?.key === query?.key) return kept
  // A filter made in render is new each time, also in the render that keeping it would cause.
  if (kept === undefined || query === undefined || shapeOf(kept.key) !== shapeOf(query.key)) keep(query)
  return query
}

const rendersBeforeWarning = 3

/** Says once, in development, that a query is a new one in every render because its filter is. */
function useFilterWarning(key: string | undefined): void {
  const state = useRef<{ key: string | undefined; changes: number }>({ key: undefined, changes: 0 })
  useEffect(() => {
    const before = state.current.key
    state.current.key = key
    if (before === undefined || key === undefined || before === key || shapeOf(before) !== shapeOf(key) || !inDevelopment()) return
    state.current.changes += 1
    if (state.current.changes !== rendersBeforeWarning) return
    // oxlint-disable-next-line no-console -- the mistake is in the source, so the developer's console is where to say it
    console.warn(
      'A query has another filter function in every render, so it is asked anew each time. Ask by where(…), or define the function outside the ' +
        'component or with useCallback.',
    )
  })
}

/** The key without which functions it filters by. */
function shapeOf(key: string): string {
  return key.replaceAll(/\|filter:\d+/g, '|filter')
}
