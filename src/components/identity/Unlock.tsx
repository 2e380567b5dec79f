'use client'
import { useCallback, useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react'
import { useCommand, type CommandState } from '../../react/useCommand.ts'
import { usePassphrase } from '../../react/usePassphrase.ts'
import { Button } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { PassphraseField } from './PassphraseField.tsx'
import { ShowToggle } from '../basics/ShowToggle.tsx'
import { SignOutDialog } from './SignOutDialog.tsx'
import { Waiting } from '../basics/Waiting.tsx'

/** Asks for the passphrase of a locked device, and offers a way on to who has forgotten it. {@link IdentityGate} shows it. */
export function Unlock(): ReactNode {
  const { unlock } = usePassphrase()
  const { state, run } = useCommand<'unlock', string>(useCallback((_call, passphrase = '') => unlock(passphrase), [unlock]))
  const [erasing, setErasing] = useState(false)
  return (
    <>
      <UnlockView state={state} onUnlock={(passphrase) => run('unlock', passphrase)} onForgot={() => setErasing(true)} />
      <SignOutDialog open={erasing} onClose={() => setErasing(false)} onErased={() => location.reload()} />
    </>
  )
}

export interface UnlockViewProps {
  readonly state: CommandState<'unlock'>
  readonly onUnlock: (passphrase: string) => void
  readonly onForgot: () => void
}

/** {@link Unlock} in any of its states. */
export function UnlockView({ state, onUnlock, onForgot }: UnlockViewProps): ReactNode {
  const { passphrase: messages } = useMessages()
  const [typed, setTyped] = useState('')
  const [isShown, setShown] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const error = state.status === 'error' ? state.error : undefined
  const isBusy = state.status === 'pending'
  useEffect(() => {
    if (error?.code === 'bad-passphrase') field.current?.select()
  }, [error])

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    if (typed !== '' && !isBusy) onUnlock(typed)
  }

  return (
    <div className="echo-card" data-slot="unlock" data-state={state.status}>
      <h1>{messages.lockedTitle}</h1>
      <p className="echo-hint">{messages.lockedHint}</p>
      <form className="echo-form" onSubmit={onSubmit}>
        <PassphraseField
          ref={field}
          label={messages.field}
          value={typed}
          onValue={setTyped}
          fault={error?.code === 'bad-passphrase' ? messages.wrong : undefined}
          isShown={isShown}
          kind="current"
        />
        <ShowToggle isShown={isShown} onShow={setShown} />
        {error !== undefined && error.code !== 'bad-passphrase' && <ErrorNote said="polite" error={error} />}
        {isBusy && <Waiting>{messages.unlocking}</Waiting>}
        <div className="echo-actions">
          <Button variant="primary" type="submit" disabled={typed === ''} aria-disabled={isBusy}>
            {messages.unlock}
          </Button>
          <Button variant="quiet" onClick={onForgot}>
            {messages.forgot}
          </Button>
        </div>
      </form>
    </div>
  )
}
