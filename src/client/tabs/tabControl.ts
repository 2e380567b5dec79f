import { utf8 } from '../../shared/bytes.ts'
import type { Connection, Network, NetworkState } from '../../network/network.ts'

/** What the tabs of a profile tell each other beside the data of spaces. */
export type TabMessage =
  /** An identity was made or renamed: read it again. */
  | { readonly type: 'identity' }
  /** A space came or changed its name: read the list again. */
  | { readonly type: 'spaces' }
  /** A space is being deleted on this device: let go of it. */
  | { readonly type: 'deleted'; readonly space: string }
  /** A member of a space was muted or unmuted: read who is. */
  | { readonly type: 'muted'; readonly space: string }
  /** What this device keeps for a space under a name has changed: read it again. */
  | { readonly type: 'local'; readonly space: string; readonly name: string }
  /** Everything on this device is about to be deleted: end. */
  | { readonly type: 'erase' }
  /** What is stored is about to be locked or unlocked: end, and load the page anew. */
  | { readonly type: 'restart' }
  /** The user's switch. */
  | { readonly type: 'enabled'; readonly enabled: boolean }
  /** How the networking tab's network is doing. */
  | { readonly type: 'network'; readonly status: NetworkState['status']; readonly connections: number }

export interface TabControl {
  /** @returns whether there is another tab to hear it */
  tell(message: TabMessage): boolean
  /** Whether some other tab said that it networks, and is still there. */
  hasLeader(): boolean
  dispose(): Promise<void>
}

export function createTabControl(options: {
  readonly tabs: Network
  readonly onMessage: (message: TabMessage) => void
  /** What a tab that just came is told. */
  readonly greeting: () => readonly TabMessage[]
  /** The tab that networks is gone, or says nothing any more. */
  readonly onLeaderSilent: () => void
}): TabControl {
  const { tabs, onMessage, greeting } = options
  const connections = new Set<Connection>()
  let leader: Connection | undefined
  const room = tabs.enter({ name: 'control', password: '' }, (connection) => {
    connections.add(connection)
    connection.onClose = () => {
      connections.delete(connection)
      if (connection !== leader) return
      leader = undefined
      options.onLeaderSilent()
    }
    connection.onFrame = (frame) => {
      const message = parse(frame)
      if (message === undefined) return
      if (message.type === 'network') leader = connection
      onMessage(message)
    }
    for (const message of greeting()) send(connection, message)
  })

  return {
    tell(message) {
      for (const connection of connections) send(connection, message)
      return connections.size > 0
    },
    hasLeader: () => leader !== undefined,
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
      case 'erase':
      case 'restart':
        return { type: message['type'] }
      case 'muted':
      case 'deleted':
        return typeof message['space'] === 'string' ? { type: message['type'], space: message['space'] } : undefined
      case 'local':
        return typeof message['space'] === 'string' && typeof message['name'] === 'string'
          ? { type: 'local', space: message['space'], name: message['name'] }
          : undefined
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
  return ['off', 'idle', 'unreachable', 'connecting', 'online', 'unsupported'].includes(value as string)
}
