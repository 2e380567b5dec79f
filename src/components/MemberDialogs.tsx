'use client'
import type { ReactNode } from 'react'
import { ConfirmDialog } from './ConfirmDialog.tsx'
import { useMessages } from './EchoUiConfig.tsx'
import { plainName } from './plainName.ts'
import { Portal } from './Portal.tsx'
import type { MemberQuestion } from './useMemberDialog.ts'
import type { CommandState } from '../react/useCommand.ts'
import type { MemberCall } from '../react/useMemberCommands.ts'
import type { Role } from '../access/membershipLog.ts'
import type { MemberInfo } from '../client/states.ts'

interface MemberDialogsProps {
  readonly asking: MemberQuestion | undefined
  readonly members: readonly MemberInfo[]
  readonly spaceName: string
  readonly isLastOwner: boolean
  readonly unsent: boolean
  readonly command: CommandState<MemberCall>
  readonly onClose: () => void
  readonly onRemove: (member: string) => void
  readonly onSetRole: (member: string, role: Role) => void
  readonly onLeave: () => void
}

/** The questions of a member list: what each deed means, in plain words. */
export function MemberDialogs({
  asking,
  members,
  spaceName,
  isLastOwner,
  unsent,
  command,
  onClose,
  onRemove,
  onSetRole,
  onLeave,
}: MemberDialogsProps): ReactNode {
  const { members: messages } = useMessages()
  const shared = { onClose, state: command }
  const name = asking !== undefined && 'member' in asking ? plainName(asking.member.name) || messages.unnamed : ''
  return (
    <Portal>
      <ConfirmDialog
        {...shared}
        open={asking?.about === 'remove'}
        title={messages.removeTitle(name)}
        confirm={messages.removeNamed(name)}
        busy={messages.removing}
        onConfirm={() => asking?.about === 'remove' && onRemove(asking.member.id)}
      >
        <ul className="echo-points">
          <li>{messages.removeReads}</li>
          <li>{messages.removeDevices}</li>
          <li>{messages.removeKeys}</li>
          <li>{messages.removeStays}</li>
        </ul>
      </ConfirmDialog>
      <ConfirmDialog
        {...shared}
        open={asking?.about === 'owner'}
        title={messages.ownerTitle(name)}
        confirm={messages.ownerConfirm(name)}
        busy={messages.changing}
        onConfirm={() => asking?.about === 'owner' && onSetRole(asking.member.id, 'owner')}
      >
        <p>{messages.ownerHint}</p>
      </ConfirmDialog>
      <ConfirmDialog
        {...shared}
        open={asking?.about === 'leave'}
        title={messages.leaveTitle(plainName(spaceName))}
        confirm={messages.leaveConfirm}
        busy={messages.leaving}
        barred={isLastOwner}
        onConfirm={onLeave}
      >
        {isLastOwner ? (
          <p>{messages.leaveLastOwner}</p>
        ) : (
          <ul className="echo-points">
            <li>{messages.leaveStays}</li>
            <li>{messages.leaveDevices}</li>
            {members.length === 1 && <li>{messages.leaveAlone}</li>}
            {members.length > 1 && unsent && <li data-tone="danger">{messages.leaveUnsent}</li>}
          </ul>
        )}
      </ConfirmDialog>
    </Portal>
  )
}
