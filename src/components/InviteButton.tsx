'use client'
import { useId, useState, type ReactNode } from 'react'
import { isOpenInvitation } from '../react/inviteCache.ts'
import { useInvite } from '../react/useInvite.ts'
import { useNetworkStatus } from '../react/useNetworkStatus.ts'
import { usePermissions } from '../react/usePermissions.ts'
import { useReadable } from '../react/useReadable.ts'
import { Button, type ButtonProps } from './Button.tsx'
import { useMessages } from './EchoUiConfig.tsx'
import { InviteDialogView } from './InviteDialogView.tsx'
import { Portal } from './Portal.tsx'
import type { Space } from '../client/echo.ts'

/**
 * Opens a dialog that makes an invitation link. Nothing is made before the user asks for it. Closing the dialog keeps the link working, and so
 * does leaving the view: a button for the same space shows the open invitation again.
 * @example
 * <InviteButton space={space} />
 */
export function InviteButton({ space, children, ...props }: ButtonProps & { readonly space: Space }): ReactNode {
  const { invite: messages, obstacles } = useMessages()
  const { name } = useReadable(space.info)
  const { can, why } = usePermissions(space)
  const { state, create, approve, deny, cancel } = useInvite(space)
  const network = useNetworkStatus()
  const [open, setOpen] = useState(false)
  const noteId = useId()
  const allowed = can.invite
  const isOut = allowed && isOpenInvitation(state)
  return (
    <>
      <Button
        data-state={state.status}
        aria-disabled={!allowed}
        aria-describedby={allowed && !isOut ? undefined : noteId}
        {...props}
        onClick={(event) => {
          props.onClick?.(event)
          if (allowed && !event.defaultPrevented) setOpen(true)
        }}
      >
        {children ?? messages.button}
        {isOut && (
          <span className="echo-badge" aria-hidden="true" title={messages.open}>
            1
          </span>
        )}
      </Button>
      {isOut && (
        <span id={noteId} className="echo-visually-hidden" data-slot="open-invitation">
          {messages.open}
        </span>
      )}
      {!allowed && (
        <span id={noteId} className="echo-hint" data-slot="reason">
          {why.invite === undefined || why.invite === 'not-admin' ? messages.notAllowed : obstacles[why.invite]}
        </span>
      )}
      <Portal>
        <InviteDialogView
          open={open}
          onClose={() => setOpen(false)}
          spaceName={name}
          state={state}
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
