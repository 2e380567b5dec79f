'use client'
import { useState, type ReactNode } from 'react'
import { Button, type ButtonProps } from '../basics/Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { PassphraseDialog } from './PassphraseDialog.tsx'

/**
 * Opens what can be done about the passphrase of this device.
 * @example
 * <PassphraseButton variant="quiet" />
 */
export function PassphraseButton(props: Omit<ButtonProps, 'children' | 'onClick'>): ReactNode {
  const { passphrase: messages } = useMessages()
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button {...props} onClick={() => setOpen(true)}>
        {messages.button}
      </Button>
      <PassphraseDialog open={open} onClose={() => setOpen(false)} />
    </>
  )
}
