'use client'
import { useEffect, useState } from 'react'
import { createWritable } from '../shared/readable.ts'
import { useReadable } from './useReadable.ts'

/**
 * What `begin` makes of `of`, from after the component has mounted until it goes or one of the two changes; then it is disposed of. StrictMode begins,
 * disposes and begins again, so only one is ever alive.
 * @param begin the same function as long as the same flow is meant.
 * @param of another object begins again, also where it holds the same; undefined ends what was begun.
 */
export function useFlow<Of, Flow extends { dispose(): void }>(begin: (of: Of) => Flow, of: Of | undefined): Flow | undefined {
  const [holder] = useState(() => createWritable<Flow | undefined>(undefined))
  useEffect(() => {
    if (of === undefined) return
    const begun = begin(of)
    holder.set(begun)
    return () => {
      holder.set(undefined)
      begun.dispose()
    }
  }, [begin, holder, of])
  return useReadable(holder)
}
