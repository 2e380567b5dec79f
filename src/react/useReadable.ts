'use client'
import { useCallback, useSyncExternalStore } from 'react'
import type { Readable } from '../shared/readable.ts'

const stopNothing = (): void => {}

/**
 * The present value of a {@link Readable}, and a render for each change; undefined for an undefined one.
 * @param atServer what a server, and the first render over its markup, shows; must be the same value every time.
 */
export function useReadable<T>(readable: Readable<T>, atServer?: T): T
export function useReadable<T>(readable: Readable<T> | undefined, atServer?: T): T | undefined
export function useReadable<T>(readable: Readable<T> | undefined, atServer?: T): T | undefined {
  const subscribe = useCallback((listener: () => void) => readable?.subscribe(listener) ?? stopNothing, [readable])
  return useSyncExternalStore(
    subscribe,
    () => readable?.get(),
    () => atServer,
  )
}
