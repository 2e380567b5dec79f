import { EchoError } from '../../shared/echoError.ts'
import type { Clock } from '../../shared/ports.ts'
import type { Network } from '../network.ts'
import { createRoomNetwork } from '../roomNetwork.ts'
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

/** Makes the network of one peer, as {@link createRoomNetwork} says. */
export function createMemoryPeer(name: string, host: MemoryPeerHost, onDisposed: () => void): HostedPeer {
  const { clock, meetingPoint } = host
  const { network, log, refreshState } = createRoomNetwork({
    clock,
    openRoom: (request, backoff, meet) => {
      const roomKey = JSON.stringify([request.name, request.password])
      const stay: Stay = { id: host.nextStayId(), peerName: name, roomKey, backoff, meet }
      return {
        start: () => meetingPoint.join(stay),
        stop: () => {
          meetingPoint.leave(stay)
          return Promise.resolve()
        },
        probe: () => undefined,
      }
    },
    describe: (connections) => {
      if (host.isSignalingUp()) return { status: 'online', connections }
      const error = new EchoError(
        'signaling-unreachable',
        'No signaling answers this peer: it was taken off the network, or signaling is switched off for all. Switch it on again to let peers meet.',
      )
      return { status: 'unreachable', connections, error }
    },
    dispose: onDisposed,
  })
  return {
    network: { ...network, name },
    refreshState: () => {
      if (!host.isSignalingUp()) log.add('signaling-unreachable', 'No signaling server answers.')
      refreshState()
    },
  }
}
