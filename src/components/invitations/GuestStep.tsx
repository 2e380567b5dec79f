'use client'
import type { ReactNode } from 'react'
import { Button } from '../basics/Button.tsx'
import { CodeForm } from './CodeForm.tsx'
import { Countdown } from '../basics/Countdown.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { JoinLinkForm } from './JoinLinkForm.tsx'
import { isObstacle, NetworkNote, type NotedNetwork } from './NetworkNote.tsx'
import { News } from '../basics/News.tsx'
import { plainName } from '../basics/plainName.ts'
import { Waiting } from '../basics/Waiting.tsx'
import type { GuestState, JoinState, PairState } from '../../client/states.ts'
import type { GuestTexts } from '../config/messages.ts'

/** What whoever follows a link is shown alike, to a space or to a person's devices. */
type SharedState = Exclude<GuestState, { readonly status: 'preview' }>

export interface GuestStepProps {
  readonly state: SharedState
  readonly texts: GuestTexts
  readonly onClose: () => void
  /** Begins with a link; undefined goes back to asking for one. */
  readonly onLink: (link: string | undefined) => void
  readonly onAccept: () => void
  /** The person has typed a code. */
  readonly onCode: (code: string) => void
  readonly onCancel: () => void
  /** Shown where it keeps the host from being met. */
  readonly network?: NotedNetwork | undefined
}

/** One step of following a link. Every wait can be cancelled and every end leads on. */
export function GuestStep({ state, texts, onClose, onLink, onAccept, onCode, onCancel, network }: GuestStepProps): ReactNode {
  const { common } = useMessages()
  const cancel = (
    <div className="echo-actions">
      <Button onClick={onCancel}>{common.cancel}</Button>
    </div>
  )
  const ended = (text: string, retryable = false): ReactNode => (
    <>
      <p>{text}</p>
      <EndActions texts={texts} retryable={retryable} onAccept={onAccept} onLink={onLink} />
    </>
  )
  switch (state.status) {
    case 'idle':
    case 'invalid':
      return (
        <>
          {state.status === 'invalid' && <ErrorNote said="polite" error={state.error} />}
          <JoinLinkForm texts={texts} onLink={onLink} onClose={onClose} />
        </>
      )
    case 'connecting':
      return (
        <>
          <Waiting>{texts.connecting(nameIn(state.preview.inviterName))}</Waiting>
          {isObstacle(network) ? <NetworkNote network={network} /> : state.slow && <News>{texts.slow}</News>}
          {cancel}
        </>
      )
    case 'peer-offline':
      return (
        <>
          {isObstacle(network) ? <NetworkNote network={network} /> : <p>{texts.offline(nameIn(state.preview.inviterName))}</p>}
          <Countdown label={texts.givesUpIn} deadline={state.deadline} />
          {cancel}
        </>
      )
    case 'verifying':
    case 'wrong-code':
      return (
        <>
          <CodeForm
            texts={texts}
            wrong={state.status === 'wrong-code'}
            attemptsLeft={state.attemptsLeft}
            isChecking={state.isChecking}
            onSubmit={onCode}
            onCancel={onCancel}
          />
          <Countdown label={texts.timeLeft} deadline={state.deadline} />
        </>
      )
    case 'pending-approval':
      return (
        <>
          <Waiting>{texts.pending(nameIn(state.preview.inviterName))}</Waiting>
          <Countdown label={texts.timeLeft} deadline={state.deadline} />
          {cancel}
        </>
      )
    case 'syncing':
      return (
        <>
          <p>{texts.syncing}</p>
          <progress
            className="echo-progress"
            aria-label={texts.progress}
            {...(state.progress !== undefined && { value: state.progress })}
          />
          {cancel}
        </>
      )
    case 'expired':
      return ended(texts.expired)
    case 'revoked':
      return ended(texts.revoked)
    case 'used-up':
      return ended(texts.usedUp)
    case 'denied':
      return ended(texts.denied)
    case 'cancelled':
      return ended(state.by === 'me' ? texts.cancelledByMe : texts.cancelledByHost, state.by === 'me')
    case 'error':
      return (
        <>
          <ErrorNote
            error={state.error}
            text={texts.faults[state.error.code]}
            said={state.error.code === 'insecure-peer' ? 'assertive' : 'polite'}
          />
          <EndActions texts={texts} retryable={state.retryable} onAccept={onAccept} onLink={onLink} />
        </>
      )
  }
}

function EndActions({
  retryable,
  onAccept,
  onLink,
  texts,
}: Pick<GuestStepProps, 'onAccept' | 'onLink' | 'texts'> & { readonly retryable: boolean }): ReactNode {
  const { common } = useMessages()
  return (
    <div className="echo-actions">
      {retryable && (
        <Button variant="primary" onClick={onAccept}>
          {common.retry}
        </Button>
      )}
      <Button onClick={() => onLink(undefined)}>{texts.otherLink}</Button>
    </div>
  )
}

/** Whether closing would end what was begun: the link was accepted, and nothing is stored here yet. */
export function isUnderWay(state: JoinState | PairState): boolean {
  return underWay.includes(state.status) || (state.status === 'syncing' && state.progress === undefined)
}

const underWay: readonly (JoinState | PairState)['status'][] = [
  'needs-identity',
  'connecting',
  'peer-offline',
  'verifying',
  'wrong-code',
  'comparing',
  'pending-approval',
]

function nameIn(name: string | undefined): string | undefined {
  return name === undefined ? undefined : plainName(name)
}

/** The heading of a step. */
export function guestTitle(state: SharedState, texts: GuestTexts): string {
  switch (state.status) {
    case 'idle':
      return texts.title
    case 'invalid':
      return texts.invalidTitle
    case 'connecting':
      return texts.connectingTitle
    case 'peer-offline':
      return texts.offlineTitle
    case 'verifying':
      return texts.codeTitle
    case 'wrong-code':
      return texts.wrongCodeTitle
    case 'pending-approval':
      return texts.pendingTitle
    case 'syncing':
      return texts.syncingTitle
    case 'expired':
      return texts.expiredTitle
    case 'revoked':
      return texts.revokedTitle
    case 'used-up':
      return texts.usedUpTitle
    case 'denied':
      return texts.deniedTitle
    case 'cancelled':
      return texts.cancelledTitle
    case 'error':
      return texts.errorTitle
  }
}
