'use client'
import type { ReactNode } from 'react'
import { Button } from './Button.tsx'
import { CodeForm } from './CodeForm.tsx'
import { Countdown } from './Countdown.tsx'
import { Dialog } from './Dialog.tsx'
import { ErrorNote } from './ErrorNote.tsx'
import { useMessages } from './EchoUiConfig.tsx'
import { IdentityForm, type IdentityFormProps } from './IdentityForm.tsx'
import { JoinLinkForm } from './JoinLinkForm.tsx'
import { JoinPreview } from './JoinPreview.tsx'
import { isObstacle, NetworkNote, type NotedNetwork } from './NetworkNote.tsx'
import { plainName } from './plainName.ts'
import { Waiting } from './Waiting.tsx'
import type { JoinState } from '../client/states.ts'
import type { SpaceId } from '../shared/ids.ts'
import type { Messages } from './messages.ts'

export interface JoinDialogViewProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly state: JoinState
  readonly identityForm: IdentityFormProps
  /** Begins with a link; undefined goes back to asking for one. */
  readonly onLink: (link: string | undefined) => void
  readonly onAccept: () => void
  /** The person has typed a code. */
  readonly onCode: (code: string) => void
  readonly onCancel: () => void
  readonly onJoined: (space: SpaceId) => void
  /** Shown where it keeps the host from being met. */
  readonly network?: NotedNetwork | undefined
}

/** The dialog of {@link JoinDialog} in any of its states. Every wait can be cancelled and every end leads on. */
export function JoinDialogView({ open, onClose, state, ...actions }: JoinDialogViewProps): ReactNode {
  const messages = useMessages()
  return (
    <Dialog open={open} onClose={onClose} step={state.status} title={titleOf(state, messages)}>
      <div className="echo-step" data-slot="join" data-state={state.status}>
        <JoinStep state={state} onClose={onClose} {...actions} />
      </div>
    </Dialog>
  )
}

function JoinStep({
  state,
  onClose,
  identityForm,
  onLink,
  onAccept,
  onCode,
  onCancel,
  onJoined,
  network,
}: Omit<JoinDialogViewProps, 'open'>): ReactNode {
  const messages = useMessages()
  const { join, common } = messages
  const cancel = (
    <div className="echo-actions">
      <Button onClick={onCancel}>{common.cancel}</Button>
    </div>
  )
  const ended = (text: string, retryable = false): ReactNode => (
    <>
      <p>{text}</p>
      <EndActions retryable={retryable} onAccept={onAccept} onLink={onLink} />
    </>
  )
  switch (state.status) {
    case 'idle':
      return <JoinLinkForm onLink={onLink} onClose={onClose} />
    case 'invalid':
      return (
        <>
          <ErrorNote error={state.error} />
          <JoinLinkForm onLink={onLink} onClose={onClose} />
        </>
      )
    case 'preview':
      return (
        <>
          <JoinPreview preview={state.preview} />
          <NetworkNote network={network} />
          <div className="echo-actions">
            <Button variant="primary" onClick={onAccept}>
              {join.accept}
            </Button>
            <Button onClick={onClose}>{common.cancel}</Button>
          </div>
        </>
      )
    case 'needs-identity':
      return (
        <>
          <p>{join.identityHint}</p>
          <IdentityForm {...identityForm} />
        </>
      )
    case 'connecting':
      return (
        <>
          <Waiting>{join.connecting(nameIn(state.preview.inviterName))}</Waiting>
          {isObstacle(network) ? <NetworkNote network={network} /> : state.slow && <p>{join.slow}</p>}
          {cancel}
        </>
      )
    case 'peer-offline':
      return (
        <>
          {isObstacle(network) ? <NetworkNote network={network} /> : <p>{join.offline(nameIn(state.preview.inviterName))}</p>}
          <Countdown label={join.givesUpIn} deadline={state.deadline} />
          {cancel}
        </>
      )
    case 'verifying':
    case 'wrong-code':
      return (
        <>
          <CodeForm
            wrong={state.status === 'wrong-code'}
            attemptsLeft={state.attemptsLeft}
            isChecking={state.isChecking}
            onSubmit={onCode}
            onCancel={onCancel}
          />
          <Countdown label={join.timeLeft} deadline={state.deadline} />
        </>
      )
    case 'pending-approval':
      return (
        <>
          <Waiting>{join.pending(nameIn(state.preview.inviterName))}</Waiting>
          <Countdown label={join.timeLeft} deadline={state.deadline} />
          {cancel}
        </>
      )
    case 'syncing':
      return (
        <>
          <p>{join.syncing}</p>
          <progress className="echo-progress" aria-label={join.progress} {...(state.progress !== undefined && { value: state.progress })} />
          {cancel}
        </>
      )
    case 'success':
      return (
        <>
          <p>{state.alreadyMember ? join.alreadyMember : join.success}</p>
          <div className="echo-actions">
            <Button variant="primary" onClick={() => onJoined(state.space)}>
              {join.openSpace}
            </Button>
          </div>
        </>
      )
    case 'expired':
      return ended(join.expired)
    case 'revoked':
      return ended(join.revoked)
    case 'used-up':
      return ended(join.usedUp)
    case 'denied':
      return ended(join.denied)
    case 'cancelled':
      return ended(state.by === 'me' ? join.cancelledByMe : join.cancelledByHost, state.by === 'me')
    case 'error':
      return (
        <>
          <ErrorNote error={state.error} {...(state.error.code === 'insecure-peer' && { role: 'alert' })} />
          <EndActions retryable={state.retryable} onAccept={onAccept} onLink={onLink} />
        </>
      )
  }
}

function EndActions({
  retryable,
  onAccept,
  onLink,
}: Pick<JoinDialogViewProps, 'onAccept' | 'onLink'> & { readonly retryable: boolean }): ReactNode {
  const { join, common } = useMessages()
  return (
    <div className="echo-actions">
      {retryable && (
        <Button variant="primary" onClick={onAccept}>
          {common.retry}
        </Button>
      )}
      <Button onClick={() => onLink(undefined)}>{join.otherLink}</Button>
    </div>
  )
}

function nameIn(name: string | undefined): string | undefined {
  return name === undefined ? undefined : plainName(name)
}

function titleOf(state: JoinState, { join }: Messages): string {
  switch (state.status) {
    case 'idle':
      return join.title
    case 'invalid':
      return join.invalidTitle
    case 'preview':
      return join.previewTitle(nameIn(state.preview.spaceName))
    case 'needs-identity':
      return join.identityTitle
    case 'connecting':
      return join.connectingTitle
    case 'peer-offline':
      return join.offlineTitle
    case 'verifying':
      return join.codeTitle
    case 'wrong-code':
      return join.wrongCodeTitle
    case 'pending-approval':
      return join.pendingTitle
    case 'syncing':
      return join.syncingTitle
    case 'success':
      return join.successTitle
    case 'expired':
      return join.expiredTitle
    case 'revoked':
      return join.revokedTitle
    case 'used-up':
      return join.usedUpTitle
    case 'denied':
      return join.deniedTitle
    case 'cancelled':
      return join.cancelledTitle
    case 'error':
      return join.errorTitle
  }
}
