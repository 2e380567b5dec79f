'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { CredentialCommands, CredentialInfo } from '../client/person/credentials.ts'

/** What the person can prove, and the ways to show it and to look at what others show. */
export interface Credentials extends Pick<CredentialCommands, 'present' | 'verify'> {
  readonly credentials: readonly CredentialInfo[]
}

/**
 * What this person can prove to others: whose device this is, and of which open spaces she was made a member.
 * @throws EchoError no-provider
 * @example
 * const { credentials, present } = useCredentials()
 * const answer = () => present({ nonce, audience: 'https://club.example', spaces: [space.id] })
 */
export function useCredentials(): Credentials {
  const { credentials: commands } = useEcho()
  const credentials = useReadable(commands.list)
  return useMemo(
    () => ({
      credentials,
      present: (options) => commands.present(options),
      verify: (presentation, expected) => commands.verify(presentation, expected),
    }),
    [commands, credentials],
  )
}
