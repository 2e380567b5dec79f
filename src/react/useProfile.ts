'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { IdentityCommands } from '../client/echo.ts'
import type { IdentityInfo } from '../client/states.ts'

/** How this device's person is shown, and the way to change it. */
export interface OwnProfile {
  /** Undefined while nobody is here. */
  readonly profile: IdentityInfo | undefined
  readonly update: IdentityCommands['updateProfile']
}

/**
 * The own profile, as members of all spaces see it.
 * @throws EchoError no-provider
 * @example
 * const { profile, update } = useProfile()
 * return <button onClick={() => void update({ emoji: '🌱' })}>{profile?.name}</button>
 */
export function useProfile(): OwnProfile {
  const { identity } = useEcho()
  const state = useReadable(identity.state)
  const profile = 'identity' in state ? state.identity : undefined
  return useMemo(() => ({ profile, update: (change) => identity.updateProfile(change) }), [identity, profile])
}
