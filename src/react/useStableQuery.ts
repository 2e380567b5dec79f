'use client'
import { useState } from 'react'

/** The first of consecutive values with equal `key`, so that a query written inline in render is one query. */
export function useStableQuery<Q extends { readonly key: string }>(query: Q | undefined): Q | undefined {
  const [kept, keep] = useState(query)
  if (kept?.key === query?.key) return kept
  keep(query)
  return query
}
