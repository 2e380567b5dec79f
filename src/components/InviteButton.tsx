'use client'
import { useId, useState, type ReactNode } from 'react'
import { useInvite } from '../react/useInvite.ts'
import { useNetworkStatus } from '../react/useNetworkStatus.ts'
import { useReadable } from '../react/useReadable.ts'
import { Button, type ButtonProps } from './Button.tsx'
import { useMessages } from './EchoUiConfig.tsx'
import { InviteDialogView } from './InviteDialogView.tsx'
import { Portal } from './Portal.tsx'
import type { Space } from '../client/echo.ts'

/**
 * Opens a dialog that makes an invitation link. Nothing is made before the user asks for it, and closing the dialog keeps the link working.
 * @example
 * <InviteButton space={space} />
 */
export function InviteButton({ space, children, ...props }: ButtonProps & { readonly space: Space }): ReactNode {
  const { invite: messages } = useMessages()
  const { name, role } = useReadable(space.info)
  const { state, create, cancel } = useInvite(space)
  const network = useNetworkStatus()
  const [open, setOpen] = useState(false)
  const reasonId = useId()
  const allowed = role === 'owner' || role === 'admin'
  return (
    <>
      <Button
        data-state={state.status}
        aria-disabled={!allowed}
        aria-describedby={allowed ? undefined : reasonId}
        {...props}
        onClick={(event) => {
          props.onClick?.(event)
          if (allowed && !event.defaultPrevented) setOpen(true)
        }}
      >
        {children ?? messages.button}
      </Button>
      {!allowed && (
        <span id={reasonId} className="echo-hint" data-slot="reason">
          {messages.notAllowed}
        </span>
      )}
      <Portal>
        <InviteDialogView
          open={open}
          onClose={() => setOpen(false)}
          spaceName={name}
          state={state}
          onCreate={(chosen) => create({ role: chosen })}
          onCancel={cancel}
          network={network}
        />
      </Portal>
    </>
  )
}
