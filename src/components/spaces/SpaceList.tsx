'use client'
import type { ComponentProps, ReactNode } from 'react'
import type { SpaceInfo } from '../../client/states.ts'
import { useSpaces } from '../../react/useSpaces.ts'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { errorText, type Messages } from '../config/messages.ts'
import { plainName } from '../basics/plainName.ts'

interface SpaceLinks {
  /** The id of the space that is shown. */
  readonly current?: string | undefined
  /** Makes each space a link. */
  readonly hrefOf?: (space: SpaceInfo) => string
  /** A space was chosen; without {@link hrefOf} each is a button. */
  readonly onOpen?: (space: SpaceInfo) => void
}

export type SpaceListProps = Omit<ComponentProps<'div'>, 'children'> & SpaceLinks
export type SpaceListViewProps = SpaceListProps & { readonly spaces: readonly SpaceInfo[] }

/**
 * The spaces of this device, with one's role, how many are in each, and what is the matter with it.
 * @example
 * <SpaceList current={id} hrefOf={(space) => `#/${space.id}`} />
 */
export function SpaceList(props: SpaceListProps): ReactNode {
  return <SpaceListView {...props} spaces={useSpaces()} />
}

/** {@link SpaceList} with any spaces. */
export function SpaceListView({ spaces, current, hrefOf, onOpen, className, ...props }: SpaceListViewProps): ReactNode {
  const messages = useMessages()
  return (
    <div
      data-slot="space-list"
      data-state={spaces.length === 0 ? 'empty' : 'filled'}
      className={classNames('echo-step', className)}
      {...props}
    >
      {spaces.length === 0 ? (
        <p className="echo-hint">{messages.spaces.none}</p>
      ) : (
        <ul className="echo-people echo-spaces" aria-label={messages.spaces.label}>
          {spaces.map((space) => (
            <li key={space.id} data-slot="space-item" data-state={space.state.status}>
              <SpaceRow
                space={space}
                isCurrent={space.id === current}
                href={hrefOf?.(space)}
                onOpen={onOpen === undefined ? undefined : () => onOpen(space)}
              />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function SpaceRow({
  space,
  isCurrent,
  href,
  onOpen,
}: {
  readonly space: SpaceInfo
  readonly isCurrent: boolean
  readonly href: string | undefined
  readonly onOpen: (() => void) | undefined
}): ReactNode {
  const messages = useMessages()
  const note = stateText(space.state, messages)
  const content = (
    <span className="echo-person">
      <bdi>{spaceTitle(space, messages)}</bdi>
      {/* Of a space that is not open in this tab nothing is known but its name. */}
      {space.memberCount > 0 && <small>{[messages.roles[space.role], messages.spaces.members(space.memberCount)].join(' · ')}</small>}
      {note !== undefined && <small data-slot="space-note">{note}</small>}
    </span>
  )
  const shared = { className: 'echo-space', onClick: onOpen, 'aria-current': isCurrent ? ('page' as const) : undefined }
  if (href !== undefined) {
    return (
      <a {...shared} href={href}>
        {content}
      </a>
    )
  }
  return onOpen === undefined ? (
    content
  ) : (
    <button type="button" {...shared}>
      {content}
    </button>
  )
}

/** What a space is called; never empty. */
export function spaceTitle({ name }: Pick<SpaceInfo, 'name'>, { spaces }: Messages): string {
  return plainName(name) || spaces.untitled
}

/** What is the matter with a space; undefined for one that is as it should be. */
function stateText(state: SpaceInfo['state'], messages: Messages): string | undefined {
  if (state.status === 'ready' || (state.status === 'closed' && state.byChoice !== true)) return undefined
  return state.status === 'damaged' ? errorText(messages, state.error.code, state.error.details) : messages.spaces.states[state.status]
}
