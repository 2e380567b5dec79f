'use client'
import type { ComponentProps, ReactNode } from 'react'
import { useMembers } from '../react/useMembers.ts'
import { Avatar } from './Avatar.tsx'
import { classNames } from './classNames.ts'
import { useMessages } from './EchoUiConfig.tsx'
import { plainName } from './plainName.ts'
import type { Space } from '../client/echo.ts'
import type { MemberInfo } from '../client/states.ts'

/**
 * Who belongs to a space, with roles, and who is here now.
 * @example
 * <MemberList space={space} />
 */
export function MemberList({ space, ...props }: ComponentProps<'ul'> & { readonly space: Space }): ReactNode {
  return <MemberListView {...props} members={useMembers(space)} />
}

/** {@link MemberList} for a given list of members. */
export function MemberListView({
  members,
  className,
  ...props
}: ComponentProps<'ul'> & { readonly members: readonly MemberInfo[] }): ReactNode {
  const { members: messages, roles } = useMessages()
  return (
    <ul data-slot="member-list" aria-label={messages.label} className={classNames('echo-people', className)} {...props}>
      {members.map((member) => (
        <li key={member.id} data-slot="member" data-state={member.isHere || member.isMe ? 'here' : 'away'}>
          <Avatar {...avatarOf(member)} aria-hidden="true" />
          <span>
            {plainName(member.name)}
            {member.isMe && <span className="echo-hint"> {messages.you}</span>}
          </span>
          <span className="echo-hint">{[roles[member.role], ...(member.isHere ? [messages.here] : [])].join(' · ')}</span>
        </li>
      ))}
      {members.length === 1 && <li className="echo-hint">{messages.onlyYou}</li>}
    </ul>
  )
}

function avatarOf({ id, name, colour, emoji, picture }: MemberInfo) {
  return {
    id,
    name,
    ...(colour !== undefined && { colour }),
    ...(emoji !== undefined && { emoji }),
    ...(picture !== undefined && { picture }),
  }
}
