'use client'
import { useCallback, useState } from 'react'
import { asEchoError, type EchoError } from '../../shared/echoError.ts'
import { useIdentity } from '../../react/useIdentity.ts'
import type { IdentityFormProps } from './IdentityForm.tsx'

/**
 * Connects an {@link IdentityForm} to the device's identity.
 * @param onDone called once there is an identity.
 */
export function useIdentityForm(onDone?: () => void): IdentityFormProps {
  const identity = useIdentity()
  const [mode, setMode] = useState<'create' | 'recover'>('create')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<EchoError>()

  async function attempt(action: () => Promise<unknown>): Promise<void> {
    setBusy(true)
    setError(undefined)
    try {
      await action()
      onDone?.()
    } catch (cause) {
      setError(asEchoError(cause, 'storage-unavailable', 'The account could not be stored on this device.'))
    } finally {
      setBusy(false)
    }
  }

  return {
    mode,
    onModeChange: useCallback((next) => {
      setMode(next)
      setError(undefined)
    }, []),
    onCreate: (name) => void attempt(() => identity.create({ name })),
    onRecover: (phrase, name) => void attempt(() => identity.recover({ phrase, name })),
    busy,
    error,
  }
}
