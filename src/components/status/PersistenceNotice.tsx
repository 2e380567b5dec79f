'use client'
import { useState, type ComponentProps, type ReactNode } from 'react'
import { useStorageStatus, type StorageStatus } from '../../react/useStorageStatus.ts'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import type { StorageState } from '../../storage/storage.ts'

/** The part of the room that may be used before somebody should make more. */
const nearlyFullFrom = 0.8

/**
 * Says where this device does not keep what is written: no room, hardly any left, no database, blocked, emptied. Where the browser may evict it, offers to
 * ask for its being kept. What is no fault yet can be put off until the next visit. Nothing where all is well.
 * @example
 * <PersistenceNotice />
 */
export function PersistenceNotice(props: ComponentProps<'aside'>): ReactNode {
  const { asking, persist, usage, quota, ...state } = useStorageStatus()
  const used = usage === undefined || quota === undefined ? undefined : usage / quota
  const isFilling = isNearlyFull(used)
  /** What was put off: of a disk that fills up afterwards it is said again. */
  const [putOff, setPutOff] = useState<'eviction' | 'filling'>()
  if (state.status === 'ready' && (putOff === 'filling' || (putOff === 'eviction' && !isFilling))) return null
  return (
    <PersistenceNoticeView
      {...props}
      state={state}
      used={used}
      asking={asking}
      onPersist={persist}
      onLater={() => setPutOff(isFilling ? 'filling' : 'eviction')}
    />
  )
}

export interface PersistenceNoticeViewProps extends ComponentProps<'aside'> {
  readonly state: StorageState
  /** The part of the room for this app that is used, from 0 to 1; undefined where the browser does not tell. */
  readonly used?: number | undefined
  readonly asking?: StorageStatus['asking']
  readonly onPersist: () => void
  readonly onLater: () => void
}

/** {@link PersistenceNotice} in any state. */
export function PersistenceNoticeView({
  state,
  used,
  asking = 'no',
  onPersist,
  onLater,
  className,
  ...props
}: PersistenceNoticeViewProps): ReactNode {
  const { storage: messages } = useMessages()
  const isFilling = isNearlyFull(used)
  const isSafe = state.status === 'ready' && state.persistent && !isFilling
  if (isSafe || state.status === 'opening' || state.status === 'closed') return null
  return (
    <aside
      data-slot="persistence-notice"
      data-state={state.status}
      className={classNames('echo-notice', className)}
      aria-label={messages.label}
      {...props}
    >
      {state.status === 'ready' ? (
        <>
          <div>
            <strong>{messages.label}</strong>
            {isFilling && (
              <p>
                <output>{messages.nearlyFull}</output> {messages.used(used)}
              </p>
            )}
            {!state.persistent && (
              <p>
                <output>{asking === 'denied' ? messages.denied : messages.mayBeEvicted}</output>
              </p>
            )}
          </div>
          <div className="echo-actions">
            {!state.persistent && (
              <Button variant="primary" aria-disabled={asking === 'waiting'} onClick={() => asking !== 'waiting' && onPersist()}>
                {asking === 'denied' ? messages.askAgain : messages.keep}
              </Button>
            )}
            <Button variant="quiet" onClick={onLater}>
              {messages.later}
            </Button>
          </div>
        </>
      ) : (
        <ErrorNote role="alert" error={state.error} text={state.status === 'emptied' ? messages.emptied : undefined}>
          <p>{messages.stillHere}</p>
        </ErrorNote>
      )}
    </aside>
  )
}

function isNearlyFull(used: number | undefined): used is number {
  return used !== undefined && used >= nearlyFullFrom
}
