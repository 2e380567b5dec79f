'use client'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { MemberInfo } from '../client/states.ts'

/**
 * Who belongs to a space, owners first, then by name. Undefined for an undefined space.
 * @throws EchoError no-provider
 * @example
 * const members = useMembers(space)
 * return <ul>{members?.map((member) => <li key={member.id}>{member.name}</li>)}</ul>
 */
export function useMembers(space: Space): readonly MemberInfo[]
export function useMembers(space: Space | undefined): readonly MemberInfo[] | undefined
export function useMembers(space: Space | undefined): readonly MemberInfo[] | undefined {
  useEcho()
  return useReadable(space?.members)
}
