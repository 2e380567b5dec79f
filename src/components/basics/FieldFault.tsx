'use client'
import type { ReactNode } from 'react'
import { useSaid } from './Announcer.tsx'

export interface FieldFaultProps {
  /** For the field's `aria-describedby`. */
  readonly id: string
  /** Interrupts what is being read. */
  readonly urgent?: boolean
  readonly children: string
}

/** What is wrong with a field, below it; said when it comes up. */
export function FieldFault({ id, urgent = false, children }: FieldFaultProps): ReactNode {
  const role = useSaid(children, urgent ? 'assertive' : 'polite')
  return (
    <p id={id} className="echo-field-error" role={role}>
      {children}
    </p>
  )
}
