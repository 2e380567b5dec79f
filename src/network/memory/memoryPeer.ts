import { EchoError } from '../../shared/echoError.ts'
import type { Clock } from '../../shared/ports.ts'
import { createWritable } from '../../shared/readable.ts'
import { createBackoff } from '../backoff.ts'
import { createFindingLog } from '../findingLog.ts'
import type { Connection, Network, NetworkState, Room } from '../network.ts'
import type { MeetingPoint, Stay } from './meetingPoint.ts'

/** One peer's network within a memory swarm. */
export interface MemoryPeer extends Network {
  readonly name: string
}

/** What the swarm tells its peers and keeps for them. */
export interface MemoryPeerHost {
  readonly clock: Clock
  readonly meetingPoint: MeetingPoint
  /** A number that no other stay of the swarm has. */
  nextStayId(): number
  isSignalingUp(): boolean
}

/** A {@link MemoryPeer} and the swarm's handle on it. */
export interface HostedPeer {
  readonly network: MemoryPeer
  /** To be called when the signaling came up or went down. */
  refreshState(): void
}

/** Makes the network of one peer. Its `enter` throws EchoError `bad-config` for a room that it is in, `disposed` after its end. */
export function createMemoryPeer(name: string, host: MemoryPeerHost, onDisposed: () => void): HostedPeer {
  const log = createFindingLog(host.clock)
  const stays = new Map<string, Stay>()
  let isEnabled = true
  let isDisposed = false
  let connections = 0
  const state = createWritable<NetworkState>(describe())

  function describe(): NetworkState {
    if (!isEnabled || isDisposed) return { status: 'off' }
    if (host.isSignalingUp()) return { status: 'online', connections }
    const error = new EchoError('signaling-unreachable', 'The swarm has its signaling switched off: call setSignaling(true) to let peers meet.')
    return { status: 'unreachable', connections, error }
  }

  function refreshState(): void {
    const next = describe()
    if (next.status === 'unreachable' && state.get().status !== 'unreachable') log.add('signaling-unreachable', 'No signaling server answers.')
    state.set(next)
  }

  function leaveAll(): void {
    for (const stay of stays.values()) host.meetingPoint.leave(stay)
  }

  function enter(roomKey: string, onConnection: (connection: Connection) => void): Room {
    const backoff = createBackoff()
    const stay: Stay = {
      id: host.nextStayId(),
      peerName: name,
      roomKey,
      backoff,
      meet: (connection) => {
        connections++
        refreshState()
        connection.onEnd = () => {
          connections--
          refreshState()
        }
        onConnection(connection)
      },
    }
    stays.set(roomKey, stay)
    if (isEnabled) host.meetingPoint.join(stay)
    return {
      leave: () => {
        if (stays.get(roomKey) === stay) {
          stays.delete(roomKey)
          host.meetingPoint.leave(stay)
        }
        return Promise.resolve()
      },
      reportHandshake: backoff.report,
    }
  }

  const network: MemoryPeer = {
    name,
    state,
    diagnostics: log.findings,
    enter: (request, onConnection) => {
      if (isDisposed) throw new EchoError('disposed', `The network of ${name} was disposed: take a new peer from the swarm.`)
      const roomKey = JSON.stringify([request.name, request.password])
      if (stays.has(roomKey)) throw new EchoError('bad-config', `${name} is in this room already: callers share one room, or leave it first.`)
      return enter(roomKey, onConnection)
    },
    setEnabled: (enabled) => {
      if (enabled === isEnabled || isDisposed) return
      isEnabled = enabled
      if (enabled) for (const stay of stays.values()) host.meetingPoint.join(stay)
      else leaveAll()
      refreshState()
    },
    probe: () => undefined,
    dispose: () => {
      if (!isDisposed) {
        isDisposed = true
        leaveAll()
        stays.clear()
        refreshState()
        onDisposed()
      }
      return Promise.resolve()
    },
  }
  return { network, refreshState }
}
