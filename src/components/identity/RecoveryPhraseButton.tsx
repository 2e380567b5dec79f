'use client'
import { useState, type ReactNode } from 'react'
import { useIdentity } from '../../react/useIdentity.ts'
import { Button, type ButtonProps } from '../basics/Button.tsx'
import { Portal } from '../basics/Portal.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { RecoveryPhraseDialog } from './RecoveryPhraseDialog.tsx'
import { useRecoveryPhrase } from './useRecoveryPhrase.ts'

/**
 * Shows the 24 words again, for an account page. Shows nothing while nobody is here.
 * @example
 * <RecoveryPhraseButton />
 */
export function RecoveryPhraseButton(props: Omit<ButtonProps, 'children' | 'onClick'>): ReactNode {
  const { status } = useIdentity()
  const { phrase: messages } = useMessages()
  const [open, setOpen] = useState(false)
  const dialog = useRecoveryPhrase(() => setOpen(false))
  if (status !== 'ready' && status !== 'unsaved') return null
  return (
    <>
      <Button {...props} onClick={() => setOpen(true)}>
        {messages.title}
      </Button>
      <Portal>
        <RecoveryPhraseDialog {...dialog} open={open} />
      </Portal>
    </>
  )
}
