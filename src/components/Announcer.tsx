'use client'
import { createContext, use, useCallback, useState, type ReactNode } from 'react'

/** Says something to screen readers. Assertive interrupts: only for a wrong code, an insecure peer, a removal. */
export type Announce = (text: string, priority?: 'polite' | 'assertive') => void

const AnnounceContext = createContext<Announce | undefined>(undefined)

/** Where nobody listens, what happens is only seen. */
const unheard: Announce = () => {}

/**
 * One live region for everything below it. A modal dialog has its own, because everything outside of it is inert while it is open.
 * The region is there before its text is: a region that comes with its text is not read.
 */
export function Announcer({ children }: { readonly children?: ReactNode }): ReactNode {
  const [said, say] = useState({ polite: '', assertive: '', count: 0 })
  const announce = useCallback<Announce>((text, priority = 'polite') => {
    // The same sentence twice is read twice only where the text differs.
    say(({ count }) => ({ polite: '', assertive: '', [priority]: count % 2 === 0 ? text : `${text}\u00A0`, count: count + 1 }))
  }, [])
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="echo-visually-hidden" data-slot="announcer">
        <output>{said.polite}</output>
        <div role="alert">{said.assertive}</div>
      </div>
    </AnnounceContext>
  )
}

/** The nearest {@link Announcer}; without one, announcements are dropped. */
export function useAnnounce(): Announce {
  return use(AnnounceContext) ?? unheard
}
