'use client'
import type { ReactNode } from 'react'
import { useMemberCommands } from '../../react/useMemberCommands.ts'
import { useMembers } from '../../react/useMembers.ts'
import { usePermissions } from '../../react/usePermissions.ts'
import { useReadable } from '../../react/useReadable.ts'
import { useSyncStatus } from '../../react/useSyncStatus.ts'
import { ConfirmDialog } from '../basics/ConfirmDialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { plainName } from '../basics/plainName.ts'
import { Portal } from '../basics/Portal.tsx'
import { useCommandEnd } from '../basics/useCommandEnd.ts'
import { useUnseenFailure } from '../basics/useUnseenFailure.ts'
import type { CommandState } from '../../react/useCommand.ts'
import type { Space } from '../../client/echo.ts'

export interface LeaveSpaceDialogProps {
  readonly space: Space
  readonly open: boolean
  /** Also when it is done. */
  readonly onClose: () => void
}

/**
 * Asks whether the person wants to leave the space with all devices, and says what it means; the last owner among others cannot, and hears why.
 * `<MemberList>` has it built in.
 * @example
 * <LeaveSpaceDialog space={space} open={leaving} onClose={() => setLeaving(false)} />
 */
export function LeaveSpaceDialog({ space, open, onClose }: LeaveSpaceDialogProps): ReactNode {
  const { members: messages } = useMessages()
  const { state, leave, reset } = useMemberCommands(space)
  const { name } = useReadable(space.info)
  const members = useMembers(space)
  const { why } = usePermissions(space)
  const sync = useSyncStatus(space)
  const close = useCommandEnd({ state, reset, onClose, said: messages.left })
  useUnseenFailure({ open, about: messages.leaveTitle(plainName(name)), state })
  return (
    <Portal>
      <LeaveSpaceDialogView
        open={open}
        onClose={close}
        spaceName={name}
        isLastOwner={why.leave === 'last-owner'}
        isAlone={members.length === 1}
        unsent={sync.status !== 'up-to-date'}
        command={state}
        onLeave={leave}
      />
    </Portal>
  )
}

export interface LeaveSpaceDialogViewProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly spaceName: string
  readonly isLastOwner: boolean
  readonly isAlone: boolean
  /** Not everything written here has reached another device. */
  readonly unsent: boolean
  readonly command: CommandState<unknown>
  readonly onLeave: () => void
}

/** {@link LeaveSpaceDialog} in any of its states. */
export function LeaveSpaceDialogView({
  open,
  onClose,
  spaceName,
  isLastOwner,
  isAlone,
  unsent,
  command,
  onLeave,
}: LeaveSpaceDialogViewProps): ReactNode {
  const { members: messages } = useMessages()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={messages.leaveTitle(plainName(spaceName))}
      confirm={messages.leaveConfirm}
      busy={messages.leaving}
      barred={isLastOwner}
      state={command}
      onConfirm={onLeave}
    >
      {isLastOwner ? (
        <p>{messages.leaveLastOwner}</p>
      ) : (
        <ul className="echo-points">
          <li>{messages.leaveStays}</li>
          <li>{messages.leaveDevices}</li>
          {isAlone && <li>{messages.leaveAlone}</li>}
          {!isAlone && unsent && <li data-tone="danger">{messages.leaveUnsent}</li>}
        </ul>
      )}
    </ConfirmDialog>
  )
}
