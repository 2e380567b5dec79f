'use client'
import type { ReactNode } from 'react'
import { useSaid } from './Announcer.tsx'

export interface WaitingProps {
  /** Has the nearest announcer say it: where the heading above stays what it was. */
  readonly said?: boolean
  readonly children: string
}

/** Something goes on and takes a while: a turning mark, and what it is. */
export function Waiting({ said = false, children }: WaitingProps): ReactNode {
  useSaid(said ? children : undefined)
  return (
    <p className="echo-waiting" data-slot="waiting">
      <span className="echo-spinner" aria-hidden="true" />
      <span>{children}</span>
    </p>
  )
}
