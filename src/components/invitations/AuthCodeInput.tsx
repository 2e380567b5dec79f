'use client'
import { useId, type ComponentProps, type ReactNode } from 'react'
import { classNames } from '../basics/classNames.ts'

export interface AuthCodeInputProps extends Omit<ComponentProps<'input'>, 'type' | 'value' | 'defaultValue' | 'onChange' | 'pattern'> {
  /** Names the field. */
  readonly label: string
  /** The digits so far. */
  readonly value: string
  /** Called with digits alone, at most `length` of them. */
  readonly onChange: (code: string) => void
  /** How many digits a code has; six by default. */
  readonly length?: number
  /** Below the field while nothing is wrong. */
  readonly hint?: string
  /** What was wrong with the last code, in the place of the hint. */
  readonly error?: string | undefined
}

/**
 * Takes a code of digits: one real input, into which a code may be pasted with spaces or dashes. A whole code is not sent by itself, for whoever
 * mistyped it would lose a try.
 * @example
 * <AuthCodeInput label="Code" value={code} onChange={setCode} error={isWrong ? 'That was another code. 2 tries left.' : undefined} />
 */
export function AuthCodeInput({ label, value, onChange, length = 6, hint, error, className, ...native }: AuthCodeInputProps): ReactNode {
  const ownId = useId()
  const id = native.id ?? ownId
  const note = error ?? hint
  const noteId = `${id}note`
  return (
    <div className="echo-field" data-slot="code-input">
      <label htmlFor={id}>{label}</label>
      <input
        inputMode="numeric"
        autoComplete="one-time-code"
        dir="ltr"
        {...native}
        id={id}
        className={classNames('echo-input', 'echo-code', className)}
        type="text"
        value={value}
        aria-invalid={error !== undefined}
        aria-describedby={classNames(native['aria-describedby'], note !== undefined && noteId) || undefined}
        onChange={(event) => onChange(event.target.value.replace(/\D/g, '').slice(0, length))}
      />
      {note !== undefined && (
        <p id={noteId} className={error === undefined ? 'echo-hint' : 'echo-field-error'}>
          {note}
        </p>
      )}
    </div>
  )
}
