'use client'
import { useCallback, useState } from 'react'
import { useFlow } from './useFlow.ts'

/** What follows a link, and a way to another one. */
export interface LinkFlow<Flow> {
  readonly flow: Flow | undefined
  /** The link that is followed. */
  readonly link: string | undefined
  /** Begins with another link, or again with the same; undefined ends what was begun. */
  readonly open: (link: string | undefined) => void
}

/**
 * Follows the link that is given, or one that was opened by hand since.
 * @param begin the same function as long as the same flow is meant.
 */
export function useLinkFlow<Flow extends { dispose(): void }>(given: string | undefined, begin: (link: string) => Flow): LinkFlow<Flow> {
  const [target, setTarget] = useState({ link: given, given })
  // A new link from outside wins over what was opened by hand before.
  if (target.given !== given) setTarget({ link: given, given })
  // By the object, not by its link: who opens a link again begins again.
  const follow = useCallback(({ link }: { readonly link: string | undefined }) => begin(link!), [begin])
  const flow = useFlow(follow, target.link === undefined ? undefined : target)
  const open = useCallback((link: string | undefined) => setTarget((before) => ({ link, given: before.given })), [])
  return { flow, link: target.link, open }
}
