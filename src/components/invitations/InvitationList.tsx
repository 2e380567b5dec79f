'use client'
import { useCallback, useEffect, useState, type ComponentProps, type ReactNode } from 'react'
import { useCommand, type CommandState } from '../../react/useCommand.ts'
import { useInvitations } from '../../react/useInvitations.ts'
import { useMembers } from '../../react/useMembers.ts'
import { usePermissions } from '../../react/usePermissions.ts'
import { useReadable } from '../../react/useReadable.ts'
import { useAnnounce } from '../basics/Announcer.tsx'
import { AuthCodeDisplay } from './AuthCodeDisplay.tsx'
import { Button } from '../basics/Button.tsx'
import { classNames } from '../basics/classNames.ts'
import { useClock, useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { InviteLink } from './InviteLink.tsx'
import { JoinRequests } from './JoinRequests.tsx'
import { plainName } from '../basics/plainName.ts'
import type { Messages } from '../config/messages.ts'
import type { Space } from '../../client/echo.ts'
import type { InvitationInfo } from '../../client/invitations/invitationOptions.ts'

/** What was asked for. */
export type InvitationCall = { readonly name: 'revoke' | 'approve' | 'deny'; readonly id: string; readonly guest?: string }

const all = (): boolean => true

/**
 * The invitations to a space: how long and for how many each still works, who waits at it, its link again, and the way to withdraw it.
 * @example
 * <InvitationList space={space} />
 */
export function InvitationList({
  space,
  filter = all,
  ...props
}: ComponentProps<'div'> & {
  readonly space: Space
  /** Which ones to show; by default all. */
  readonly filter?: (invitation: InvitationInfo) => boolean
}): ReactNode {
  const invitations = useInvitations(space)
  const members = useMembers(space)
  const { can } = usePermissions(space)
  const { name } = useReadable(space.info)
  const perform = useCallback(
    async ({ name: command, id, guest = '' }: InvitationCall) =>
      command === 'revoke' ? space.invitations.revoke(id) : space.invitations[command](id, guest),
    [space],
  )
  const { state, run, reset } = useCommand(perform)
  return (
    <InvitationListView
      {...props}
      invitations={(invitations?.invitations ?? []).filter(filter)}
      spaceName={name}
      nameOf={(id) => members.find((member) => member.id === id)?.name}
      command={state}
      {...(can.invite && { onCommand: run })}
      onSettled={reset}
    />
  )
}

export interface InvitationListViewProps extends ComponentProps<'div'> {
  readonly invitations: readonly InvitationInfo[]
  readonly spaceName: string
  readonly nameOf: (identity: string) => string | undefined
  readonly command?: CommandState<InvitationCall>
  /** Without it the list only shows. */
  readonly onCommand?: (call: InvitationCall) => void
  /** Puts the end of the last command away. */
  readonly onSettled?: () => void
}

const idle = { status: 'idle' } as const

/** {@link InvitationList} for given invitations: the open ones first. */
export function InvitationListView({
  invitations,
  spaceName,
  nameOf,
  command = idle,
  onCommand,
  onSettled,
  className,
  ...props
}: InvitationListViewProps): ReactNode {
  const { invitations: messages } = useMessages()
  const announce = useAnnounce()
  const now = useMinute()
  useEffect(() => {
    if (command.status !== 'done') return
    onSettled?.()
    if (command.call.name === 'revoke') announce(messages.revoked)
  }, [announce, command, messages, onSettled])
  const sorted = [...invitations].sort((a, b) => Number(b.status === 'open') - Number(a.status === 'open'))
  return (
    <div data-slot="invitation-list" className={classNames('echo-member-list', className)} {...props}>
      {sorted.length === 0 ? (
        <p className="echo-hint">{messages.none}</p>
      ) : (
        <ul aria-label={messages.label} className="echo-people">
          {sorted.map((invitation) => (
            <InvitationRow
              key={invitation.id}
              invitation={invitation}
              inviter={nameOf(invitation.inviter)}
              spaceName={spaceName}
              now={now}
              isBusy={command.status === 'pending' && command.call.id === invitation.id}
              onCommand={onCommand}
            />
          ))}
        </ul>
      )}
      {command.status === 'error' && <ErrorNote said="polite" error={command.error} />}
    </div>
  )
}

interface InvitationRowProps {
  readonly invitation: InvitationInfo
  readonly inviter: string | undefined
  readonly spaceName: string
  readonly now: number
  readonly isBusy: boolean
  readonly onCommand: InvitationListViewProps['onCommand']
}

function InvitationRow({ invitation, inviter, spaceName, now, isBusy, onCommand }: InvitationRowProps): ReactNode {
  const all = useMessages()
  const { invitations: messages, invite } = all
  const [isShown, setShown] = useState(false)
  const { id, role, status, isMine, requests, url, code } = invitation
  const title = messages.title(all.roles[role])
  const isOpen = status === 'open'
  const isWaiting = requests.length > 0
  return (
    <li data-slot="invitation" data-state={isWaiting ? 'approving' : status} aria-busy={isBusy}>
      <span className="echo-person">
        <span>
          {title}
          {!isMine && <span className="echo-hint"> {messages.by(plainName(inviter ?? '') || all.members.unnamed)}</span>}
        </span>
        <span className="echo-hint">{[...(isBusy ? [messages.busy] : []), ...factsOf(invitation, now, all)].join(' · ')}</span>
      </span>
      {isOpen && (
        <span className="echo-row-actions">
          {url !== undefined && (
            <Button aria-expanded={isShown} onClick={() => setShown(!isShown)}>
              {isShown ? messages.hideLink : messages.showLink}
            </Button>
          )}
          {onCommand !== undefined && (
            <Button
              aria-disabled={isBusy}
              aria-label={messages.revokeNamed(title)}
              onClick={() => !isBusy && onCommand({ name: 'revoke', id })}
            >
              {messages.revoke}
            </Button>
          )}
        </span>
      )}
      {isOpen && isShown && url !== undefined && (
        <div className="echo-row-detail">
          <InviteLink url={url} shareText={invite.shareText(plainName(spaceName))} />
          {code !== undefined && (
            <dl className="echo-facts">
              <dt>{invite.code}</dt>
              <dd>
                <AuthCodeDisplay code={code} />
              </dd>
            </dl>
          )}
        </div>
      )}
      {isOpen && isWaiting && onCommand !== undefined && (
        <div className="echo-row-detail">
          <JoinRequests
            requests={requests}
            onApprove={(guest) => onCommand({ name: 'approve', id, guest })}
            onDeny={(guest) => onCommand({ name: 'deny', id, guest })}
          />
        </div>
      )}
    </li>
  )
}

/** The state of an invitation in a few words each. */
function factsOf(
  { status, uses, usesLeft, expiresAt, approval, delegated, code, requests }: InvitationInfo,
  now: number,
  { invitations: messages }: Messages,
): readonly string[] {
  if (status !== 'open') return [messages.ends[status]]
  return [
    ...(requests.length > 0 ? [messages.waiting(requests.length)] : []),
    ...(expiresAt === 0 ? [] : [messages.expires(expiresAt - now)]),
    messages.uses(usesLeft, uses),
    ...(code === undefined ? [] : [messages.withCode]),
    ...(approval ? [messages.withApproval] : []),
    ...(delegated ? [messages.delegated] : []),
  ]
}

/** The time, looked at every half minute. */
function useMinute(): number {
  const now = useClock()
  const [time, setTime] = useState(() => now())
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), 30_000)
    return () => clearInterval(timer)
  }, [now])
  return time
}
