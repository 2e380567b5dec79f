import { EchoError } from '../../shared/echoError.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { Network, NetworkState } from '../../network/network.ts'
import type { TabMessage } from './tabControl.ts'

/** The network as the whole profile sees it: one tab has the connections, all tabs show its state and share the switch. */
export interface NetworkControl {
  readonly state: Readable<NetworkState>
  enabled(): boolean
  setEnabled(enabled: boolean): void
  /** Whether this tab networks. */
  isLeading(): boolean
  /** This tab networks from now on, or no longer. */
  setLeading(leading: boolean): void
  /** What the networking tab said. */
  onReport(message: Extract<TabMessage, { type: 'network' }>): void
  /** What a tab that just came should know. */
  report(): Extract<TabMessage, { type: 'network' }> | undefined
  dispose(): void
}

export function createNetworkControl(network: Network, onChange: () => void): NetworkControl {
  let leading = false
  let enabled = true
  let reported: NetworkState | undefined
  const state = createWritable<NetworkState>(network.state.get())
  const stop = network.state.subscribe(publish)

  function publish(): void {
    const own = network.state.get()
    // What this tab knows by itself needs no report: the switch, a browser without WebRTC, a configuration without a server.
    const isKnown = own.status === 'off' || own.status === 'unsupported' || own.status === 'unreachable'
    state.set(leading || isKnown ? own : (reported ?? { status: 'connecting', connections: 0 }))
    if (leading) onChange()
  }

  return {
    state,
    enabled: () => enabled,
    setEnabled(next) {
      enabled = next
      network.setEnabled(next)
      publish()
    },
    isLeading: () => leading,
    setLeading(next) {
      leading = next
      publish()
    },
    onReport({ status, connections }) {
      reported =
        status === 'unreachable'
          ? { status, connections, error: unreachable() }
          : status === 'unsupported' || status === 'off'
            ? undefined
            : status === 'idle'
              ? { status }
              : { status, connections }
      publish()
    },
    report() {
      if (!leading) return undefined
      const own = network.state.get()
      return { type: 'network', status: own.status, connections: 'connections' in own ? own.connections : 0 }
    },
    dispose: stop,
  }
}

function unreachable(): EchoError {
  return new EchoError(
    'signaling-unreachable',
    'No signaling server answers, so devices cannot find each other. Check the connection and the addresses given to createEcho; what is linked stays linked.',
  )
}
