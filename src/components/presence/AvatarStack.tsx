'use client'
import type { ComponentProps, ReactNode } from 'react'
import { useIdentity } from '../../react/useIdentity.ts'
import { useReadable } from '../../react/useReadable.ts'
import { Avatar, type PersonLook } from '../members/Avatar.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { plainName } from '../basics/plainName.ts'
import { PresenceDot } from './PresenceDot.tsx'
import { liveliest } from '../../client/invitations/liveliest.ts'
import type { Space } from '../../client/echo.ts'
import type { PresentPeer } from '../../client/states.ts'
import type { Activity } from '../../replication/presence/presenceMessage.ts'

/** A person to show. */
export interface AvatarPerson extends PersonLook {
  readonly identity: string
  /** Drawn at the avatar's corner. */
  readonly activity?: Activity
}

interface StackOptions {
  /** Most avatars to show; the rest is counted. 4 by default. */
  readonly max?: number
}

/**
 * The other people in a space now, each once however many tabs and devices they have; one's own are not company.
 * @example
 * <AvatarStack space={space} max={5} />
 */
export function AvatarStack({ space, ...props }: ComponentProps<'div'> & StackOptions & { readonly space: Space }): ReactNode {
  const peers = useReadable(space.presence.peers)
  const members = useReadable(space.members)
  const { status } = useReadable(space.state)
  const own = useIdentity()
  const me = 'identity' in own ? own.identity.id : undefined
  // Who is no member any more cannot know who is here.
  if (status === 'removed' || status === 'left') return null
  const people = peopleOf(peers.filter(({ identity }) => identity !== me))
  const looks = new Map(members.map(({ id, hue, name, colour, emoji, picture }) => [id as string, { hue, name, colour, emoji, picture }]))
  return <AvatarStackView {...props} people={people.map((person) => ({ ...looks.get(person.identity), ...person }))} />
}

/** Each person once, as the liveliest of the tabs and devices. */
function peopleOf(peers: readonly PresentPeer[]): readonly AvatarPerson[] {
  const people = new Map<string, AvatarPerson>()
  for (const { identity, name, activity } of peers) {
    people.set(identity, { identity, name, activity: liveliest(people.get(identity)?.activity, activity) })
  }
  return [...people.values()]
}

/** {@link AvatarStack} for a given list of people. */
export function AvatarStackView({
  people,
  max = 4,
  className,
  ...props
}: ComponentProps<'div'> & StackOptions & { readonly people: readonly AvatarPerson[] }): ReactNode {
  const {
    presence: messages,
    members: { unnamed },
  } = useMessages()
  // A lone "+1" takes the room of the avatar it stands for.
  const shown = people.length <= max ? people : people.slice(0, Math.max(1, max - 1))
  const rest = people.slice(shown.length).map((person) => plainName(person.name) || unnamed)
  return (
    <div
      data-slot="avatar-stack"
      data-state={people.length === 0 ? 'empty' : 'present'}
      className={classNames('echo-avatars', className)}
      {...props}
    >
      {people.length === 0 ? (
        <span className="echo-hint">{messages.alone}</span>
      ) : (
        <ul aria-label={messages.label}>
          {shown.map((person) => (
            <li key={person.identity}>
              <span className="echo-avatar-spot">
                <Avatar
                  id={person.identity}
                  hue={person.hue}
                  name={person.name}
                  colour={person.colour}
                  emoji={person.emoji}
                  picture={person.picture}
                />
                {person.activity !== undefined && <PresenceDot activity={person.activity} />}
              </span>
            </li>
          ))}
          {rest.length > 0 && (
            <li>
              <span className="echo-avatar" data-slot="avatar-more" title={rest.join(', ')}>
                <span aria-hidden="true">{messages.more(rest.length)}</span>
                <span className="echo-visually-hidden">{messages.moreNames(rest)}</span>
              </span>
            </li>
          )}
        </ul>
      )}
    </div>
  )
}
