'use client'
import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react'
import type { CommandState } from '../../react/useCommand.ts'
import { minPassphraseCharacters } from '../../client/person/passphrase.ts'
import { Button } from '../basics/Button.tsx'
import { Dialog } from '../basics/Dialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { useLoss } from '../basics/LossQuestion.tsx'
import type { Messages } from '../config/messages.ts'
import { News } from '../basics/News.tsx'
import { PassphraseField } from './PassphraseField.tsx'
import { ShowToggle } from '../basics/ShowToggle.tsx'
import { Waiting } from '../basics/Waiting.tsx'

export type PassphraseCall = 'set' | 'change' | 'remove' | 'lock'

export interface PassphraseDialogViewProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly isSet: boolean
  readonly state: CommandState<PassphraseCall>
  /** `secret`: what was typed; empty where it is not asked for. */
  readonly onCall: (call: PassphraseCall, secret: { readonly current: string; readonly next: string }) => void
  /** Puts an end or an error away. */
  readonly onReset: () => void
}

type Step = 'choose' | Exclude<PassphraseCall, 'lock'>

/** {@link PassphraseDialog} in any of its states. */
export function PassphraseDialogView({ open, onClose, isSet, state, onCall, onReset }: PassphraseDialogViewProps): ReactNode {
  const { passphrase: messages, common } = useMessages()
  const [chosen, setChosen] = useState<'change' | 'remove'>()
  const isPending = state.status === 'pending'
  const isDone = state.status === 'done' && state.call !== 'lock'
  // What is being done to it stays in sight while `isSet` turns.
  const underWay = state.status === 'idle' || state.call === 'lock' ? undefined : state.call
  const step: Step = underWay ?? (isSet ? (chosen ?? 'choose') : 'set')

  function close(): void {
    setChosen(undefined)
    onClose()
  }

  function back(): void {
    setChosen(undefined)
    onReset()
  }

  return (
    <Dialog open={open} onClose={close} title={titleOf(step, messages)} step={isDone ? 'done' : step}>
      <div className="echo-step" data-slot="passphrase" data-state={state.status}>
        {isDone ? (
          <>
            <News>{state.call === 'set' ? messages.wasSet : state.call === 'change' ? messages.wasChanged : messages.wasRemoved}</News>
            <div className="echo-actions">
              <Button variant="primary" onClick={close}>
                {common.done}
              </Button>
            </div>
          </>
        ) : step === 'choose' ? (
          <>
            <p>{messages.hint}</p>
            {isPending && <Waiting said>{messages.locking}</Waiting>}
            {state.status === 'error' && <ErrorNote said="polite" error={state.error} />}
            <div className="echo-actions">
              <Button variant="primary" aria-disabled={isPending} onClick={() => isPending || onCall('lock', { current: '', next: '' })}>
                {messages.lock}
              </Button>
              <Button onClick={() => setChosen('change')}>{messages.change}</Button>
              <Button onClick={() => setChosen('remove')}>{messages.remove}</Button>
            </div>
          </>
        ) : (
          <PassphraseForm key={step} step={step} state={state} onCall={onCall} onCancel={step === 'set' ? close : back} />
        )}
      </div>
    </Dialog>
  )
}

interface PassphraseFormProps extends Pick<PassphraseDialogViewProps, 'state' | 'onCall'> {
  readonly step: Exclude<Step, 'choose'>
  readonly onCancel: () => void
}

function PassphraseForm({ step, state, onCall, onCancel }: PassphraseFormProps): ReactNode {
  const { passphrase: messages, common } = useMessages()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [isShown, setShown] = useState(false)
  const [fault, setFault] = useState<'short' | 'not-same'>()
  const currentField = useRef<HTMLInputElement>(null)
  const nextField = useRef<HTMLInputElement>(null)
  const againField = useRef<HTMLInputElement>(null)
  const error = state.status === 'error' ? state.error : undefined
  const isBusy = state.status === 'pending'
  useEffect(() => {
    if (error?.code === 'bad-passphrase') currentField.current?.select()
  }, [error])
  useLoss(`${current}${next}${again}` === '' ? undefined : common.lossTyped)
  const asksCurrent = step !== 'set'
  const asksNext = step !== 'remove'

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    if (isBusy) return
    const found = !asksNext ? undefined : [...next].length < minPassphraseCharacters ? 'short' : next !== again ? 'not-same' : undefined
    setFault(found)
    if (found === 'short') nextField.current?.focus()
    else if (found === 'not-same') againField.current?.focus()
    else onCall(step, { current, next })
  }

  return (
    <form className="echo-form" onSubmit={onSubmit}>
      <p>{step === 'set' ? messages.setHint : step === 'remove' ? messages.removeHint : undefined}</p>
      {asksNext && <p className="echo-hint">{messages.setWarning}</p>}
      {asksCurrent && (
        <PassphraseField
          ref={currentField}
          label={messages.current}
          value={current}
          onValue={setCurrent}
          fault={error?.code === 'bad-passphrase' ? messages.wrong : undefined}
          isShown={isShown}
          kind="current"
        />
      )}
      {asksNext && (
        <>
          <PassphraseField
            ref={nextField}
            label={messages.next}
            value={next}
            onValue={setNext}
            fault={fault === 'short' ? messages.tooShort(minPassphraseCharacters) : undefined}
            isShown={isShown}
            kind="new"
          />
          <PassphraseField
            ref={againField}
            label={messages.again}
            value={again}
            onValue={setAgain}
            fault={fault === 'not-same' ? messages.notSame : undefined}
            isShown={isShown}
            kind="new"
          />
        </>
      )}
      <ShowToggle isShown={isShown} onShow={setShown} />
      {error !== undefined && error.code !== 'bad-passphrase' && <ErrorNote said="polite" error={error} />}
      {isBusy && <Waiting said>{step === 'set' ? messages.setting : step === 'change' ? messages.changing : messages.removing}</Waiting>}
      <div className="echo-actions">
        <Button variant={step === 'remove' ? 'danger' : 'primary'} type="submit" aria-disabled={isBusy}>
          {step === 'set' ? messages.set : step === 'change' ? messages.change : messages.remove}
        </Button>
        <Button onClick={onCancel}>{common.cancel}</Button>
      </div>
    </form>
  )
}

function titleOf(step: Step, messages: Messages['passphrase']): string {
  switch (step) {
    case 'choose':
      return messages.title
    case 'set':
      return messages.setTitle
    case 'change':
      return messages.changeTitle
    case 'remove':
      return messages.removeTitle
  }
}
