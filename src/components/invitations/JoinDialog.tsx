'use client'
import type { ReactNode } from 'react'
import { useIdentity } from '../../react/useIdentity.ts'
import { useJoin } from '../../react/useJoin.ts'
import { useNetworkStatus } from '../../react/useNetworkStatus.ts'
import { JoinDialogView } from './JoinDialogView.tsx'
import { PairDeviceDialog } from '../devices/PairDeviceDialog.tsx'
import { Portal } from '../basics/Portal.tsx'
import { useIdentityForm } from '../identity/useIdentityForm.ts'
import type { SpaceId } from '../../shared/ids.ts'

export interface JoinDialogProps {
  readonly open: boolean
  /** Called when the dialog is to be closed; whatever is not done is cancelled. */
  readonly onClose: () => void
  /**
   * Called when the user wants to see the space just joined, or was a member of already; close the dialog and show it. `path`: where in the app, if the
   * link says so. It begins with one `/`, and whoever made the link chose the rest: go only where a link may lead.
   */
  readonly onJoined: (space: SpaceId, path?: string) => void
  /** A link to begin with, as from `useInvitationLink()`; without one the dialog asks for it. */
  readonly link?: string | undefined
}

/**
 * Joins a space by an invitation link: shows what the link says, asks, meets the host, and waits until the data is here. A link that adds a device of
 * the person's goes on in a {@link PairDeviceDialog}.
 * @example
 * <JoinDialog open={joining} link={link} onClose={() => setJoining(false)} onJoined={(space) => navigate(`/spaces/${space}`)} />
 */
export function JoinDialog({ open, onClose, onJoined, link }: JoinDialogProps): ReactNode {
  // Who has to unlock the device first comes back to the link afterwards.
  const isLocked = useIdentity().status === 'locked'
  const join = useJoin(open && !isLocked ? link : undefined)
  const network = useNetworkStatus()
  const form = useIdentityForm(join.accept)
  function close(): void {
    join.open(undefined)
    onClose()
  }
  // Whoever scans the code of another device of theirs comes here, too.
  const addsDevice = join.state.status === 'invalid' && join.state.error.code === 'wrong-kind'
  if (addsDevice) return <PairDeviceDialog open={open} link={join.link} onClose={close} />
  return (
    <Portal>
      <JoinDialogView
        open={open && !isLocked}
        onClose={close}
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
