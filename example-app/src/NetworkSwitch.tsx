import type { ReactNode } from 'react'
import { useNetworkStatus, type NetworkStatus } from 'echo-react'

/** Takes the whole device off the network and back. Everything goes on offline and is sent later. */
export function NetworkSwitch(): ReactNode {
  const network = useNetworkStatus()
  const on = network.status !== 'off'
  return (
    <button type="button" role="switch" aria-checked={on} className="switch" onClick={() => network.setEnabled(!on)}>
      <span>
        Online
        <small>{hintOf(network)}</small>
      </span>
      <span className="switch-track" aria-hidden="true" />
    </button>
  )
}

function hintOf(network: NetworkStatus): string {
  switch (network.status) {
    case 'off':
      return 'Off: changes stay here for now'
    case 'idle':
      return 'Connects once there is a space'
    case 'unreachable':
      return 'The meeting point does not answer'
    case 'connecting':
      return 'Connecting…'
    case 'online':
      return network.connections === 0 ? 'Nobody else connected' : `Connections: ${network.connections}`
    case 'unsupported':
      return 'This browser cannot connect'
  }
}
