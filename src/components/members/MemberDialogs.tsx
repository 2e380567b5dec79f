'use client'
import type { ReactNode } from 'react'
import { ConfirmDialog } from '../basics/ConfirmDialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { LeaveSpaceDialogView } from './LeaveSpaceDialog.tsx'
import { plainName } from '../basics/plainName.ts'
import { Portal } from '../basics/Portal.tsx'
import { RemoveMemberDialogView } from './RemoveMemberDialog.tsx'
import type { MemberQuestion } from './useMemberDialog.ts'
import type { CommandState } from '../../react/useCommand.ts'
import type { MemberCall } from '../../react/useMemberCommands.ts'
import type { Role } from '../../access/membershipLog.ts'
import type { MemberInfo } from '../../client/states.ts'

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
  const name = asking !== undefined && 'member' in asking ? plainName(asking.member.name) || messages.unnamed : ''
  return (
    <Portal>
      <RemoveMemberDialogView
        member={asking?.about === 'remove' ? asking.member : undefined}
        onClose={onClose}
        command={command}
        onRemove={onRemove}
      />
      <ConfirmDialog
        onClose={onClose}
        state={command}
        open={asking?.about === 'owner'}
        title={messages.ownerTitle(name)}
        confirm={messages.ownerConfirm(name)}
        busy={messages.changing}
        onConfirm={() => asking?.about === 'owner' && onSetRole(asking.member.id, 'owner')}
      >
        <p>{messages.ownerHint}</p>
      </ConfirmDialog>
      <LeaveSpaceDialogView
        open={asking?.about === 'leave'}
        onClose={onClose}
        spaceName={spaceName}
        isLastOwner={isLastOwner}
        isAlone={members.length === 1}
        unsent={unsent}
        command={command}
        onLeave={onLeave}
      />
    </Portal>
  )
}
