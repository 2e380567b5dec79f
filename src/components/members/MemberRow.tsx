'use client'
import type { ReactNode } from 'react'
import { Avatar } from './Avatar.tsx'
import { Button } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { plainName } from '../basics/plainName.ts'
import { PresenceDot } from '../presence/PresenceDot.tsx'
import type { CommandState } from '../../react/useCommand.ts'
import type { MemberCall } from '../../react/useMemberCommands.ts'
import type { Role } from '../../access/membershipLog.ts'
import type { MemberPermissions } from '../../client/spaces/spacePermissions.ts'
import type { MemberInfo } from '../../client/states.ts'

interface MemberRowProps {
  readonly member: MemberInfo
  /** What may be done about the member; undefined for who manages nobody. */
  readonly may: MemberPermissions | undefined
  readonly mayLeave: boolean
  readonly command: CommandState<MemberCall>
  readonly onRole: (role: Role) => void
  readonly onRemove: () => void
  readonly onLeave: () => void
}

/** One member with role and presence, and what may be done about him. */
export function MemberRow({ member, may, mayLeave, command, onRole, onRemove, onLeave }: MemberRowProps): ReactNode {
  const {
    members: messages,
    roles,
    presence: { activity },
  } = useMessages()
  const name = plainName(member.name) || messages.unnamed
  const isBusy = command.status === 'pending' && 'member' in command.call && command.call.member === member.id
  const hasChoice = may !== undefined && may.roles.length > 1
  const facts = [
    ...(hasChoice ? [] : [roles[member.role]]),
    ...(member.isMe || member.activity === 'offline' ? [] : [activity[member.activity]]),
    ...(may?.why === 'outranked' ? [member.role === 'owner' ? messages.ownersStay : messages.onlyOwners] : []),
    ...(isBusy ? [messages.changing] : []),
  ]
  return (
    <li data-slot="member" data-state={member.activity === 'offline' ? 'away' : 'here'} aria-busy={isBusy}>
      <span className="echo-avatar-spot" aria-hidden="true">
        <Avatar id={member.id} hue={member.hue} name={member.name} colour={member.colour} emoji={member.emoji} picture={member.picture} />
        <PresenceDot activity={member.activity} />
      </span>
      <span className="echo-person">
        <span>
          <bdi>{name}</bdi>
          {member.isMe && <span className="echo-hint"> {messages.you}</span>}
        </span>
        {facts.length > 0 && <span className="echo-hint">{facts.join(' · ')}</span>}
      </span>
      <span className="echo-row-actions">
        {hasChoice && (
          <select
            className="echo-input"
            aria-label={messages.roleOf(name)}
            value={member.role}
            aria-disabled={command.status === 'pending'}
            onChange={(event) => {
              const role = may.roles.find((known) => known === event.target.value)
              if (role !== undefined && command.status !== 'pending') onRole(role)
            }}
          >
            {may.roles.map((role) => (
              <option key={role} value={role}>
                {roles[role]}
              </option>
            ))}
          </select>
        )}
        {may?.canRemove === true && (
          <Button aria-label={messages.removeNamed(name)} onClick={onRemove}>
            {messages.remove}
          </Button>
        )}
        {member.isMe && mayLeave && <Button onClick={onLeave}>{messages.leave}</Button>}
      </span>
    </li>
  )
}
