import { WebrtcProvider, type Room as ProviderRoom } from 'y-webrtc'
import { Doc } from 'yjs'
import type { RoomRequest } from '../network.ts'
import type { AdapterRoom } from '../roomNetwork.ts'
import type { RoomCensus } from './census.ts'
import type { PeerCareOptions } from './peerCare.ts'
import { createPeerConnectionClass, stubChannelConfig } from './peerConnection.ts'
import { createRepeatFilter } from './repeatFilter.ts'
import { guardSignaling, type GuardedRoom, type SignalingConnection } from './signalingGuard.ts'
import type { SignalingWatch } from './signalingWatch.ts'
import { createStrangerGate, type StrangerGate } from './strangerGate.ts'

// Above the largest mesh promised: smaller values split a room into groups that never find each other.
const maxConnections = 48

export interface WebrtcRoomOptions extends PeerCareOptions {
  readonly request: RoomRequest
  readonly signaling: readonly string[]
  readonly iceServers: readonly RTCIceServer[]
  readonly census: RoomCensus
  readonly watch: SignalingWatch
  /** Rooms of the network that are open, by topic. */
  readonly openRooms: Map<string, GuardedRoom>
  /** Connections that have a guard. */
  readonly guarded: WeakSet<SignalingConnection>
}

/** One room of y-webrtc, which finds the peers and builds the connections; nothing of ours travels through it. */
export function createWebrtcRoom(options: WebrtcRoomOptions): AdapterRoom {
  let visit: Visit | undefined
  let teardown: Promise<void> = Promise.resolve()

  function start(): void {
    visit = startVisit(options)
  }

  function stop(): Promise<void> {
    if (visit !== undefined) teardown = visit.end()
    visit = undefined
    return teardown
  }

  let isRunning = false
  // A page that is put aside must not answer for its peers; where it comes back, it enters anew.
  const onPageHide = (): void => void stop()
  const onPageShow = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return
    void teardown.then(() => {
      if (isRunning && visit === undefined) start()
    })
  }

  return {
    start: () => {
      isRunning = true
      start()
      window.addEventListener('pagehide', onPageHide)
      window.addEventListener('pageshow', onPageShow)
    },
    stop: () => {
      isRunning = false
      window.removeEventListener('pagehide', onPageHide)
      window.removeEventListener('pageshow', onPageShow)
      return stop()
    },
    probe: () => undefined,
  }
}

interface Visit {
  end(): Promise<void>
}

function startVisit(options: WebrtcRoomOptions): Visit {
  const { request, signaling, iceServers, census, watch, openRooms, guarded } = options
  // y-webrtc wants a document; this one stays empty.
  const doc = new Doc()
  const provider = new WebrtcProvider(request.name, doc, {
    signaling: [...signaling],
    password: request.password,
    maxConns: maxConnections,
    filterBcConns: false,
    peerOpts: {
      config: { iceServers },
      channelConfig: stubChannelConfig,
      wrtc: { RTCPeerConnection: createPeerConnectionClass(RTCPeerConnection, census, options), RTCSessionDescription, RTCIceCandidate },
    },
  })
  provider.awareness.setLocalState(null)
  const connections = provider.signalingConns as SignalingConnection[]
  for (const connection of connections) {
    if (guarded.has(connection)) continue
    guarded.add(connection)
    guardSignaling(connection, (topic) => openRooms.get(topic))
  }
  const unwatch = watch.add(connections)
  let isOver = false
  let gate: StrangerGate | undefined

  // Registered after the provider's own step, which opens the room, and before anything that it sends there has been encrypted.
  const opened = Promise.resolve(provider.key).then(() => {
    const { room } = provider
    if (room === null) return
    silenceTabs(room)
    if (isOver) return
    const { clock, random } = options
    gate = createStrangerGate({ clock, random, isKnown: (name) => room.webrtcConns.has(name), countYoung: census.countYoung })
    openRooms.set(request.name, { room, gate, isRepeat: createRepeatFilter() })
  })

  return {
    end: async () => {
      isOver = true
      openRooms.delete(request.name)
      gate?.dispose()
      // A closing connection announces the room once more, which peers would take for an invitation.
      provider.maxConns = 0
      unwatch()
      provider.disconnect()
      provider.destroy()
      await opened
      // Settles after the provider's own last step, which frees the room's name.
      await Promise.resolve(provider.key)
      doc.destroy()
    },
  }
}

/** Keeps y-webrtc from talking to other tabs, and from ending a room because a page only asked whether it may be left. */
function silenceTabs(room: ProviderRoom): void {
  room.mux = () => undefined
  window.removeEventListener('beforeunload', room._beforeUnloadHandler)
}
