'use client'
import { useId, useState, type ReactNode } from 'react'
import { isOpenInvitation } from '../../react/inviteCache.ts'
import { useInvite } from '../../react/useInvite.ts'
import { useNetworkStatus } from '../../react/useNetworkStatus.ts'
import { usePermissions } from '../../react/usePermissions.ts'
import { useReadable } from '../../react/useReadable.ts'
import { useInvitations } from '../../react/useInvitations.ts'
import { useSaid } from '../basics/Announcer.tsx'
import { Button, type ButtonProps } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { InvitationList } from './InvitationList.tsx'
import { InviteDialogView } from './InviteDialogView.tsx'
import { plainName } from '../basics/plainName.ts'
import { Portal } from '../basics/Portal.tsx'
import type { Space } from '../../client/echo.ts'
import type { InvitationInfo } from '../../client/invitations/invitationOptions.ts'

export interface InviteButtonProps extends ButtonProps {
  readonly space: Space
  /** Where in the app the invited come out once joined, such as the note that is open here: begins with one `/`, at most 200 bytes. */
  readonly path?: string | undefined
}

/**
 * Opens a dialog that makes invitation links. Nothing is made before the user asks for it. Closing the dialog keeps a link working, and so does
 * leaving the view: a button for the same space shows the open invitation again, and lists the others that were made here.
 * @example
 * <InviteButton space={space} path={`/notes/${note.id}`} />
 */
export function InviteButton({ space, path, children, ...props }: InviteButtonProps): ReactNode {
  const { invite: messages, obstacles } = useMessages()
  const { name } = useReadable(space.info)
  const { can, why } = usePermissions(space)
  const { state, create, approve, deny, another, cancel } = useInvite(space)
  const made = useInvitations(space)?.invitations ?? []
  const network = useNetworkStatus()
  const [open, setOpen] = useState(false)
  const noteId = useId()
  const allowed = can.invite
  const shown = 'url' in state ? state.url : undefined
  const isOut = ({ status, isMine }: InvitationInfo): boolean => status === 'open' && isMine
  const isOther = (invitation: InvitationInfo): boolean => isOut(invitation) && invitation.url !== shown
  const others = made.filter(isOther).length
  const count = allowed ? Math.max(made.filter(isOut).length, Number(isOpenInvitation(state))) : 0
  // They wait, with the dialog closed too.
  const asks = open || state.status !== 'approving' ? [] : state.requests.map((guest) => messages.asks(plainName(guest.name)))
  useSaid(asks.length === 0 ? undefined : asks.join(' '))
  return (
    <>
      <Button
        data-state={state.status}
        aria-disabled={!allowed}
        aria-describedby={allowed && count === 0 ? undefined : noteId}
        {...props}
        onClick={(event) => {
          props.onClick?.(event)
          if (allowed && !event.defaultPrevented) setOpen(true)
        }}
      >
        {children ?? messages.button}
        {count > 0 && (
          <span className="echo-badge" aria-hidden="true" title={messages.open(count)}>
            {count}
          </span>
        )}
      </Button>
      {count > 0 && (
        <span id={noteId} className="echo-visually-hidden" data-slot="open-invitation">
          {messages.open(count)}
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
          onClose={() => {
            setOpen(false)
            // How the last one ended is no news the next time.
            if (state.status === 'success') another()
          }}
          spaceName={name}
          state={state}
          onCreate={(options) => create(path === undefined ? options : { ...options, path })}
          onApprove={approve}
          onDeny={deny}
          onAnother={another}
          onCancel={cancel}
          others={
            others > 0 && (
              <details className="echo-more">
                <summary>{shown === undefined ? messages.open(others) : messages.others(others)}</summary>
                <InvitationList space={space} filter={isOther} />
              </details>
            )
          }
          network={network}
        />
      </Portal>
    </>
  )
}
