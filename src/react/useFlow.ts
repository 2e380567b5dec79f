'use client'
import { useEffect, useState } from 'react'
import { createWritable } from '../shared/readable.ts'
import { useReadable } from './useReadable.ts'

/**
 * What `begin` makes, from after the component has mounted until it goes or `begin` changes; then it is disposed of. StrictMode begins,
 * disposes and begins again, so only one is ever alive.
 * @param begin the same function as long as the same flow is meant.
 */
export function useFlow<Flow extends { dispose(): void }>(begin: (() => Flow) | undefined): Flow | undefined {
  const [holder] = useState(() => createWritable<Flow | undefined>(undefined))
  useEffect(() => {
    if (begin === undefined) return
    const begun = begin()
    holder.set(begun)
    return () => {
      holder.set(undefined)
      begun.dispose()
    }
  }, [begin, holder])
  return useReadable(holder)
}
