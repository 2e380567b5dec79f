'use client'
import { useState, type ReactNode } from 'react'
import { isOpenAddition } from '../../client/devices/addDeviceFlow.ts'
import { useAddDevice } from '../../react/useAddDevice.ts'
import { useIdentity } from '../../react/useIdentity.ts'
import { useNetworkStatus } from '../../react/useNetworkStatus.ts'
import { AddDeviceDialogView } from './AddDeviceDialogView.tsx'
import { Button, type ButtonProps } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { Portal } from '../basics/Portal.tsx'

/**
 * Opens a dialog that adds a device of this person's, by QR code or link. Nothing is made before the user asks for it, and closing the dialog withdraws
 * what was made. Nothing is shown while nobody is here.
 * @example
 * <AddDeviceButton />
 */
export function AddDeviceButton({ children, ...props }: ButtonProps): ReactNode {
  const { addDevice: messages } = useMessages()
  const { state, create, approve, deny, cancel } = useAddDevice()
  const network = useNetworkStatus()
  const { status } = useIdentity()
  const [open, setOpen] = useState(false)
  if (status !== 'ready' && status !== 'unsaved') return null
  return (
    <>
      <Button
        data-state={state.status}
        {...props}
        onClick={(event) => {
          props.onClick?.(event)
          if (event.defaultPrevented) return
          // How it ended last time is no news.
          if (!isOpenAddition(state)) cancel()
          setOpen(true)
        }}
      >
        {children ?? messages.button}
      </Button>
      <Portal>
        <AddDeviceDialogView
          open={open}
          onClose={() => {
            setOpen(false)
            if (isOpenAddition(state)) cancel()
          }}
          state={state}
          wordsUnsaved={status === 'unsaved'}
          onCreate={create}
          onApprove={approve}
          onDeny={deny}
          onCancel={cancel}
          network={network}
        />
      </Portal>
    </>
  )
}
