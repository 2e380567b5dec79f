import { EchoError } from '../../shared/echoError.ts'
import { systemClock, systemRandom, type Clock, type Random } from '../../shared/ports.ts'
import type { BaseConnection } from '../baseConnection.ts'
import type { Network, NetworkFacts, NetworkState } from '../network.ts'
import { createRoomNetwork, type AdapterRoom } from '../roomNetwork.ts'
import { createCensus } from './census.ts'
import type { WebrtcInspector } from './inspectWebrtc.ts'
import { createRoomOnDemand } from './roomOnDemand.ts'
import type { GuardedRoom, SignalingConnection } from './signalingGuard.ts'
import { createSignalingWatch } from './signalingWatch.ts'

export interface WebrtcNetworkOptions {
  /** Addresses of signaling servers, `ws://` or `wss://`; peers meet where they share one. */
  readonly signaling: readonly string[]
  /** STUN and TURN servers. Default: none, which is enough within one local network. */
  readonly iceServers?: readonly RTCIceServer[]
  readonly clock?: Clock
  readonly random?: Random
}

/**
 * Links browsers over WebRTC; signaling servers introduce them and see no more than room names. One network per page: a room can be entered
 * once at a time in a page. Where there is no WebRTC the state is `unsupported` and rooms stay empty.
 * @throws EchoError `bad-config` for an address that is no WebSocket address.
 * @example
 * const network = createWebrtcNetwork({ signaling: ['wss://signal.example'] })
 * const room = network.enter({ name: 'r', password: 'p' }, (connection) => connection.send(Uint8Array.of(1)))
 */
export function createWebrtcNetwork({
  signaling,
  iceServers = [],
  clock = systemClock,
  random = systemRandom,
}: WebrtcNetworkOptions): Network {
  for (const url of signaling) assertSignalingUrl(url)
  const isSupported = typeof RTCPeerConnection === 'function' && typeof window !== 'undefined'
  const openRooms = new Map<string, GuardedRoom>()
  const guarded = new WeakSet<SignalingConnection>()
  const unsupported = new EchoError(
    'no-webrtc',
    'This environment has no RTCPeerConnection, so it cannot reach other devices: use a browser with WebRTC switched on.',
  )
  const unreachable = new EchoError('signaling-unreachable', describeUnreachable(signaling), { details: { signaling } })
  let notLoaded: EchoError | undefined
  // Built before the network that they report to, so they reach it through a late call.
  const watch = createSignalingWatch({ clock, random, onChange: () => refresh() })
  const census = createCensus(clock, (...finding) => log.add(...finding))
  let inspector: Promise<WebrtcInspector> | undefined
  /** When no way led to a peer; undefined again once one is connected. */
  let failedMs: number | undefined

  const { network, log, refreshState } = createRoomNetwork({
    clock,
    openRoom: (request, backoff, meet) => {
      if (!isSupported) return emptyRoom
      const addFinding: typeof log.add = (code, message) => {
        if (code === 'ice-failed') failedMs = clock.now()
        log.add(code, message)
      }
      const meetAny = (connection: BaseConnection): void => {
        failedMs = undefined
        meet(connection)
      }
      const load = async (): Promise<AdapterRoom> => {
        const { createWebrtcRoom } = await import('./webrtcRoom.ts')
        return createWebrtcRoom({
          request,
          signaling,
          iceServers,
          clock,
          random,
          backoff,
          addFinding,
          meet: meetAny,
          census: census.forRoom(),
          watch,
          openRooms,
          guarded,
        })
      }
      return createRoomOnDemand({ load, clock, onAttempt })
    },
    describe,
    probe: watch.nudge,
    inspect: async (open) => {
      inspector ??= import('./inspectWebrtc.ts').then(({ createWebrtcInspector }) =>
        createWebrtcInspector({ clock, iceServers, watch, failedMs: () => failedMs, countConnecting: census.countConnecting }),
      )
      try {
        return await (
          await inspector
        )(open)
      } catch {
        // The code could not be fetched: the next look tries again.
        inspector = undefined
        return noFacts
      }
    },
  })
  if (!isSupported) log.add('no-webrtc', 'This browser cannot connect to other devices: WebRTC is missing or switched off.')
  else if (signaling.length === 0) log.add('signaling-unreachable', unreachable.message)

  function describe(connections: number): NetworkState {
    if (!isSupported) return { status: 'unsupported', error: unsupported }
    if (notLoaded !== undefined) return { status: 'unreachable', connections, error: notLoaded }
    const status = signaling.length === 0 ? 'unreachable' : watch.status()
    const servers = watch.servers()
    return status === 'unreachable' ? { status, connections, error: unreachable, servers } : { status, connections, servers }
  }

  function onAttempt(cause: unknown): void {
    notLoaded =
      cause === undefined
        ? undefined
        : new EchoError(
            'load-failed',
            'The code that connects to other devices could not be fetched. It is tried again; if this stays, reload the page.',
            { cause },
          )
    if (notLoaded !== undefined) log.add('load-failed', notLoaded.message)
    refreshState()
  }

  function refresh(): void {
    const isNews = watch.status() === 'unreachable' && network.state.get().status === 'connecting'
    if (isNews) log.add('signaling-unreachable', unreachable.message)
    refreshState()
  }

  return network
}

const noFacts: NetworkFacts = { servers: [], ways: undefined, connections: [] }

const emptyRoom: AdapterRoom = { start: () => undefined, stop: () => Promise.resolve(), probe: () => undefined }

function describeUnreachable(signaling: readonly string[]): string {
  return signaling.length === 0
    ? 'No signaling server is configured, so devices cannot find each other: pass `signaling` to createEcho, such as ["wss://signal.example"].'
    : 'No signaling server answers, so new devices cannot be found; check that the server runs and its address is right.'
}

function assertSignalingUrl(url: string): void {
  if (/^wss?:\/\//i.test(url) && URL.canParse(url)) return
  throw new EchoError(
    'bad-config',
    `signaling has ${JSON.stringify(url)}, which is no WebSocket address: write ws://host:port or wss://host.`,
  )
}
