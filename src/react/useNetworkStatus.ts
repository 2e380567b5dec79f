'use client'
import { useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { NetworkCommands } from '../client/echo.ts'
import type { Finding, NetworkState } from '../network/network.ts'

/** Whether this device reaches others, tagged by `status`, and the user's switch. */
export type NetworkStatus = NetworkState & {
  /** What stands in the way of connecting, newest last. */
  readonly findings: readonly Finding[]
  readonly setEnabled: NetworkCommands['setEnabled']
}

/**
 * Whether this device reaches others.
 * @throws EchoError no-provider
 * @example
 * const network = useNetworkStatus()
 * <button onClick={() => network.setEnabled(network.status === 'off')}>{network.status === 'off' ? 'Go online' : 'Go offline'}</button>
 */
export function useNetworkStatus(): NetworkStatus {
  const { network } = useEcho()
  const state = useReadable(network.state)
  const findings = useReadable(network.diagnostics)
  return useMemo(() => ({ ...state, findings, setEnabled: (enabled) => network.setEnabled(enabled) }), [network, state, findings])
}
