'use client'
import { useEffect, useRef, type ComponentProps, type ReactNode } from 'react'
import { useReadable } from '../../react/useReadable.ts'
import { useMembers } from '../../react/useMembers.ts'
import { useWithdrawn, type Withdrawn } from '../../react/useWithdrawn.ts'
import { useAnnounce } from '../basics/Announcer.tsx'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { plainName } from '../basics/plainName.ts'
import { saveWithdrawn } from './saveWithdrawn.ts'
import { withdrawnCount } from './withdrawnFile.ts'
import type { Messages } from '../config/messages.ts'
import type { Space } from '../../client/echo.ts'
import type { SpaceState } from '../../client/states.ts'

interface NoticeActions {
  /** Offered to who is no member any more: opens a dialog for joining by a new invitation. */
  readonly onJoinAgain?: (() => void) | undefined
  /** Offered to who is no member any more: takes the space off all devices of the person, as a `DeleteSpaceDialog` does. */
  readonly onForget?: (() => void) | undefined
}

type SpaceNoticeProps = ComponentProps<'aside'> & NoticeActions

/**
 * Tells that this person is no member of the space any more, by whom and since when, and what of anyone's writing was not taken in, with a file of it to
 * save. Nothing for a member of a space where all stands.
 * @example
 * <SpaceNotice space={space} onJoinAgain={() => setJoining(true)} />
 */
export function SpaceNotice({ space, ...props }: SpaceNoticeProps & { readonly space: Space }): ReactNode {
  const state = useReadable(space.state)
  const { name } = useReadable(space.info)
  const members = useMembers(space)
  const withdrawn = useWithdrawn(space)
  const messages = useMessages()
  return (
    <SpaceNoticeView
      {...props}
      state={state}
      withdrawn={withdrawn}
      onSave={() => withdrawn.status === 'ready' && saveWithdrawn(withdrawn.contents, members, name, messages)}
    />
  )
}

/** {@link SpaceNotice} for a given state. */
export function SpaceNoticeView({
  state,
  withdrawn,
  onSave,
  onJoinAgain,
  onForget,
  className,
  ...props
}: SpaceNoticeProps & { readonly state: SpaceState; readonly withdrawn: Withdrawn; readonly onSave: () => void }): ReactNode {
  const messages = useMessages()
  const { notice } = messages
  const hasEnded = state.status === 'removed' || state.status === 'left'
  const title = hasEnded ? titleOf(state, messages) : undefined
  useNews(title)
  const count = withdrawn.status === 'ready' ? withdrawnCount(withdrawn.contents) : 0
  if (title === undefined && count === 0 && withdrawn.status !== 'error') return null
  return (
    <aside
      data-slot="space-notice"
      data-state={hasEnded ? state.status : 'withdrawn'}
      className={classNames('echo-notice', className)}
      aria-label={title ?? notice.withdrawnTitle}
      {...props}
    >
      <div>
        <strong>{title ?? notice.withdrawnTitle}</strong>
        {hasEnded && (
          <p>
            <time dateTime={new Date(state.since).toISOString()}>{notice.since(state.since)}</time> {notice.readable}
          </p>
        )}
        {count > 0 && <p>{hasEnded ? notice.ownWithdrawn(count) : notice.withdrawn(count)}</p>}
        {withdrawn.status === 'error' && <ErrorNote error={withdrawn.error} />}
      </div>
      <div className="echo-actions">
        {hasEnded && onJoinAgain !== undefined && (
          <Button variant="primary" onClick={onJoinAgain}>
            {notice.joinAgain}
          </Button>
        )}
        {withdrawn.status === 'error' && <Button onClick={withdrawn.retry}>{messages.common.retry}</Button>}
        {count > 0 && <Button onClick={onSave}>{notice.save}</Button>}
        {hasEnded && onForget !== undefined && (
          <Button variant="quiet" onClick={onForget}>
            {notice.forget}
          </Button>
        )}
      </div>
    </aside>
  )
}

/** Interrupts a screen reader with an end that comes while the person looks on. */
function useNews(title: string | undefined): void {
  const announce = useAnnounce()
  const before = useRef<{ readonly title: string | undefined }>(undefined)
  useEffect(() => {
    const isNews = before.current !== undefined && before.current.title === undefined && title !== undefined
    before.current = { title }
    if (isNews) announce(title, 'assertive')
  }, [announce, title])
}

function titleOf(state: Extract<SpaceState, { status: 'removed' | 'left' }>, { notice }: Messages): string {
  if (state.status === 'left') return notice.left
  if (state.by.some(({ isMe }) => isMe)) return notice.revoked
  const names = state.by.map(({ name }) => plainName(name)).filter((name) => name !== '')
  return notice.removed(names)
}
