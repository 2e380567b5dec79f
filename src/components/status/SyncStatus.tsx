'use client'
import { useMemo, useState, type ComponentProps, type ReactNode } from 'react'
import { useDevices } from '../../react/useDevices.ts'
import { useMembers } from '../../react/useMembers.ts'
import { useReadable } from '../../react/useReadable.ts'
import { useSyncStatus } from '../../react/useSyncStatus.ts'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { errorText, isUnconfigured, type Messages } from '../config/messages.ts'
import { useLasting } from '../basics/useLasting.ts'
import type { Space } from '../../client/echo.ts'
import type { SavedState, SyncStatus as State } from '../../client/states.ts'

/**
 * Says in words and colour how far a space's data has travelled, and who has stored what was written here. Offline is no fault: everything goes on and
 * is sent later.
 * @example
 * <SyncStatus space={space} />
 */
export function SyncStatus({ space, ...props }: ComponentProps<'div'> & { readonly space: Space }): ReactNode {
  const { status } = useReadable(space.state)
  const sync = useSyncStatus(space)
  const members = useMembers(space)
  const devices = useDevices()
  const isOnlyDevice = members.length === 1 && devices.length === 1
  // Nothing waits to be handed on where there is nobody to hand it to.
  const state = useMemo(() => (isOnlyDevice ? { ...sync, waiting: 0 } : sync), [sync, isOnlyDevice])
  return <SyncStatusView {...props} state={state} ended={status === 'removed' || status === 'left'} />
}

/** An edit is saved in less. */
const savingShownAfterMs = 200
/** What arrives in less needs no word. */
const syncingShownAfterMs = 1_000

/**
 * {@link SyncStatus} in any of its states. Where things are stored stands beside the live region, as numbers do: read out with each edit it would be noise.
 */
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
  const isSaving = useLasting(state.unsaved > 0, savingShownAfterMs)
  const isSyncing = useLasting(state.status === 'syncing', syncingShownAfterMs)
  const [calm, setCalm] = useState(state)
  if (calm !== state && (isSyncing || state.status !== 'syncing')) setCalm(state)
  const { status } = calm
  const details = ended ? [] : detailsOf(calm, state, isSaving, messages)
  return (
    <div data-slot="sync-status" data-state={ended ? 'ended' : status} className={classNames('echo-sync', className)} {...props}>
      <span className="echo-dot" aria-hidden="true" />
      <output>{ended ? messages.sync.ended : labelOf(calm, messages)}</output>
      {details.length > 0 && <span className="echo-hint">{details.join(' · ')}</span>}
    </div>
  )
}

function labelOf(state: State, { sync }: Messages): string {
  switch (state.status) {
    case 'offline':
      return isUnreachable(state) ? sync.unreachable : sync.offline
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

/** No signaling server answers; what is written meanwhile waits on this device. */
function isUnreachable({ status, ...rest }: State): boolean {
  const error = 'error' in rest ? rest.error : undefined
  return status === 'offline' && error?.code === 'signaling-unreachable' && !isUnconfigured(error.code, error.details)
}

/** @param calm as the label says it @param now what is stored where: at no moment more than is true */
function detailsOf(calm: State, now: SavedState, isSaving: boolean, messages: Messages): readonly string[] {
  const { sync } = messages
  const details: string[] = []
  if (calm.status === 'syncing' && calm.total > 0) details.push(sync.percent(Math.min(1, calm.received / calm.total)))
  if ('error' in calm && calm.error !== undefined && !isUnreachable(calm))
    details.push(errorText(messages, calm.error.code, calm.error.details))
  if (calm.status === 'error') {
    if (now.unsaved > 0) details.push(sync.unsaved(now.unsaved))
    return details
  }
  if (!('peers' in calm) && now.waiting > 0) details.push(sync.waiting(now.waiting))
  details.push(isSaving ? sync.saving : sync.saved(now.copies.own, now.copies.others))
  return details
}
