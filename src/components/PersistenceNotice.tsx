'use client'
import { useState, type ComponentProps, type ReactNode } from 'react'
import { useStorageStatus, type StorageStatus } from '../react/useStorageStatus.ts'
import { Button } from './Button.tsx'
import { classNames } from './classNames.ts'
import { useMessages } from './EchoUiConfig.tsx'
import { ErrorNote } from './ErrorNote.tsx'
import type { StorageState } from '../storage/storage.ts'

/**
 * Says where this device does not keep what is written: no room, no database, blocked, emptied. Where the browser may evict it, offers to ask
 * for its being kept, which can be put off until the next visit. Nothing where all is well.
 * @example
 * <PersistenceNotice />
 */
export function PersistenceNotice(props: ComponentProps<'aside'>): ReactNode {
  const { asking, persist, ...state } = useStorageStatus()
  const [isPutOff, setPutOff] = useState(false)
  if (isPutOff && state.status === 'ready') return null
  return <PersistenceNoticeView {...props} state={state} asking={asking} onPersist={persist} onLater={() => setPutOff(true)} />
}

export interface PersistenceNoticeViewProps extends ComponentProps<'aside'> {
  readonly state: StorageState
  readonly asking?: StorageStatus['asking']
  readonly onPersist: () => void
  readonly onLater: () => void
}

/** {@link PersistenceNotice} in any state. */
export function PersistenceNoticeView({
  state,
  asking = 'no',
  onPersist,
  onLater,
  className,
  ...props
}: PersistenceNoticeViewProps): ReactNode {
  const { storage: messages } = useMessages()
  const isSafe = state.status === 'ready' && state.persistent
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
            <p>
              <output>{asking === 'denied' ? messages.denied : messages.mayBeEvicted}</output>
            </p>
          </div>
          <div className="echo-actions">
            <Button variant="primary" aria-disabled={asking === 'waiting'} onClick={() => asking !== 'waiting' && onPersist()}>
              {asking === 'denied' ? messages.askAgain : messages.keep}
            </Button>
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
