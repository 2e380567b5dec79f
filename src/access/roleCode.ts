import type { Role } from './membershipLog.ts'

/** Roles as they are written: `role = 0 owner, 1 admin, 2 editor, 3 reader` (docs/PROTOCOL.md#role). A smaller number may do more. */
export const rolesByCode: readonly Role[] = ['owner', 'admin', 'editor', 'reader']

/** The number of a role: 0 to 3. */
export function roleCode(role: Role): number {
  return rolesByCode.indexOf(role)
}

/** Whether `role` may do all that `least` may. */
export function isAtLeast(role: Role, least: Role): boolean {
  return roleCode(role) <= roleCode(least)
}
