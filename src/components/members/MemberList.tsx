'use client'
import type { ComponentProps, ReactNode } from 'react'
import { useMemberCommands, type MemberCall } from '../../react/useMemberCommands.ts'
import { useMembers } from '../../react/useMembers.ts'
import { usePermissions } from '../../react/usePermissions.ts'
import { useReadable } from '../../react/useReadable.ts'
import { useSyncStatus } from '../../react/useSyncStatus.ts'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { MemberDialogs } from './MemberDialogs.tsx'
import { MemberRow } from './MemberRow.tsx'
import { useMemberDialog } from './useMemberDialog.ts'
import type { CommandState } from '../../react/useCommand.ts'
import type { Role } from '../../access/membershipLog.ts'
import type { Space } from '../../client/echo.ts'
import type { Permissions } from '../../client/spaces/spacePermissions.ts'
import type { MemberInfo } from '../../client/states.ts'

/**
 * Who belongs to a space, with roles, and who is here now; whoever may, changes roles, removes members, and leaves. `actions={false}`: only shows.
 * @example
 * <MemberList space={space} />
 */
export function MemberList({
  space,
  actions = true,
  ...props
}: ComponentProps<'div'> & { readonly space: Space; readonly actions?: boolean }): ReactNode {
  const members = useMembers(space)
  const permissions = usePermissions(space)
  const { name } = useReadable(space.info)
  const { state, remove, setRole, leave, reset } = useMemberCommands(space)
  const sync = useSyncStatus(space)
  return (
    <MemberListView
      {...props}
      members={members}
      {...(actions && {
        permissions,
        spaceName: name,
        command: state,
        unsent: sync.status !== 'up-to-date',
        onRemove: remove,
        onSetRole: setRole,
        onLeave: leave,
        onSettled: reset,
      })}
    />
  )
}

export interface MemberListViewProps extends ComponentProps<'div'> {
  readonly members: readonly MemberInfo[]
  /** What may be done; without it nothing can. */
  readonly permissions?: Permissions
  readonly spaceName?: string
  readonly command?: CommandState<MemberCall>
  /** Not everything written here has reached another device. */
  readonly unsent?: boolean
  readonly onRemove?: (member: string) => void
  readonly onSetRole?: (member: string, role: Role) => void
  readonly onLeave?: () => void
  /** Puts the end of the last command away. */
  readonly onSettled?: () => void
}

const idle = { status: 'idle' } as const
const ignore = (): void => {}

/** {@link MemberList} for a given list of members. */
export function MemberListView({
  members,
  permissions,
  spaceName = '',
  command = idle,
  unsent = false,
  onRemove = ignore,
  onSetRole = ignore,
  onLeave = ignore,
  onSettled = ignore,
  className,
  ...props
}: MemberListViewProps): ReactNode {
  const { members: messages } = useMessages()
  const { asking, ask, close, list } = useMemberDialog({ members, command, onSettled })
  const setRole = (member: MemberInfo, role: Role): void => {
    // It cannot be taken back.
    if (role === 'owner') ask({ about: 'owner', member })
    else onSetRole(member.id, role)
  }
  return (
    <div data-slot="member-list" className={classNames('echo-member-list', className)} {...props}>
      <ul ref={list} tabIndex={-1} aria-label={messages.label} className="echo-people">
        {members.map((member) => (
          <MemberRow
            key={member.id}
            member={member}
            may={permissions?.can.manageMembers === true ? permissions.members.get(member.id) : undefined}
            mayLeave={permissions?.role !== undefined}
            command={command}
            onRole={(role) => setRole(member, role)}
            onRemove={() => ask({ about: 'remove', member })}
            onLeave={() => ask({ about: 'leave' })}
          />
        ))}
        {members.length === 1 && members[0]!.isMe && <li className="echo-hint">{messages.onlyYou}</li>}
      </ul>
      {permissions?.why.manageMembers === 'not-admin' && members.length > 1 && <p className="echo-hint">{messages.notAllowed}</p>}
      {command.status === 'error' && asking === undefined && <ErrorNote said="polite" error={command.error} />}
      <MemberDialogs
        asking={asking}
        members={members}
        spaceName={spaceName}
        isLastOwner={permissions?.why.leave === 'last-owner'}
        unsent={unsent}
        command={command}
        onClose={close}
        onRemove={onRemove}
        onSetRole={onSetRole}
        onLeave={onLeave}
      />
    </div>
  )
}
