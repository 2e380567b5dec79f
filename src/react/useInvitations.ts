'use client'
import { useMemo } from 'react'
import { useReadable } from './useReadable.ts'
import type { InvitationCommands, Space } from '../client/echo.ts'
import type { InvitationInfo } from '../client/invitations/invitationOptions.ts'

export interface Invitations extends Omit<InvitationCommands, 'list'> {
  readonly invitations: readonly InvitationInfo[]
}

/**
 * The invitations to a space, with who waits at each, and what can be done about them. With an undefined space undefined.
 * @example
 * const invitations = useInvitations(space)
 * invitations?.invitations.map(({ id, status }) => <li key={id}>{status}<button onClick={() => invitations.revoke(id)}>Withdraw</button></li>)
 */
export function useInvitations(space: Space | undefined): Invitations | undefined {
  const commands = space?.invitations
  const list = useReadable(commands?.list)
  return useMemo(() => {
    if (commands === undefined || list === undefined) return undefined
    const { revoke, approve, deny } = commands
    return { invitations: list, revoke, approve, deny }
  }, [commands, list])
}
