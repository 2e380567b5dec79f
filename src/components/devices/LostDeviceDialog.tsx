'use client'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { Button } from '../basics/Button.tsx'
import { ConfirmDialog } from '../basics/ConfirmDialog.tsx'
import { Dialog } from '../basics/Dialog.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { useLoss } from '../basics/LossQuestion.tsx'
import { Portal } from '../basics/Portal.tsx'
import { Waiting } from '../basics/Waiting.tsx'
import type { CommandState } from '../../react/useCommand.ts'
import type { DeviceInfo } from '../../client/states.ts'

interface LostDeviceDialogProps {
  /** The device in question; undefined: closed. */
  readonly device: DeviceInfo | undefined
  readonly name: string
  readonly state: CommandState<unknown>
  readonly onClose: () => void
  readonly onRevoke: (device: string, phrase?: string) => void
}

/** Shuts out a lost device: after a question, and by the 24 words where this device is not the older one. */
export function LostDeviceDialog({ device, name, state, onClose, onRevoke }: LostDeviceDialogProps): ReactNode {
  const { devices: messages } = useMessages()
  // Some space may know this device as the younger one, although the list of devices does not.
  const isRefused = state.status === 'error' && state.error.code === 'not-authorised'
  const [needsPhrase, setNeedsPhrase] = useState(false)
  if (isRefused && !needsPhrase) setNeedsPhrase(true)
  const asksPhrase = device?.revocable === 'with-phrase' || needsPhrase
  const close = (): void => {
    setNeedsPhrase(false)
    onClose()
  }
  const meaning = (
    <ul className="echo-points">
      <li>{messages.lostShutOut}</li>
      <li>{messages.lostKeys}</li>
      <li>{messages.lostCopy}</li>
    </ul>
  )
  return (
    <Portal>
      <ConfirmDialog
        open={device !== undefined && !asksPhrase}
        onClose={close}
        title={messages.lostTitle(name)}
        confirm={messages.shutOut(name)}
        busy={messages.shuttingOut}
        state={state}
        onConfirm={() => device !== undefined && onRevoke(device.id)}
      >
        {meaning}
      </ConfirmDialog>
      <Dialog open={device !== undefined && asksPhrase} onClose={close} title={messages.lostTitle(name)}>
        <PhraseForm
          confirm={messages.shutOut(name)}
          state={isRefused ? { status: 'idle' } : state}
          onPhrase={(phrase) => device !== undefined && onRevoke(device.id, phrase)}
          onClose={close}
        >
          {meaning}
        </PhraseForm>
      </Dialog>
    </Portal>
  )
}

function PhraseForm({
  confirm,
  state,
  onPhrase,
  onClose,
  children,
}: {
  readonly confirm: string
  readonly state: CommandState<unknown>
  readonly onPhrase: (phrase: string) => void
  readonly onClose: () => void
  readonly children: ReactNode
}): ReactNode {
  const { devices: messages, identity, common } = useMessages()
  const [phrase, setPhrase] = useState('')
  const id = useId()
  const isBusy = state.status === 'pending'
  useLoss(phrase === '' ? undefined : common.lossTyped)
  const isReady = phrase.trim() !== '' && !isBusy

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    if (isReady) onPhrase(phrase)
  }

  return (
    <form className="echo-form" data-slot="lost-device" data-state={state.status} onSubmit={onSubmit}>
      {children}
      <div className="echo-field">
        <label htmlFor={id}>{identity.phrase}</label>
        <textarea
          id={id}
          className="echo-input"
          rows={4}
          value={phrase}
          readOnly={isBusy}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          dir="ltr"
          aria-invalid={state.status === 'error'}
          aria-describedby={`${id}hint`}
          onChange={(event) => setPhrase(event.target.value)}
        />
        <p id={`${id}hint`} className="echo-hint">
          {messages.lostPhrase}
        </p>
      </div>
      {isBusy && <Waiting said>{messages.shuttingOut}</Waiting>}
      {state.status === 'error' && <ErrorNote said="polite" error={state.error} />}
      <div className="echo-actions">
        <Button variant="danger" type="submit" aria-disabled={!isReady}>
          {confirm}
        </Button>
        <Button onClick={onClose}>{isBusy ? common.close : common.cancel}</Button>
      </div>
    </form>
  )
}
