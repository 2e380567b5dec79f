'use client'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from './ErrorNote.tsx'
import { Waiting } from './Waiting.tsx'
import type { CommandState } from '../../react/useCommand.ts'

export interface ConfirmDialogProps extends ConfirmFormProps {
  readonly open: boolean
  readonly title: string
}

/** Asks before something that cannot be taken back, and shows what becomes of it. */
export function ConfirmDialog({ open, title, ...props }: ConfirmDialogProps): ReactNode {
  return (
    <Dialog open={open} onClose={props.onClose} title={title}>
      <ConfirmForm {...props} />
    </Dialog>
  )
}

interface ConfirmFormProps {
  readonly onClose: () => void
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
  /** Has to be typed first, in whatever case: for what destroys more than one thing. */
  readonly word?: string
}

function ConfirmForm({ onClose, children, confirm, onConfirm, state, busy, barred = false, word }: ConfirmFormProps): ReactNode {
  const { common } = useMessages()
  const [typed, setTyped] = useState('')
  const id = useId()
  const isPending = state.status === 'pending'
  const isMeant = word === undefined || typed.trim().toLocaleLowerCase() === word.toLocaleLowerCase()

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    if (isMeant && !isPending && !barred) onConfirm()
  }

  return (
    <form className="echo-step" data-slot="confirm" data-state={barred ? 'barred' : state.status} onSubmit={onSubmit}>
      {children}
      {word !== undefined && !barred && (
        <div className="echo-field">
          <label htmlFor={id}>{common.typeToConfirm(word)}</label>
          <input
            id={id}
            className="echo-input"
            value={typed}
            readOnly={isPending}
            onChange={(event) => setTyped(event.target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        </div>
      )}
      {isPending && <Waiting said>{busy}</Waiting>}
      {state.status === 'error' && <ErrorNote said="polite" error={state.error} />}
      <div className="echo-actions">
        {!barred && (
          <Button variant="danger" type="submit" disabled={!isMeant} aria-disabled={isPending}>
            {confirm}
          </Button>
        )}
        <Button onClick={onClose}>{barred ? common.done : isPending ? common.close : common.cancel}</Button>
      </div>
    </form>
  )
}
