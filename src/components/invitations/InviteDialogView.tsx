'use client'
import { useState, type ReactNode } from 'react'
import { AuthCodeDisplay } from './AuthCodeDisplay.tsx'
import { Button } from '../basics/Button.tsx'
import { Countdown } from '../basics/Countdown.tsx'
import { Dialog } from '../basics/Dialog.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { useClock, useMessages } from '../config/EchoUiConfig.tsx'
import { defaultInviteChoices, InviteOptions, toInvitationOptions } from './InviteOptions.tsx'
import { InviteLink } from './InviteLink.tsx'
import { JoinRequests } from './JoinRequests.tsx'
import { NetworkNote, type NotedNetwork } from './NetworkNote.tsx'
import { plainName } from '../basics/plainName.ts'
import { QrCode } from './QrCode.tsx'
import { RoleSelect, type InvitedRole } from '../members/RoleSelect.tsx'
import { Waiting } from '../basics/Waiting.tsx'
import type { InvitationOptions } from '../../client/invitations/invitationOptions.ts'
import type { InviteState } from '../../client/states.ts'
import type { Messages } from '../config/messages.ts'

export interface InviteDialogViewProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly spaceName: string
  readonly state: InviteState
  readonly onCreate: (options: InvitationOptions) => void
  /** Lets in, or turns away, somebody who waits. */
  readonly onApprove: (guest: string) => void
  readonly onDeny: (guest: string) => void
  /** Leaves the link that is out as it is, to make a further one. */
  readonly onAnother: () => void
  readonly onCancel: () => void
  /** What else is out, shown below while a link is made or out. */
  readonly others?: ReactNode
  /** Shown where it keeps the guest from being met. */
  readonly network?: NotedNetwork | undefined
}

/** The dialog of {@link InviteButton} in any of its states. */
export function InviteDialogView({
  open,
  onClose,
  spaceName: givenName,
  state,
  onCreate,
  onApprove,
  onDeny,
  onAnother,
  onCancel,
  others,
  network,
}: InviteDialogViewProps): ReactNode {
  const messages = useMessages()
  const { invite } = messages
  const spaceName = plainName(givenName)
  const [role, setRole] = useState<InvitedRole>('editor')
  const [choices, setChoices] = useState(defaultInviteChoices)
  const now = useClock()
  const create = (label: string, variant: 'primary' | 'plain' = 'primary') => (
    <Button variant={variant} onClick={() => onCreate(toInvitationOptions(role, choices))}>
      {label}
    </Button>
  )
  // An attended one lasts ten minutes.
  const isSent = 'expiresAt' in state && state.expiresAt - now() > longestAttendedMs
  const cancel = (
    <Button variant="quiet" onClick={onCancel}>
      {invite.cancelInvitation}
    </Button>
  )
  const outActions = (
    <div className="echo-actions">
      <Button onClick={onAnother}>{invite.further}</Button>
      {cancel}
    </div>
  )
  return (
    <Dialog open={open} onClose={onClose} step={state.status} title={titleOf(state, spaceName, messages)}>
      <div className="echo-step" data-slot="invite" data-state={state.status}>
        {(state.status === 'idle' || state.status === 'creating') && (
          <>
            <p>{invite.hint}</p>
            <NetworkNote network={network} />
            <RoleSelect value={role} onChange={setRole} disabled={state.status === 'creating'} />
            <InviteOptions value={choices} onChange={setChoices} disabled={state.status === 'creating'} />
            {state.status === 'creating' ? (
              <>
                <Waiting said>{invite.creating}</Waiting>
                <div className="echo-actions">{cancel}</div>
              </>
            ) : (
              <div className="echo-actions">
                {create(invite.create)}
                <Button onClick={onClose}>{messages.common.cancel}</Button>
              </div>
            )}
            {others}
          </>
        )}
        {state.status === 'approving' && (
          <>
            <JoinRequests requests={state.requests} onApprove={onApprove} onDeny={onDeny} />
            {outActions}
            {others}
          </>
        )}
        {(state.status === 'waiting' || state.status === 'connecting' || state.status === 'verifying') && (
          <>
            {state.status === 'waiting' ? (
              <p>{isSent ? invite.waitingSent(state.usesLeft) : invite.waiting}</p>
            ) : (
              <Waiting>{state.status === 'connecting' ? invite.connecting : invite.verifying}</Waiting>
            )}
            <NetworkNote network={network} />
            <QrCode text={state.url} label={messages.addDevice.qr} />
            <InviteLink url={state.url} shareText={invite.shareText(spaceName)} />
            <dl className="echo-facts">
              <dt>{invite.role}</dt>
              <dd>{messages.roles[state.role]}</dd>
              {state.code !== undefined && (
                <>
                  <dt>{invite.code}</dt>
                  <dd>
                    <AuthCodeDisplay code={state.code} />
                  </dd>
                </>
              )}
            </dl>
            {state.code !== undefined && <p className="echo-hint">{invite.codeHint}</p>}
            {isSent ? (
              <p className="echo-hint">{messages.invitations.expires(state.expiresAt - now())}</p>
            ) : (
              <Countdown label={invite.expires} deadline={state.expiresAt} />
            )}
            {outActions}
            {others}
          </>
        )}
        {state.status === 'admitting' && (
          <>
            <Waiting>{invite.admitting}</Waiting>
            <div className="echo-actions">{cancel}</div>
          </>
        )}
        {state.status === 'success' && (
          <>
            <p data-tone="success">{invite.success(plainName(state.guestName), spaceName)}</p>
            <div className="echo-actions">
              <Button variant="primary" onClick={onClose}>
                {messages.common.done}
              </Button>
              {create(invite.another, 'plain')}
            </div>
          </>
        )}
        {state.status === 'expired' && (
          <>
            <p>{invite.expired}</p>
            <div className="echo-actions">{create(invite.renew)}</div>
          </>
        )}
        {state.status === 'used-up' && (
          <>
            <p>{state.locked ? invite.locked : invite.usedUp}</p>
            <div className="echo-actions">{create(invite.renew)}</div>
          </>
        )}
        {state.status === 'cancelled' && (
          <>
            <p>{invite.cancelled}</p>
            <div className="echo-actions">{create(invite.renew)}</div>
          </>
        )}
        {state.status === 'error' && (
          <>
            <ErrorNote said="polite" error={state.error} />
            <div className="echo-actions">
              {state.retryable ? create(messages.common.retry) : <Button onClick={onClose}>{messages.common.done}</Button>}
            </div>
          </>
        )}
      </div>
    </Dialog>
  )
}

const longestAttendedMs = 11 * 60_000

function titleOf(state: InviteState, spaceName: string, { invite }: Messages): string {
  switch (state.status) {
    case 'idle':
    case 'creating':
      return invite.title(spaceName)
    case 'waiting':
      return invite.waitingTitle
    case 'connecting':
      return invite.connectingTitle
    case 'verifying':
      return invite.verifyingTitle
    case 'approving':
      return invite.approvingTitle
    case 'used-up':
      return state.locked ? invite.lockedTitle : invite.usedUpTitle(state.joined.map((name) => plainName(name)))
    case 'admitting':
      return invite.admittingTitle(plainName(state.guestName))
    case 'success':
      return invite.successTitle(plainName(state.guestName))
    case 'expired':
      return invite.expiredTitle
    case 'cancelled':
      return invite.cancelledTitle
    case 'error':
      return invite.errorTitle
  }
}
