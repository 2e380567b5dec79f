'use client'
import { use, useEffect, useReducer } from 'react'
import type { Opening } from './openingCache.ts'
import { nothing } from './trackedPromise.ts'

/** What an opening opens; suspends until then, and keeps it open while the component is mounted. */
export function useOpening<Handle extends { release(): void }>(opening: Opening<Handle> | undefined): Handle | undefined {
  const [, askAnew] = useReducer((count: number) => count + 1, 0)
  const opened: Promise<Handle | undefined> = opening?.promise ?? nothing
  const handle = use(opened)
  useEffect(() => {
    if (opening === undefined) return
    const release = opening.retain()
    // Hidden long enough for it to be closed, and shown again.
    if (release === undefined) askAnew()
    return release
  }, [opening])
  return handle
}
