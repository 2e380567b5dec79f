'use client'
import type { ComponentProps, ReactNode } from 'react'
import { useReadable } from '../react/useReadable.ts'
import { useSyncStatus } from '../react/useSyncStatus.ts'
import { classNames } from './classNames.ts'
import { useMessages } from './EchoUiConfig.tsx'
import { errorText, type Messages } from './messages.ts'
import type { Space } from '../client/echo.ts'
import type { SyncStatus as State } from '../client/states.ts'

/**
 * Says in words and colour how far a space's data has travelled. Offline is no fault: everything goes on and is sent later.
 * @example
 * <SyncStatus space={space} />
 */
export function SyncStatus({ space, ...props }: ComponentProps<'div'> & { readonly space: Space }): ReactNode {
  const { status } = useReadable(space.state)
  return <SyncStatusView {...props} state={useSyncStatus(space)} ended={status === 'removed' || status === 'left'} />
}

/** {@link SyncStatus} in any of its states. Numbers stand beside the live region: read out one by one they would be noise. */
export function SyncStatusView({
  state,
  ended = false,
  className,
  ...props
}: ComponentProps<'div'> & {
  readonly state: State
  /** This person is no member any more: whatever the state was, nothing travels. */
  readonly ended?: boolean
}): ReactNode {
  const messages = useMessages()
  const details = ended ? [] : detailsOf(state, messages)
  return (
    <div data-slot="sync-status" data-state={ended ? 'ended' : state.status} className={classNames('echo-sync', className)} {...props}>
      <span className="echo-dot" aria-hidden="true" />
      <output>{ended ? messages.sync.ended : labelOf(state, messages)}</output>
      {details.length > 0 && <span className="echo-hint">{details.join(' · ')}</span>}
    </div>
  )
}

function labelOf(state: State, { sync }: Messages): string {
  switch (state.status) {
    case 'offline':
      return sync.offline
    case 'connecting':
      return sync.connecting
    case 'alone':
      return sync.alone
    case 'syncing':
      return sync.syncing
    case 'up-to-date':
      return sync.upToDate(state.peers)
    case 'newer-version':
      return sync.newerVersion
    case 'error':
      return sync.error
  }
}

function detailsOf(state: State, messages: Messages): readonly string[] {
  const details: string[] = []
  if (state.status === 'syncing' && state.total > 0) details.push(messages.sync.percent(Math.min(1, state.received / state.total)))
  if ('error' in state && state.error !== undefined) details.push(errorText(messages, state.error.code, state.error.details))
  if (state.unsaved > 0) details.push(messages.sync.unsaved(state.unsaved))
  return details
}
