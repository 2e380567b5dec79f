'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { Conflict } from '../database/items/conflicts.ts'

/** What lost in an item, and the command that brings one back. */
export interface ItemConflicts {
  /** Newest first. */
  readonly conflicts: readonly Conflict[]
  /** Writes a value that lost over the one that won, which ends the conflict for everyone. @throws what `space.set` throws */
  readonly restore: (conflict: Conflict) => void
}

/**
 * The values of an item that lost against others written at the same time, live. Undefined for an undefined space or id.
 * @throws EchoError no-provider
 * @example
 * const { conflicts, restore } = useConflicts(space, task.id)
 * return conflicts.map((conflict) => <button key={conflict.author} onClick={() => restore(conflict)}>{String(conflict.value)}</button>)
 */
export function useConflicts(space: Space, id: string): ItemConflicts
export function useConflicts(space: Space | undefined, id: string | undefined): ItemConflicts | undefined
export function useConflicts(space: Space | undefined, id: string | undefined): ItemConflicts | undefined {
  useEcho()
  const live = useMemo(() => (id === undefined ? undefined : space?.liveConflicts(id)), [space, id])
  const conflicts = useReadable(live)
  return useMemo(
    () =>
      space === undefined || id === undefined || conflicts === undefined
        ? undefined
        : { conflicts, restore: (conflict) => space.restoreConflict(id, conflict) },
    [space, id, conflicts],
  )
}
