'use client'
import { useCallback, useMemo } from 'react'
import { EchoError } from '../shared/echoError.ts'
import { useCommand, type CommandState } from './useCommand.ts'
import { useEcho } from './useEcho.ts'
import type { Space } from '../client/echo.ts'
import type { Role } from '../access/membershipLog.ts'

/** What was asked for. */
export type MemberCall =
  | { readonly name: 'remove'; readonly member: string }
  | { readonly name: 'set-role'; readonly member: string; readonly role: Role }
  | { readonly name: 'leave' }

export interface MemberCommandsOf {
  /** Of the last command; `done` once it is stored here and, where somebody lost a right, a new key is made. */
  readonly state: CommandState<MemberCall>
  readonly remove: (member: string) => void
  readonly setRole: (member: string, role: Role) => void
  readonly leave: () => void
  /** Puts the last end away. */
  readonly reset: () => void
}

/**
 * Removes members, changes roles and leaves a space, one command at a time. What is allowed says {@link usePermissions}; what is not ends as `error`.
 * @throws EchoError no-provider
 * @example
 * const { state, remove } = useMemberCommands(space)
 * <button disabled={state.status === 'pending'} onClick={() => remove(member.id)}>Remove</button>
 */
export function useMemberCommands(space: Space | undefined): MemberCommandsOf {
  useEcho()
  const perform = useCallback(
    async (call: MemberCall) => {
      if (space === undefined) throw new EchoError('space-not-found', 'There is no space yet to change the members of. Open one first.')
      if (call.name === 'leave') return space.leave()
      return call.name === 'remove' ? space.removeMember(call.member) : space.setRole(call.member, call.role)
    },
    [space],
  )
  const { state, run, reset } = useCommand(perform)
  return useMemo(
    () => ({
      state,
      remove: (member) => run({ name: 'remove', member }),
      setRole: (member, role) => run({ name: 'set-role', member, role }),
      leave: () => run({ name: 'leave' }),
      reset,
    }),
    [state, run, reset],
  )
}
