'use client'
import { useRef, useState, type ReactNode } from 'react'
import { useSaid } from '../basics/Announcer.tsx'
import { AuthCodeInput } from './AuthCodeInput.tsx'
import { Button } from '../basics/Button.tsx'
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

/** Asks for the six digits of an invitation. */
export function CodeForm({ texts, wrong, attemptsLeft, isChecking, onSubmit, onCancel }: CodeFormProps): ReactNode {
  const { common } = useMessages()
  const [code, setCode] = useState('')
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
      <AuthCodeInput
        label={texts.code}
        hint={texts.codeHint}
        error={wrong && !isChecking ? texts.wrongCode(attemptsLeft) : undefined}
        ref={input}
        value={code}
        readOnly={isChecking}
        onChange={setCode}
      />
      <div className="echo-actions">
        <Button variant="primary" type="submit" disabled={code.length !== 6 || isChecking}>
          {isChecking ? texts.checking : texts.continue}
        </Button>
        <Button onClick={onCancel}>{common.cancel}</Button>
      </div>
    </form>
  )
}
