'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'

/**
 * What the text of an item says, without formatting, live: the first 20,000 characters of it. For lists of texts and previews, since it opens no document that
 * was read before and has not changed; a text that is open is followed. Undefined until it is known, and for an undefined space or id. Where a line is enough,
 * `item.$.excerpt` costs less.
 * @throws EchoError no-provider
 * @example
 * const content = useTextContent(space, note.id)
 * return <p>{content ?? '…'}</p>
 */
export function useTextContent(space: Space | undefined, id: string | undefined): string | undefined {
  useEcho()
  const content = useMemo(() => (id === undefined ? undefined : space?.textContent(id)), [space, id])
  return useReadable(content)
}
