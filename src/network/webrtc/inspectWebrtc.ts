import type { Clock } from '../../shared/ports.ts'
import type { BaseConnection } from '../baseConnection.ts'
import type { NetworkFacts } from '../network.ts'
import { readConnection } from './readConnection.ts'
import { createServerProbe } from './serverProbe.ts'
import type { SignalingWatch } from './signalingWatch.ts'
import { createWayProbe } from './wayProbe.ts'

export type WebrtcInspector = (open: ReadonlyMap<BaseConnection, number>) => Promise<NetworkFacts>

/** A peer to which no way leads is tried again in much less. */
const failureHoldsMs = 30_000

/** What {@link Network.inspect} asks of WebRTC and its servers; fetched when somebody asks first, for most pages never do. */
export function createWebrtcInspector(options: {
  readonly clock: Clock
  readonly iceServers: readonly RTCIceServer[]
  readonly watch: Pick<SignalingWatch, 'connections'>
  /** When no way led to a peer last, undefined once one was connected afterwards. */
  readonly failedMs: () => number | undefined
  readonly countConnecting: () => number
}): WebrtcInspector {
  const { clock, watch, failedMs, countConnecting } = options
  const probeServer = createServerProbe(clock)
  const probeWays = createWayProbe(options)
  return async (open) => {
    const [servers, found, connections] = await Promise.all([
      Promise.all([...watch.connections()].map(([connection, sinceMs]) => probeServer(connection, sinceMs))),
      probeWays(),
      Promise.all([...open].map(([connection, sinceMs]) => readConnection(connection, sinceMs))),
    ])
    const isFailing = clock.now() - (failedMs() ?? -Infinity) < failureHoldsMs
    return { servers, ways: found && { ...found, connecting: countConnecting(), isFailing }, connections }
  }
}
