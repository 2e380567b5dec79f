'use client'
import type { ReactNode } from 'react'
import { useMessages } from '../config/EchoUiConfig.tsx'

/** Shows a passphrase as it is typed, for who is alone with it. */
export function ShowToggle({ isShown, onShow }: { readonly isShown: boolean; readonly onShow: (isShown: boolean) => void }): ReactNode {
  const { passphrase: messages } = useMessages()
  return (
    <label className="echo-check">
      <input type="checkbox" checked={isShown} onChange={(event) => onShow(event.target.checked)} /> {messages.show}
    </label>
  )
}
