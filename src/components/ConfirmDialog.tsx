'use client'
import type { ReactNode } from 'react'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { useMessages } from './EchoUiConfig.tsx'
import { ErrorNote } from './ErrorNote.tsx'
import { Waiting } from './Waiting.tsx'
import type { CommandState } from '../react/useCommand.ts'

export interface ConfirmDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly title: string
  /** What it means, before it is done. */
  readonly children: ReactNode
  /** Names the deed, with its object. */
  readonly confirm: string
  readonly onConfirm: () => void
  /** Of the command that was confirmed. */
  readonly state: CommandState<unknown>
  /** Said while it is under way. */
  readonly busy: string
  /** It cannot be done as things stand; the content says why. */
  readonly barred?: boolean
}

/** Asks before something that cannot be taken back, and shows what becomes of it. */
export function ConfirmDialog({
  open,
  onClose,
  title,
  children,
  confirm,
  onConfirm,
  state,
  busy,
  barred = false,
}: ConfirmDialogProps): ReactNode {
  const { common } = useMessages()
  return (
    <Dialog open={open} onClose={onClose} title={title} step={state.status === 'error' ? 'error' : 'asking'}>
      <div className="echo-step" data-slot="confirm" data-state={barred ? 'barred' : state.status}>
        {children}
        {state.status === 'pending' && <Waiting>{busy}</Waiting>}
        {state.status === 'error' && <ErrorNote role="alert" error={state.error} />}
        <div className="echo-actions">
          {!barred && (
            <Button variant="danger" aria-disabled={state.status === 'pending'} onClick={() => state.status !== 'pending' && onConfirm()}>
              {confirm}
            </Button>
          )}
          <Button onClick={onClose}>{barred ? common.done : state.status === 'pending' ? common.close : common.cancel}</Button>
        </div>
      </div>
    </Dialog>
  )
}
