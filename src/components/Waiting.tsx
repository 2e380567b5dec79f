'use client'
import type { ReactNode } from 'react'

/** Something goes on and takes a while: a turning mark, and what it is. */
export function Waiting({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <p className="echo-waiting" data-slot="waiting">
      <span className="echo-spinner" aria-hidden="true" />
      <span>{children}</span>
    </p>
  )
}
