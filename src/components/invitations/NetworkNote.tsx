'use client'
import type { ReactNode } from 'react'
import { useSaid } from '../basics/Announcer.tsx'
import { Button } from '../basics/Button.tsx'
import { ErrorNote } from '../basics/ErrorNote.tsx'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { errorText, isUnconfigured } from '../config/messages.ts'
import type { NetworkState } from '../../network/network.ts'

/** How the network is doing, as `useNetworkStatus()` returns it. */
export type NotedNetwork = NetworkState & {
  /** Offered to the user where the network is switched off. */
  readonly setEnabled?: (enabled: boolean) => void
}

/** Whether nobody can be met as things stand. */
export function isObstacle(network: NetworkState | undefined): boolean {
  return network !== undefined && ['off', 'unreachable', 'unsupported'].includes(network.status)
}

/** Says why nobody can be met now and what to do about it; nothing while the network works or is on its way. */
export function NetworkNote({ network }: { readonly network: NotedNetwork | undefined }): ReactNode {
  const messages = useMessages()
  const error = network !== undefined && 'error' in network ? network.error : undefined
  const said = network?.status === 'off' ? messages.network.off : error && errorText(messages, error.code, error.details)
  useSaid(said)
  if (network === undefined || said === undefined) return null
  if (error !== undefined) {
    return (
      <ErrorNote error={error} data-state={network.status}>
        {network.status === 'unsupported' && <p>{messages.network.unsupportedHint}</p>}
        {network.status === 'unreachable' && !isUnconfigured(error.code, error.details) && <p>{messages.network.unreachableHint}</p>}
      </ErrorNote>
    )
  }
  return (
    <div className="echo-error" data-slot="error" data-state={network.status}>
      <p>{said}</p>
      {network.setEnabled !== undefined && (
        <div className="echo-actions">
          <Button onClick={() => network.setEnabled?.(true)}>{messages.network.switchOn}</Button>
        </div>
      )}
    </div>
  )
}
