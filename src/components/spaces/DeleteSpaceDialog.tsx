'use client'
import type { ReactNode } from 'react'
import { useDeleteSpace } from '../../react/useDeleteSpace.ts'
import { useMembers } from '../../react/useMembers.ts'
import { usePermissions } from '../../react/usePermissions.ts'
import { useReadable } from '../../react/useReadable.ts'
import { useWithdrawn } from '../../react/useWithdrawn.ts'
import { useAnnounce } from '../basics/Announcer.tsx'
import { Button } from '../basics/Button.tsx'
import { ConfirmDialog } from '../basics/ConfirmDialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { plainName } from '../basics/plainName.ts'
import { Portal } from '../basics/Portal.tsx'
import { saveWithdrawn } from './saveWithdrawn.ts'
import { useUnseenFailure } from '../basics/useUnseenFailure.ts'
import { withdrawnCount } from './withdrawnFile.ts'
import type { CommandState } from '../../react/useCommand.ts'
import type { Space } from '../../client/echo.ts'
import type { Permissions } from '../../client/spaces/spacePermissions.ts'
import type { MemberInfo } from '../../client/states.ts'

export interface DeleteSpaceDialogProps {
  readonly space: Space
  readonly open: boolean
  readonly onClose: () => void
  /** The space is gone from this device: show something else. */
  readonly onDeleted: () => void
}

/**
 * Deletes a space from all devices of the person, after she has typed that this is meant. Who is a member among others is told to leave first; and what
 * only this person has is named, with a way to save it.
 * @example
 * <DeleteSpaceDialog space={space} open={isOpen} onClose={() => setOpen(false)} onDeleted={() => navigate('/')} />
 */
export function DeleteSpaceDialog({ space, open, onClose, onDeleted }: DeleteSpaceDialogProps): ReactNode {
  const messages = useMessages()
  const announce = useAnnounce()
  const { state, deleteSpace, reset } = useDeleteSpace(space.id, () => {
    onDeleted()
    announce(messages.deleteSpace.deleted)
  })
  const { name } = useReadable(space.info)
  const members = useMembers(space)
  const permissions = usePermissions(space)
  const withdrawn = useWithdrawn(open ? space : undefined)
  const contents = withdrawn.status === 'ready' ? withdrawn.contents : []
  useUnseenFailure({ open, about: messages.deleteSpace.title(plainName(name)), state })
  return (
    <Portal>
      <DeleteSpaceDialogView
        open={open}
        onClose={() => {
          onClose()
          reset()
        }}
        spaceName={name}
        standing={standingOf(permissions, members)}
        withdrawn={withdrawnCount(contents)}
        onSave={() => saveWithdrawn(contents, members, name, messages)}
        command={state}
        onDelete={() => deleteSpace({ confirm: 'delete this space' })}
      />
    </Portal>
  )
}

/** What the person is in a space. `shut-out`: this device alone is out; `alone`: also who was the only member, and has left. */
export type DeletersStanding = 'out' | 'shut-out' | 'alone' | 'member' | 'last-owner'

function standingOf({ role, why }: Permissions, members: readonly MemberInfo[]): DeletersStanding {
  if (members.length === 0) return 'alone'
  if (role === undefined) return members.some(({ isMe }) => isMe) ? 'shut-out' : 'out'
  if (members.length === 1) return 'alone'
  return why.leave === 'last-owner' ? 'last-owner' : 'member'
}

export interface DeleteSpaceDialogViewProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly spaceName: string
  /** Who is a member among others cannot delete it. */
  readonly standing: DeletersStanding
  /** How many changes were taken out of the space, which are kept nowhere else. */
  readonly withdrawn: number
  /** Saves them. */
  readonly onSave: () => void
  readonly command: CommandState<unknown>
  readonly onDelete: () => void
}

/** {@link DeleteSpaceDialog} in any of its states. */
export function DeleteSpaceDialogView({
  open,
  onClose,
  spaceName,
  standing,
  withdrawn,
  onSave,
  command,
  onDelete,
}: DeleteSpaceDialogViewProps): ReactNode {
  const { deleteSpace: messages, notice, common } = useMessages()
  const isBarred = standing === 'member' || standing === 'last-owner'
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={messages.title(plainName(spaceName))}
      confirm={messages.confirm}
      onConfirm={onDelete}
      busy={messages.deleting}
      word={common.deleteWord}
      barred={isBarred}
      state={command}
    >
      {isBarred ? (
        <p>{standing === 'member' ? messages.member : messages.lastOwner}</p>
      ) : (
        <>
          <ul className="echo-points">
            <li>{standing === 'shut-out' ? messages.here : messages.everywhere}</li>
            {standing === 'alone' && <li data-tone="danger">{messages.alone}</li>}
            {standing === 'out' && <li>{messages.back}</li>}
            {withdrawn > 0 && <li data-tone="danger">{messages.withdrawn(withdrawn)}</li>}
          </ul>
          {withdrawn > 0 && (
            <div className="echo-actions">
              <Button onClick={onSave}>{notice.save}</Button>
            </div>
          )}
        </>
      )}
    </ConfirmDialog>
  )
}
