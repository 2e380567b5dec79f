import { utf8 } from '../shared/bytes.ts'
import type { Connection, Network, NetworkState } from '../network/network.ts'

/** What the tabs of a profile tell each other beside the data of spaces. */
export type TabMessage =
  /** An identity was made or renamed: read it again. */
  | { readonly type: 'identity' }
  /** A space came or changed its name: read the list again. */
  | { readonly type: 'spaces' }
  /** The user's switch. */
  | { readonly type: 'enabled'; readonly enabled: boolean }
  /** How the networking tab's network is doing. */
  | { readonly type: 'network'; readonly status: NetworkState['status']; readonly connections: number }

export interface TabControl {
  tell(message: TabMessage): void
  dispose(): Promise<void>
}

/** @param greeting what a tab that just came is told */
export function createTabControl(tabs: Network, onMessage: (message: TabMessage) => void, greeting: () => readonly TabMessage[]): TabControl {
  const connections = new Set<Connection>()
  const room = tabs.enter({ name: 'control', password: '' }, (connection) => {
    connections.add(connection)
    connection.onClose = () => connections.delete(connection)
    connection.onFrame = (frame) => {
      const message = parse(frame)
      if (message !== undefined) onMessage(message)
    }
    for (const message of greeting()) send(connection, message)
  })

  return {
    tell(message) {
      for (const connection of connections) send(connection, message)
    },
    dispose: () => room.leave(),
  }
}

function send(connection: Connection, message: TabMessage): void {
  connection.send(utf8(JSON.stringify(message)))
}

/** A tab with another version of the app may say anything. */
function parse(frame: Uint8Array): TabMessage | undefined {
  try {
    const message = JSON.parse(new TextDecoder().decode(frame)) as Record<string, unknown> | null
    switch (message?.['type']) {
      case 'identity':
      case 'spaces':
        return { type: message['type'] }
      case 'enabled':
        return typeof message['enabled'] === 'boolean' ? { type: 'enabled', enabled: message['enabled'] } : undefined
      case 'network':
        return isStatus(message['status']) && typeof message['connections'] === 'number'
          ? { type: 'network', status: message['status'], connections: message['connections'] }
          : undefined
      default:
        return undefined
    }
  } catch {
    return undefined
  }
}

function isStatus(value: unknown): value is NetworkState['status'] {
  return ['off', 'unreachable', 'connecting', 'online', 'unsupported'].includes(value as string)
}
