'use client'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { Trash } from '../database/graph/trash.ts'

/**
 * What is deleted in a space, the last deleted first, each with how much lies under it. Undefined for an undefined space.
 * @throws EchoError no-provider
 * @example
 * const deleted = useTrash(space)
 * return deleted.map(({ id, count }) => <button key={id} onClick={() => space.restore(id)}>Restore {count + 1}</button>)
 */
export function useTrash(space: Space): Trash
export function useTrash(space: Space | undefined): Trash | undefined
export function useTrash(space: Space | undefined): Trash | undefined {
  useEcho()
  return useReadable(space?.trash)
}
