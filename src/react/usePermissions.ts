'use client'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { Permissions } from '../client/spaces/spacePermissions.ts'

/**
 * What this person may do in a space and about each member, and why not; changes with the role. Undefined for an undefined space.
 * @throws EchoError no-provider
 * @example
 * const { can, why } = usePermissions(space)
 * return <button disabled={!can.write} title={why.write === 'reader' ? 'You may only look' : undefined}>Add</button>
 */
export function usePermissions(space: Space): Permissions
export function usePermissions(space: Space | undefined): Permissions | undefined
export function usePermissions(space: Space | undefined): Permissions | undefined {
  useEcho()
  return useReadable(space?.permissions)
}
