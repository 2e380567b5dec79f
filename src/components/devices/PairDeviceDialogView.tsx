'use client'
import type { ReactNode } from 'react'
import { AuthCodeDisplay } from '../invitations/AuthCodeDisplay.tsx'
import { Button } from '../basics/Button.tsx'
import { Countdown } from '../basics/Countdown.tsx'
import { Dialog } from '../basics/Dialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { GuestStep, guestTitle, isUnderWay } from '../invitations/GuestStep.tsx'
import { useLoss } from '../basics/LossQuestion.tsx'
import { NetworkNote, type NotedNetwork } from '../invitations/NetworkNote.tsx'
import { plainName } from '../basics/plainName.ts'
import { Waiting } from '../basics/Waiting.tsx'
import type { PairState } from '../../client/states.ts'
import type { Messages } from '../config/messages.ts'

export interface PairDeviceDialogViewProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly state: PairState
  /** Begins with a link; undefined goes back to asking for one. */
  readonly onLink: (link: string | undefined) => void
  readonly onAccept: () => void
  readonly onCode: (code: string) => void
  /** The digits are the same on both devices. */
  readonly onConfirm: () => void
  readonly onCancel: () => void
  readonly network?: NotedNetwork | undefined
}

/** The dialog of `PairDeviceDialog` in any of its states. */
export function PairDeviceDialogView({ open, onClose, state, ...actions }: PairDeviceDialogViewProps): ReactNode {
  const messages = useMessages()
  return (
    <Dialog open={open} onClose={onClose} step={state.status} title={titleOf(state, messages)}>
      <div className="echo-step" data-slot="pair-device" data-state={state.status}>
        <PairStep state={state} onClose={onClose} {...actions} />
      </div>
    </Dialog>
  )
}

function PairStep({ state, onClose, onConfirm, ...actions }: Omit<PairDeviceDialogViewProps, 'open'>): ReactNode {
  const { pair, common } = useMessages()
  useLoss(isUnderWay(state) ? pair.lossByClosing : undefined)
  const done = (
    <div className="echo-actions">
      <Button variant="primary" onClick={onClose}>
        {common.done}
      </Button>
    </div>
  )
  switch (state.status) {
    case 'preview':
      return (
        <>
          <p>{pair.preview(state.preview.inviterName === undefined ? undefined : plainName(state.preview.inviterName))}</p>
          <p className="echo-caution">{pair.onlyYours}</p>
          <NetworkNote network={actions.network} />
          <div className="echo-actions">
            {actions.network?.status !== 'unsupported' && (
              <Button variant="primary" onClick={actions.onAccept}>
                {pair.accept}
              </Button>
            )}
            <Button onClick={onClose}>{common.cancel}</Button>
          </div>
        </>
      )
    case 'occupied':
      return (
        <>
          <p>{pair.occupied(state.spaces)}</p>
          {done}
        </>
      )
    case 'comparing':
      return (
        <>
          <p>{pair.comparing}</p>
          <p>
            <AuthCodeDisplay data-slot="digits" code={state.digits} />
          </p>
          {state.isConfirmed && <Waiting said>{pair.confirmThere}</Waiting>}
          <Countdown label={pair.timeLeft} deadline={state.deadline} />
          <div className="echo-actions">
            {!state.isConfirmed && (
              <Button variant="primary" onClick={onConfirm}>
                {pair.same}
              </Button>
            )}
            <Button onClick={actions.onCancel}>{state.isConfirmed ? common.cancel : pair.differ}</Button>
          </div>
        </>
      )
    case 'success':
      return (
        <>
          <p data-tone="success">{pair.success}</p>
          {done}
        </>
      )
    default:
      return <GuestStep state={state} texts={pair} onClose={onClose} {...actions} />
  }
}

function titleOf(state: PairState, { pair }: Messages): string {
  switch (state.status) {
    case 'preview':
      return pair.previewTitle
    case 'occupied':
      return pair.occupiedTitle
    case 'comparing':
      return pair.comparingTitle
    case 'success':
      return pair.successTitle
    default:
      return guestTitle(state, pair)
  }
}
