import type { ReactNode } from 'react'

/** A state in a word or two, with a colour beside it. */
export function Badge({ tone, children }: { readonly tone: 'good' | 'neutral' | 'bad'; readonly children: ReactNode }): ReactNode {
  return (
    <span className="echo-devtools-badge" data-tone={tone}>
      {children}
    </span>
  )
}
