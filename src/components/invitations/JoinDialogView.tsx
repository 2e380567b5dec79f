'use client'
import type { ReactNode } from 'react'
import { Button } from '../basics/Button.tsx'
import { Dialog } from '../basics/Dialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { GuestStep, guestTitle, isUnderWay } from './GuestStep.tsx'
import { IdentityForm, type IdentityFormProps } from '../identity/IdentityForm.tsx'
import { JoinPreview } from './JoinPreview.tsx'
import { useLoss } from '../basics/LossQuestion.tsx'
import { NetworkNote, type NotedNetwork } from './NetworkNote.tsx'
import { plainName } from '../basics/plainName.ts'
import type { JoinState } from '../../client/states.ts'
import type { SpaceId } from '../../shared/ids.ts'
import type { Messages } from '../config/messages.ts'

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
  /** `path`: where in the app the link wants to go; whoever made it chose it. */
  readonly onJoined: (space: SpaceId, path?: string) => void
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

function JoinStep({ state, identityForm, onJoined, ...actions }: Omit<JoinDialogViewProps, 'open'>): ReactNode {
  const { join, common } = useMessages()
  useLoss(isUnderWay(state) ? join.lossByClosing : undefined)
  switch (state.status) {
    case 'preview':
      return (
        <>
          <JoinPreview preview={state.preview} />
          <NetworkNote network={actions.network} />
          <div className="echo-actions">
            {actions.network?.status !== 'unsupported' && (
              <Button variant="primary" onClick={actions.onAccept}>
                {join.accept}
              </Button>
            )}
            <Button onClick={actions.onClose}>{common.cancel}</Button>
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
    case 'success':
      return (
        <>
          <p>{state.alreadyMember ? join.alreadyMember : join.success}</p>
          <div className="echo-actions">
            <Button variant="primary" onClick={() => onJoined(state.space, state.path)}>
              {join.openSpace}
            </Button>
          </div>
        </>
      )
    default:
      return <GuestStep state={state} texts={join} {...actions} />
  }
}

function titleOf(state: JoinState, { join }: Messages): string {
  switch (state.status) {
    case 'preview':
      return join.previewTitle(state.preview.spaceName === undefined ? undefined : plainName(state.preview.spaceName))
    case 'needs-identity':
      return join.identityTitle
    case 'success':
      return join.successTitle
    default:
      return guestTitle(state, join)
  }
}
