'use client'
import { useId, type ComponentProps, type ReactNode } from 'react'
import { FieldFault } from '../basics/FieldFault.tsx'

export interface PassphraseFieldProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange'> {
  readonly label: string
  readonly value: string
  readonly onValue: (value: string) => void
  /** What is wrong with it. */
  readonly fault: string | undefined
  readonly isShown: boolean
  /** `new` lets a password manager propose one. */
  readonly kind: 'current' | 'new'
}

/** One field for a passphrase, with what is wrong with it below. */
export function PassphraseField({ label, value, onValue, fault, isShown, kind, ...props }: PassphraseFieldProps): ReactNode {
  const id = useId()
  return (
    <div className="echo-field">
      <label htmlFor={id}>{label}</label>
      <input
        {...props}
        id={id}
        className="echo-input"
        type={isShown ? 'text' : 'password'}
        value={value}
        onChange={(event) => onValue(event.target.value)}
        autoComplete={`${kind}-password`}
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : `${id}fault`}
      />
      {fault !== undefined && (
        <FieldFault id={`${id}fault`} urgent={kind === 'current'}>
          {fault}
        </FieldFault>
      )}
    </div>
  )
}
