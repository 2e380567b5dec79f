'use client'
import { useId, useState, type ReactNode } from 'react'
import { AuthCodeDisplay } from '../invitations/AuthCodeDisplay.tsx'
import { Button } from '../basics/Button.tsx'
import { Countdown } from '../basics/Countdown.tsx'
import { Dialog } from '../basics/Dialog.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { isOpenAddition } from '../../client/devices/addDeviceFlow.ts'
import { InviteLink } from '../invitations/InviteLink.tsx'
import { useLoss } from '../basics/LossQuestion.tsx'
import { NetworkNote, type NotedNetwork } from '../invitations/NetworkNote.tsx'
import { News } from '../basics/News.tsx'
import { plainName } from '../basics/plainName.ts'
import { QrCode } from '../invitations/QrCode.tsx'
import { Waiting } from '../basics/Waiting.tsx'
import type { AddDeviceState, JoinRequest, OpenPairing } from '../../client/states.ts'
import type { Messages } from '../config/messages.ts'

export interface AddDeviceDialogViewProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly state: AddDeviceState
  /** The recovery words were not written down: on the new device there will be none. */
  readonly wordsUnsaved: boolean
  readonly onCreate: (options: { readonly compare: boolean }) => void
  /** Makes a device that asks one of the person's, or turns it away. */
  readonly onApprove: (guest: string) => void
  readonly onDeny: (guest: string) => void
  readonly onCancel: () => void
  /** Shown where it keeps the new device from being met. */
  readonly network?: NotedNetwork | undefined
}

/** The dialog of `AddDeviceButton` in any of its states. */
export function AddDeviceDialogView({ open, onClose, state, ...actions }: AddDeviceDialogViewProps): ReactNode {
  const messages = useMessages()
  return (
    <Dialog open={open} onClose={onClose} step={state.status} title={titleOf(state, messages)}>
      <div className="echo-step" data-slot="add-device" data-state={state.status}>
        <AddDeviceStep state={state} onClose={onClose} {...actions} />
      </div>
    </Dialog>
  )
}

function AddDeviceStep({
  state,
  onClose,
  wordsUnsaved,
  onCreate,
  onApprove,
  onDeny,
  onCancel,
  network,
}: Omit<AddDeviceDialogViewProps, 'open'>): ReactNode {
  const { addDevice, common } = useMessages()
  const [compare, setCompare] = useState(false)
  useLoss(isOpenAddition(state) ? addDevice.lossByClosing : undefined)
  const create = (label: string): ReactNode => (
    <Button variant="primary" onClick={() => onCreate({ compare })}>
      {label}
    </Button>
  )
  const cancel = (
    <div className="echo-actions">
      <Button variant="quiet" onClick={onCancel}>
        {addDevice.cancel}
      </Button>
    </div>
  )
  const ended = (text: string): ReactNode => (
    <>
      <p>{text}</p>
      <div className="echo-actions">{create(addDevice.renew)}</div>
    </>
  )
  switch (state.status) {
    case 'idle':
      return (
        <>
          <p>{addDevice.hint}</p>
          <p className="echo-caution">{addDevice.rank}</p>
          {wordsUnsaved && <p className="echo-hint">{addDevice.wordsStay}</p>}
          <NetworkNote network={network} />
          <CheckChoice compare={compare} onChange={setCompare} />
          <div className="echo-actions">
            {create(addDevice.create)}
            <Button onClick={onClose}>{common.cancel}</Button>
          </div>
        </>
      )
    case 'creating':
      return (
        <>
          <Waiting said>{addDevice.creating}</Waiting>
          {cancel}
        </>
      )
    case 'waiting':
    case 'connecting':
    case 'verifying':
      return (
        <>
          {state.status === 'waiting' ? (
            <p>{addDevice.waiting}</p>
          ) : (
            <Waiting said>{state.status === 'connecting' ? addDevice.connecting : addDevice.verifying}</Waiting>
          )}
          <NetworkNote network={network} />
          <OpenPairingView {...state} />
          {cancel}
        </>
      )
    case 'approving':
      return (
        <>
          <DeviceRequests requests={state.requests} onApprove={onApprove} onDeny={onDeny} />
          <Countdown label={addDevice.expires} deadline={state.expiresAt} />
          {cancel}
        </>
      )
    case 'admitting':
      return <Waiting>{addDevice.admitting}</Waiting>
    case 'success':
      return (
        <>
          <p data-tone="success">{addDevice.success(plainName(state.deviceName))}</p>
          <div className="echo-actions">
            <Button variant="primary" onClick={onClose}>
              {common.done}
            </Button>
          </div>
        </>
      )
    case 'expired':
      return ended(addDevice.expired)
    case 'used-up':
      return ended(state.locked ? addDevice.locked : addDevice.usedUp)
    case 'cancelled':
      return ended(addDevice.cancelled)
    case 'error':
      return (
        <>
          <ErrorNote said="polite" error={state.error} />
          <div className="echo-actions">{state.retryable ? create(common.retry) : <Button onClick={onClose}>{common.done}</Button>}</div>
        </>
      )
  }
}

/** How the two devices know each other. */
function CheckChoice({ compare, onChange }: { readonly compare: boolean; readonly onChange: (compare: boolean) => void }): ReactNode {
  const { addDevice } = useMessages()
  const name = useId()
  const choice = (value: boolean, text: string): ReactNode => (
    <label className="echo-check">
      <input type="radio" name={name} checked={compare === value} onChange={() => onChange(value)} /> {text}
    </label>
  )
  return (
    <fieldset className="echo-field echo-choice" data-slot="check-choice">
      <legend>{addDevice.check}</legend>
      {choice(false, addDevice.byCode)}
      {choice(true, addDevice.byDigits)}
    </fieldset>
  )
}

function OpenPairingView({ url, code, expiresAt }: OpenPairing): ReactNode {
  const { addDevice } = useMessages()
  return (
    <>
      <QrCode text={url} label={addDevice.qr} />
      <InviteLink label={addDevice.link} url={url} shareText={addDevice.shareText} />
      {code === undefined ? (
        <p className="echo-hint">{addDevice.digitsHint}</p>
      ) : (
        <>
          <dl className="echo-facts">
            <dt>{addDevice.code}</dt>
            <dd>
              <AuthCodeDisplay code={code} />
            </dd>
          </dl>
          <p className="echo-hint">{addDevice.codeHint}</p>
        </>
      )}
      <Countdown label={addDevice.expires} deadline={expiresAt} />
    </>
  )
}

function DeviceRequests({
  requests,
  onApprove,
  onDeny,
}: Pick<AddDeviceDialogViewProps, 'onApprove' | 'onDeny'> & { readonly requests: readonly JoinRequest[] }): ReactNode {
  const { addDevice } = useMessages()
  return (
    <ul className="echo-list" data-slot="device-requests">
      {requests.map(({ guest, name: given, digits }) => {
        const name = plainName(given)
        return (
          <li key={guest}>
            <News>{digits === undefined ? addDevice.asks(name) : addDevice.asksByDigits(name)}</News>
            {digits !== undefined && (
              <p>
                <AuthCodeDisplay data-slot="digits" code={digits} />
              </p>
            )}
            <div className="echo-actions">
              <Button variant="primary" onClick={() => onApprove(guest)}>
                {digits === undefined ? addDevice.approve(name) : addDevice.approveDigits}
              </Button>
              <Button onClick={() => onDeny(guest)}>{digits === undefined ? addDevice.deny(name) : addDevice.denyDigits}</Button>
            </div>
          </li>
        )
      })}
    </ul>
  )
}

function titleOf(state: AddDeviceState, { addDevice }: Messages): string {
  switch (state.status) {
    case 'idle':
    case 'creating':
      return addDevice.title
    case 'waiting':
      return addDevice.waitingTitle
    case 'connecting':
    case 'verifying':
      return addDevice.connectingTitle
    case 'approving':
      return addDevice.approvingTitle
    case 'admitting':
      return addDevice.admittingTitle
    case 'success':
      return addDevice.successTitle
    case 'expired':
      return addDevice.expiredTitle
    case 'used-up':
      return state.locked ? addDevice.lockedTitle : addDevice.usedUpTitle
    case 'cancelled':
      return addDevice.cancelledTitle
    case 'error':
      return addDevice.errorTitle
  }
}
