'use client'
import { useCallback, type ReactNode } from 'react'
import { useCommand } from '../../react/useCommand.ts'
import { usePassphrase } from '../../react/usePassphrase.ts'
import { PassphraseDialogView, type PassphraseCall } from './PassphraseDialogView.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { Portal } from '../basics/Portal.tsx'
import { useUnseenFailure } from '../basics/useUnseenFailure.ts'

export interface PassphraseDialogProps {
  readonly open: boolean
  readonly onClose: () => void
}

/**
 * Sets a passphrase for this device, or locks it, changes or removes it.
 * @example
 * <PassphraseDialog open={isOpen} onClose={() => setOpen(false)} />
 */
export function PassphraseDialog({ open, onClose }: PassphraseDialogProps): ReactNode {
  const { passphrase: messages } = useMessages()
  const { status, set, change, remove, lock } = usePassphrase()
  const perform = useCallback(
    (call: PassphraseCall, { current, next } = { current: '', next: '' }) => {
      switch (call) {
        case 'set':
          return set(next)
        case 'change':
          return change(current, next)
        case 'remove':
          return remove(current)
        case 'lock':
          return lock()
      }
    },
    [set, change, remove, lock],
  )
  const { state, run, reset } = useCommand<PassphraseCall, { readonly current: string; readonly next: string }>(perform)
  useUnseenFailure({ open, about: messages.button, state })
  function close(): void {
    reset()
    onClose()
  }
  return (
    <Portal>
      <PassphraseDialogView open={open} onClose={close} isSet={status !== 'off'} state={state} onCall={run} onReset={reset} />
    </Portal>
  )
}
