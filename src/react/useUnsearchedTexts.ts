'use client'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'

/**
 * How many texts are still to be read before the searches of a space find all that texts say; 0 when what they find is complete, which it is at once where no
 * text is searched. Undefined for an undefined space.
 * @throws EchoError no-provider
 * @example
 * const found = useQuery(space, query(Note).search(input).limit(20))
 * const left = useUnsearchedTexts(space)
 * return <p>{found.length} found{left > 0 && `, ${left} texts to look into`}</p>
 */
export function useUnsearchedTexts(space: Space): number
export function useUnsearchedTexts(space: Space | undefined): number | undefined
export function useUnsearchedTexts(space: Space | undefined): number | undefined {
  useEcho()
  return useReadable(space?.unsearchedTexts)
}
