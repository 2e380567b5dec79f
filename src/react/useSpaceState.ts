'use client'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { SpaceState } from '../client/states.ts'

/**
 * How far a space is (opening, first sync with progress, ready …). Never suspends and never opens one. Undefined for an undefined id.
 * @throws EchoError no-provider
 * @example
 * const state = useSpaceState(spaceId)
 * if (state?.status === 'first-sync') return <progress value={state.progress} />
 */
export function useSpaceState(id: string): SpaceState
export function useSpaceState(id: string | undefined): SpaceState | undefined
export function useSpaceState(id: string | undefined): SpaceState | undefined {
  const { spaces } = useEcho()
  return useReadable(id === undefined ? undefined : spaces.state(id))
}
