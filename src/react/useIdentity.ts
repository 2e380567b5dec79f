'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Echo, IdentityCommands } from '../client/echo.ts'
import type { IdentityState } from '../client/states.ts'

/** Who uses this device, tagged by `status`, and what can be done about it. */
export type Identity = IdentityState &
  Omit<IdentityCommands, 'state' | 'awaitsDevices' | 'devices' | 'contacts' | 'renameDevice'> & {
    /** Whether what the person has on other devices is still to come: what looks empty is not. */
    readonly awaitsDevices: boolean
    readonly signOut: Echo['reset']
  }

/**
 * Who uses this device.
 * @throws EchoError no-provider
 * @example
 * const identity = useIdentity()
 * if (identity.status === 'none') return <button onClick={() => void identity.create({ name: 'Ann' })}>Begin</button>
 */
export function useIdentity(): Identity {
  const echo = useEcho()
  const { identity } = echo
  const state = useReadable(identity.state)
  const awaitsDevices = useReadable(identity.awaitsDevices, false)
  return useMemo(
    () => ({
      ...state,
      awaitsDevices,
      create: (options) => identity.create(options),
      recover: (options) => identity.recover(options),
      showPhrase: () => identity.showPhrase(),
      confirmPhraseSaved: () => identity.confirmPhraseSaved(),
      updateProfile: (change) => identity.updateProfile(change),
      signOut: (options) => echo.reset(options),
    }),
    [awaitsDevices, echo, identity, state],
  )
}
