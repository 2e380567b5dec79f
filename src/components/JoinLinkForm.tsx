'use client'
import { useId, useState, type ReactNode } from 'react'
import { Button } from './Button.tsx'
import { useMessages } from './EchoUiConfig.tsx'

/** Asks for an invitation link. */
export function JoinLinkForm({ onLink, onClose }: { readonly onLink: (link: string) => void; readonly onClose: () => void }): ReactNode {
  const { join, common } = useMessages()
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
        <label htmlFor={id}>{join.link}</label>
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
          {join.hint}
        </p>
      </div>
      <div className="echo-actions">
        <Button variant="primary" type="submit" disabled={trimmed === ''}>
          {join.continue}
        </Button>
        <Button onClick={onClose}>{common.cancel}</Button>
      </div>
    </form>
  )
}
