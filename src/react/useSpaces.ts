'use client'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { SpaceInfo } from '../client/states.ts'

/**
 * The spaces of this device, by name.
 * @throws EchoError no-provider
 * @example
 * const spaces = useSpaces()
 * return <ul>{spaces.map((space) => <li key={space.id}>{space.name}</li>)}</ul>
 */
export function useSpaces(): readonly SpaceInfo[] {
  return useReadable(useEcho().spaces.list)
}
