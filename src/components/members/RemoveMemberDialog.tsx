'use client'
import type { ReactNode } from 'react'
import { useMemberCommands } from '../../react/useMemberCommands.ts'
import { ConfirmDialog } from '../basics/ConfirmDialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { plainName } from '../basics/plainName.ts'
import { Portal } from '../basics/Portal.tsx'
import { useCommandEnd } from '../basics/useCommandEnd.ts'
import { useUnseenFailure } from '../basics/useUnseenFailure.ts'
import type { CommandState } from '../../react/useCommand.ts'
import type { Space } from '../../client/echo.ts'
import type { MemberInfo } from '../../client/states.ts'

export interface RemoveMemberDialogProps {
  readonly space: Space
  /** Whom to ask about; undefined: closed. */
  readonly member: MemberInfo | undefined
  /** Also when it is done. */
  readonly onClose: () => void
}

/**
 * Asks whether a member is to be removed, and says what it means; `<MemberList>` has it built in.
 * @example
 * <RemoveMemberDialog space={space} member={chosen} onClose={() => setChosen(undefined)} />
 */
export function RemoveMemberDialog({ space, member, onClose }: RemoveMemberDialogProps): ReactNode {
  const { members: messages } = useMessages()
  const { state, remove, reset } = useMemberCommands(space)
  const name = plainName(member?.name ?? '') || messages.unnamed
  const close = useCommandEnd({ state, reset, onClose, said: messages.removed(name) })
  useUnseenFailure({ open: member !== undefined, about: messages.removeTitle(name), state })
  return (
    <Portal>
      <RemoveMemberDialogView member={member} onClose={close} command={state} onRemove={remove} />
    </Portal>
  )
}

export interface RemoveMemberDialogViewProps {
  readonly member: MemberInfo | undefined
  readonly onClose: () => void
  readonly command: CommandState<unknown>
  readonly onRemove: (member: string) => void
}

/** {@link RemoveMemberDialog} in any of its states. */
export function RemoveMemberDialogView({ member, onClose, command, onRemove }: RemoveMemberDialogViewProps): ReactNode {
  const { members: messages } = useMessages()
  const name = plainName(member?.name ?? '') || messages.unnamed
  return (
    <ConfirmDialog
      open={member !== undefined}
      onClose={onClose}
      title={messages.removeTitle(name)}
      confirm={messages.removeNamed(name)}
      busy={messages.removing}
      state={command}
      onConfirm={() => member !== undefined && onRemove(member.id)}
    >
      <ul className="echo-points">
        <li>{messages.removeReads}</li>
        <li>{messages.removeDevices}</li>
        <li>{messages.removeKeys}</li>
        <li>{messages.removeStays}</li>
      </ul>
    </ConfirmDialog>
  )
}
