'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { PassphraseCommands } from '../client/person/passphrase.ts'
import type { LockStatus } from '../storage/passphrase/lockableStorage.ts'

/** Whether a passphrase locks this device, and what can be done about it. */
export type Passphrase = { readonly status: LockStatus } & Omit<PassphraseCommands, 'state'>

/**
 * The passphrase that locks what is stored on this device.
 * @throws EchoError no-provider
 * @example
 * const passphrase = usePassphrase()
 * if (passphrase.status === 'unlocked') return <button onClick={() => void passphrase.lock()}>Lock</button>
 */
export function usePassphrase(): Passphrase {
  const { passphrase } = useEcho()
  const status = useReadable(passphrase.state)
  return useMemo(() => {
    const { set, change, remove, unlock, lock } = passphrase
    return { status, set, change, remove, unlock, lock }
  }, [passphrase, status])
}
