'use client'
import { useState, type ReactNode } from 'react'
import { useNetworkStatus } from '../../react/useNetworkStatus.ts'
import { usePairDevice } from '../../react/usePairDevice.ts'
import { defaultDeviceName } from '../../client/devices/deviceName.ts'
import { PairDeviceDialogView } from './PairDeviceDialogView.tsx'
import { Portal } from '../basics/Portal.tsx'

export interface PairDeviceDialogProps {
  readonly open: boolean
  /** Called when the dialog is to be closed; whatever is not done is cancelled. */
  readonly onClose: () => void
  /** A link to begin with, as from `useInvitationLink()`; without one the dialog asks for it. */
  readonly link?: string | undefined
}

/**
 * Makes this device one of the person's, by the link or QR code that another device of theirs shows. `IdentityGate` and `JoinDialog` open it by themselves.
 * @example
 * <PairDeviceDialog open={isOpen} onClose={() => setOpen(false)} />
 */
export function PairDeviceDialog({ open, onClose, link }: PairDeviceDialogProps): ReactNode {
  const [name] = useState(() => defaultDeviceName())
  const pairing = usePairDevice(open ? link : undefined, name)
  const network = useNetworkStatus()
  return (
    <Portal>
      <PairDeviceDialogView
        open={open}
        onClose={() => {
          pairing.open(undefined)
          onClose()
        }}
        state={pairing.state}
        onLink={pairing.open}
        onAccept={pairing.accept}
        onCode={pairing.submitCode}
        onConfirm={pairing.confirm}
        onCancel={pairing.cancel}
        network={network}
      />
    </Portal>
  )
}
