'use client'
import { useId, useState, type ReactNode } from 'react'
import { Button } from './Button.tsx'
import { useMessages } from './EchoUiConfig.tsx'
import type { GuestTexts } from './messages.ts'

/** Asks for an invitation link. */
export function JoinLinkForm({
  texts,
  onLink,
  onClose,
}: {
  readonly texts: GuestTexts
  readonly onLink: (link: string) => void
  readonly onClose: () => void
}): ReactNode {
  const { common } = useMessages()
  const [link, setLink] = useState('')
  const id = useId()
  const trimmed = link.trim()
  return (
    <form
      className="echo-form"
      data-slot="join-link-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (trimmed !== '') onLink(trimmed)
      }}
    >
      <div className="echo-field">
        <label htmlFor={id}>{texts.link}</label>
        <input
          id={id}
          className="echo-input"
          type="url"
          inputMode="url"
          dir="ltr"
          value={link}
          onChange={(event) => setLink(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}hint`}
        />
        <p id={`${id}hint`} className="echo-hint">
          {texts.hint}
        </p>
      </div>
      <div className="echo-actions">
        <Button variant="primary" type="submit" disabled={trimmed === ''}>
          {texts.continue}
        </Button>
        <Button onClick={onClose}>{common.cancel}</Button>
      </div>
    </form>
  )
}
