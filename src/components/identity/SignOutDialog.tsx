'use client'
import { useState, type ReactNode } from 'react'
import { useIdentity } from '../../react/useIdentity.ts'
import { asEchoError, type EchoError } from '../../shared/echoError.ts'
import { ConfirmDialog } from '../basics/ConfirmDialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { Portal } from '../basics/Portal.tsx'
import { useUnseenFailure } from '../basics/useUnseenFailure.ts'
import type { CommandState } from '../../react/useCommand.ts'

export type SignOutState =
  | { readonly status: 'asking' }
  | { readonly status: 'erasing' }
  | { readonly status: 'error'; readonly error: EchoError }

export interface SignOutDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  /** Everything is deleted: load the page anew. */
  readonly onErased: () => void
}

/**
 * Signs out of this device: deletes everything on it, after the person has typed that this is meant.
 * @example
 * <SignOutDialog open={isOpen} onClose={() => setOpen(false)} onErased={() => location.reload()} />
 */
export function SignOutDialog({ open, onClose, onErased }: SignOutDialogProps): ReactNode {
  const identity = useIdentity()
  const { signOut: messages } = useMessages()
  const [state, setState] = useState<SignOutState>({ status: 'asking' })
  const erase = (): void => {
    setState({ status: 'erasing' })
    identity
      .signOut({ confirm: 'erase this device' })
      .then(onErased, (error: unknown) => setState({ status: 'error', error: asError(error) }))
  }
  function close(): void {
    // How it ended last time is no news.
    if (state.status === 'error') setState({ status: 'asking' })
    onClose()
  }
  useUnseenFailure({ open, about: messages.title, state: commandOf(state) })
  return (
    <Portal>
      <SignOutDialogView open={open} onClose={close} state={state} wordsUnsaved={identity.status === 'unsaved'} onErase={erase} />
    </Portal>
  )
}

export interface SignOutDialogViewProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly state: SignOutState
  /** The recovery words were not written down: without another device the person is lost. */
  readonly wordsUnsaved: boolean
  readonly onErase: () => void
}

/** {@link SignOutDialog} in any of its states. */
export function SignOutDialogView({ open, onClose, state, wordsUnsaved, onErase }: SignOutDialogViewProps): ReactNode {
  const { signOut: messages, common } = useMessages()
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={messages.title}
      confirm={messages.erase}
      onConfirm={onErase}
      busy={messages.erasing}
      word={common.deleteWord}
      state={commandOf(state)}
    >
      <p>{messages.warning}</p>
      {wordsUnsaved && <p className="echo-field-error">{messages.wordsUnsaved}</p>}
    </ConfirmDialog>
  )
}

function commandOf(state: SignOutState): CommandState<undefined> {
  if (state.status === 'asking') return { status: 'idle' }
  return state.status === 'erasing' ? { status: 'pending', call: undefined } : { ...state, call: undefined }
}

function asError(error: unknown): EchoError {
  return asEchoError(error, 'storage-unavailable', 'Not everything could be deleted. See the cause; the next start goes on with it.')
}
