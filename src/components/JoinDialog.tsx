'use client'
import type { ReactNode } from 'react'
import { useJoin } from '../react/useJoin.ts'
import { useNetworkStatus } from '../react/useNetworkStatus.ts'
import { JoinDialogView } from './JoinDialogView.tsx'
import { Portal } from './Portal.tsx'
import { useIdentityForm } from './useIdentityForm.ts'
import type { SpaceId } from '../shared/ids.ts'

export interface JoinDialogProps {
  readonly open: boolean
  /** Called when the dialog is to be closed; whatever is not done is cancelled. */
  readonly onClose: () => void
  /** Called when the user wants to see the space just joined, or was a member of already; close the dialog and show it. */
  readonly onJoined: (space: SpaceId) => void
  /** A link to begin with, as from `takeInvitationFromLocation()`; without one the dialog asks for it. */
  readonly link?: string | undefined
}

/**
 * Joins a space by an invitation link: shows what the link says, asks, meets the host, and waits until the data is here.
 * @example
 * <JoinDialog open={joining} link={link} onClose={() => setJoining(false)} onJoined={(space) => navigate(`/spaces/${space}`)} />
 */
export function JoinDialog({ open, onClose, onJoined, link }: JoinDialogProps): ReactNode {
  const join = useJoin(open ? link : undefined)
  const network = useNetworkStatus()
  const form = useIdentityForm(join.accept)
  return (
    <Portal>
      <JoinDialogView
        open={open}
        onClose={() => {
          join.open(undefined)
          onClose()
        }}
        state={join.state}
        identityForm={form}
        onLink={join.open}
        onAccept={join.accept}
        onCode={join.submitCode}
        onCancel={join.cancel}
        onJoined={onJoined}
        network={network}
      />
    </Portal>
  )
}
