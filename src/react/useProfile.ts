'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { IdentityCommands } from '../client/echo.ts'
import type { ContactInfo, IdentityInfo } from '../client/states.ts'

/** How this device's person is shown, and the way to change it. */
export interface OwnProfile {
  /** Undefined while nobody is here. */
  readonly profile: IdentityInfo | undefined
  readonly update: IdentityCommands['updateProfile']
}

/** How another person is shown. */
export interface OthersProfile {
  /** Undefined for someone never met, and in the first moments of a page. */
  readonly profile: IdentityInfo | ContactInfo | undefined
}

/**
 * The own profile, as members of all spaces see it; or, by an identity, that of anyone met in a space.
 * @throws EchoError no-provider
 * @example
 * const { profile, update } = useProfile()
 * return <button onClick={() => void update({ emoji: '🌱' })}>{profile?.name}</button>
 * @example
 * const { profile } = useProfile(message.author)
 * return <p>{profile?.name}</p>
 */
export function useProfile(): OwnProfile
export function useProfile(identityId: string): OthersProfile
export function useProfile(identityId?: string): OwnProfile | OthersProfile {
  const { identity } = useEcho()
  const state = useReadable(identity.state)
  const contacts = useReadable(identity.contacts)
  const own = 'identity' in state ? state.identity : undefined
  const isOwn = identityId === undefined || identityId === own?.id
  const profile = isOwn ? own : contacts.find(({ id }) => id === identityId)
  return useMemo(
    () => (identityId === undefined ? { profile: own, update: (change) => identity.updateProfile(change) } : { profile }),
    [identity, identityId, own, profile],
  )
}
