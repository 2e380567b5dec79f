'use client'
import { createContext, use, useCallback, useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react'

/** Says something to screen readers. Assertive interrupts: only for a wrong code, an insecure peer, a removal. */
export type Announce = (text: string, priority?: 'polite' | 'assertive') => void

/** Screen readers take words up at once. Who comes by the region later should not meet old news. */
const keptMs = 10_000

const AnnounceContext = createContext<Announce | undefined>(undefined)

/** Where nobody listens, what happens is only seen. */
const unheard: Announce = () => {}

/**
 * One live region for everything below it. A modal dialog has its own, because everything outside of it is inert while it is open.
 * The region is there before its text is: a region that comes with its text is not read. What was said stays for ten seconds.
 */
export function Announcer({ children }: { readonly children?: ReactNode }): ReactNode {
  const [said, say] = useState({ polite: '', assertive: '', count: 0 })
  /** The count of what is in the page. */
  const shown = useRef(0)
  useLayoutEffect(() => {
    shown.current = said.count
  }, [said.count])
  const region = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const timer = setTimeout(() => {
      // By hand, as nothing is to be rendered for it; what is said next differs from what React knows here, so it is written.
      for (const part of region.current?.children ?? []) part.textContent = ''
    }, keptMs)
    return () => clearTimeout(timer)
  }, [said.count])
  const announce = useCallback<Announce>((text, priority = 'polite') => {
    say((before) => {
      // What is said in the same moment, as a step's heading and its deadline are, is read together: else the last would hush the others.
      const heard = before.count === shown.current ? { polite: '', assertive: '' } : before
      if (heard[priority].includes(text)) return before
      // The same sentence twice is read twice only where the text differs.
      const next = before.count % 2 === 0 ? text : `${text}\u00A0`
      return { ...heard, [priority]: [heard[priority], next].filter(Boolean).join(' '), count: before.count + 1 }
    })
  }, [])
  return (
    <AnnounceContext value={announce}>
      {children}
      <div ref={region} className="echo-visually-hidden" data-slot="announcer">
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

/**
 * Says a text when it comes up, and another one when it changes to that; undefined says nothing.
 * @param cause where the same text may come again for another reason, that reason
 * @returns the role that its element needs where no announcer listens: a browser then reads it by itself
 */
export function useSaid(text: string | undefined, priority: 'polite' | 'assertive' = 'polite', cause?: unknown): 'alert' | undefined {
  const announce = use(AnnounceContext)
  useEffect(() => {
    if (text !== undefined) announce?.(text, priority)
  }, [announce, cause, priority, text])
  return text !== undefined && announce === undefined ? 'alert' : undefined
}
