'use client'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { useIdentity } from '../react/useIdentity.ts'
import { EchoError } from '../shared/echoError.ts'
import { Button } from './Button.tsx'
import { Dialog } from './Dialog.tsx'
import { useMessages } from './EchoUiConfig.tsx'
import { ErrorNote } from './ErrorNote.tsx'
import { Waiting } from './Waiting.tsx'

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
 * <SignOutDialog open={open} onClose={() => setOpen(false)} onErased={() => location.reload()} />
 */
export function SignOutDialog({ open, onClose, onErased }: SignOutDialogProps): ReactNode {
  const identity = useIdentity()
  const [state, setState] = useState<SignOutState>({ status: 'asking' })
  const erase = (): void => {
    setState({ status: 'erasing' })
    identity
      .signOut({ confirm: 'erase this device' })
      .then(onErased, (error: unknown) => setState({ status: 'error', error: asError(error) }))
  }
  return <SignOutDialogView open={open} onClose={onClose} state={state} wordsUnsaved={identity.status === 'unsaved'} onErase={erase} />
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
  const [typed, setTyped] = useState('')
  const id = useId()
  const isMeant = typed.trim().toLocaleLowerCase() === messages.word.toLocaleLowerCase()

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    if (isMeant && state.status !== 'erasing') onErase()
  }

  return (
    <Dialog open={open} onClose={onClose} title={messages.title} step={state.status}>
      <form className="echo-form" data-slot="sign-out" data-state={state.status} onSubmit={onSubmit}>
        <p>{messages.warning}</p>
        {wordsUnsaved && <p className="echo-field-error">{messages.wordsUnsaved}</p>}
        <div className="echo-field">
          <label htmlFor={id}>{messages.typeToConfirm(messages.word)}</label>
          <input id={id} className="echo-input" value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
        </div>
        {state.status === 'erasing' && <Waiting>{messages.erasing}</Waiting>}
        {state.status === 'error' && <ErrorNote role="alert" error={state.error} />}
        <div className="echo-actions">
          <Button variant="primary" type="submit" disabled={!isMeant || state.status === 'erasing'}>
            {messages.erase}
          </Button>
          <Button onClick={onClose}>{common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}

function asError(error: unknown): EchoError {
  return error instanceof EchoError
    ? error
    : new EchoError('storage-unavailable', 'Not everything could be deleted. See the cause; the next start goes on with it.', {
        cause: error,
      })
}
