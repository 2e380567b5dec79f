'use client'
import type { ReactNode } from 'react'
import { useSaid } from './Announcer.tsx'

/** What comes up while the rest stays, and is read out when it does. */
export function News({ children }: { readonly children: string }): ReactNode {
  useSaid(children)
  return <p>{children}</p>
}
