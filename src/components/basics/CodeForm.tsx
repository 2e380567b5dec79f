'use client'
import { useId, useRef, useState, type ReactNode } from 'react'
import { useSaid } from './Announcer.tsx'
import { Button } from './Button.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import type { GuestTexts } from '../config/messages.ts'

export interface CodeFormProps {
  readonly texts: GuestTexts
  /** Present after a wrong code: how many tries are left. */
  readonly wrong: boolean
  readonly attemptsLeft: number
  readonly isChecking: boolean
  readonly onSubmit: (code: string) => void
  readonly onCancel: () => void
}

/** Asks for the six digits of an invitation: one input, into which a code may be pasted with spaces or dashes. */
export function CodeForm({ texts, wrong, attemptsLeft, isChecking, onSubmit, onCancel }: CodeFormProps): ReactNode {
  const { common } = useMessages()
  const [code, setCode] = useState('')
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  useSaid(wrong && !isChecking ? texts.wrongCode(attemptsLeft) : undefined, 'assertive')
  useSaid(isChecking ? texts.checking : undefined)
  return (
    <form
      className="echo-form"
      data-slot="code-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (code.length !== 6 || isChecking) return
        // The button takes no press while the code is checked, and would drop the focus; the next code is typed here, too.
        input.current?.focus()
        onSubmit(code)
        setCode('')
      }}
    >
      <div className="echo-field">
        <label htmlFor={id}>{texts.code}</label>
        <input
          id={id}
          ref={input}
          className="echo-input echo-code"
          inputMode="numeric"
          autoComplete="one-time-code"
          dir="ltr"
          value={code}
          readOnly={isChecking}
          aria-invalid={wrong && !isChecking}
          aria-describedby={`${id}hint`}
          onChange={(event) => setCode(event.target.value.replace(/\D/g, '').slice(0, 6))}
        />
        <p id={`${id}hint`} className={wrong ? 'echo-field-error' : 'echo-hint'}>
          {wrong ? texts.wrongCode(attemptsLeft) : texts.codeHint}
        </p>
      </div>
      <div className="echo-actions">
        <Button variant="primary" type="submit" disabled={code.length !== 6 || isChecking}>
          {isChecking ? texts.checking : texts.continue}
        </Button>
        <Button onClick={onCancel}>{common.cancel}</Button>
      </div>
    </form>
  )
}
