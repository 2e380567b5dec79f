'use client'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { SyncStatus } from '../client/states.ts'

/**
 * How far a space's data has travelled. Undefined for an undefined space.
 * @throws EchoError no-provider
 * @example
 * const sync = useSyncStatus(space)
 * return <span>{sync?.status === 'up-to-date' ? 'Shared' : 'Saved here'}</span>
 */
export function useSyncStatus(space: Space): SyncStatus
export function useSyncStatus(space: Space | undefined): SyncStatus | undefined
export function useSyncStatus(space: Space | undefined): SyncStatus | undefined {
  useEcho()
  return useReadable(space?.sync)
}
