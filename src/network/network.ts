import type { EchoError } from '../shared/echoError.ts'
import type { Readable } from '../shared/readable.ts'

/**
 * How bytes travel between peers, without a word about WebRTC: rooms in which peers meet, connections that carry frames in order.
 * A network knows nobody's identity and promises no secrecy; the link handshake in replication/ does both.
 */
export interface Network {
  readonly state: Readable<NetworkState>
  /** What stands in the way of connecting, newest last, at most 50. */
  readonly diagnostics: Readable<readonly Finding[]>
  /**
   * Enters a room and calls `onConnection` for every peer met there, until left. The same room may be entered twice: both get the same
   * peers through connections of their own only where {@link RoomRequest.name} differs, so callers share one room.
   */
  enter(request: RoomRequest, onConnection: (connection: Connection) => void): Room
  /**
   * Looks at servers, ways and connections now. It asks servers and relays for an answer, so it takes up to some seconds and costs a little: for somebody
   * who watches. Never rejects.
   */
  inspect(): Promise<NetworkFacts>
  /** The user's switch: false closes every connection and stays away until true. */
  setEnabled(enabled: boolean): void
  /** Asks every connection for a sign of life now (on `online`, resume, becoming visible). */
  probe(): void
  dispose(): Promise<void>
}

export type NetworkState =
  /** Switched off by the user. */
  | { readonly status: 'off' }
  /** Switched on, and no room is entered: there is nobody to look for yet. */
  | { readonly status: 'idle' }
  /** No signaling server answers; connections that exist go on. */
  | { readonly status: 'unreachable'; readonly connections: number; readonly error: EchoError; readonly servers?: SignalingServers }
  | { readonly status: 'connecting'; readonly connections: number; readonly servers?: SignalingServers }
  | { readonly status: 'online'; readonly connections: number; readonly servers?: SignalingServers }
  /** Cannot work here at all (no WebRTC). */
  | { readonly status: 'unsupported'; readonly error: EchoError }

/** The signaling servers in use, all at the same time, and which of them answer; absent where the network has none, or another tab networks. */
export type SignalingServers = readonly { readonly url: string; readonly isConnected: boolean }[]

/** What {@link Network.inspect} found. */
export interface NetworkFacts {
  /** The servers in use; none before a room is entered. */
  readonly servers: readonly ServerFacts[]
  /** Undefined where the network has no choice of ways. */
  readonly ways: WayFacts | undefined
  readonly connections: readonly ConnectionFacts[]
}

export interface ServerFacts {
  readonly url: string
  /**
   * `answers`: it introduces peers · `connecting`: it is being tried, for some seconds only · `refused`: nothing is there, or the page may not ask ·
   * `foreign`: something answers that is no signaling server · `silent`: no answer comes.
   */
  readonly status: 'answers' | 'connecting' | 'refused' | 'foreign' | 'silent'
  /** To the server and back, in milliseconds; undefined where it does not answer. */
  readonly roundTripMs: number | undefined
  /** When it was connected or lost last, in milliseconds since the Unix epoch. */
  readonly sinceMs: number
}

/** By which ways others could reach this device. */
export interface WayFacts {
  /** How many addresses this device can be reached at: in its own network, from outside, through a relay. */
  readonly addresses: { readonly local: number; readonly public: number; readonly relayed: number }
  readonly relays: readonly RelayFacts[]
  /** Peers that were found and are not connected yet. */
  readonly connecting: number
  /** Whether of late a peer was found to which no way led, and nobody has been connected since. */
  readonly isFailing: boolean
}

export interface RelayFacts {
  readonly url: string
  /** `refused`: it answers and lets nothing through, as for a wrong password · `silent`: no answer comes. */
  readonly status: 'works' | 'refused' | 'silent'
  /** What it gave as the reason, a number of its protocol. */
  readonly reason: number | undefined
}

export interface ConnectionFacts {
  /** {@link Connection.id}. */
  readonly id: string
  readonly path: 'direct' | 'relayed' | 'same-browser' | 'unknown'
  /** Of frames, since it was made; undefined where the network does not count. */
  readonly bytesSent: number | undefined
  readonly bytesReceived: number | undefined
  /** To the peer and back, in milliseconds. */
  readonly roundTripMs: number | undefined
  /** Milliseconds since the Unix epoch. */
  readonly sinceMs: number
}

export interface RoomRequest {
  /** Opaque to everyone without the key it was derived from. */
  readonly name: string
  /** Keeps the signaling server from reading who answers whom. */
  readonly password: string
}

export interface Room {
  /** Closes the room's connections. @returns when the room may be entered again. Idempotent. */
  leave(): Promise<void>
  /**
   * Says whether the last handshake on this room's connections failed, so that the room backs off (1, 2, 4 … 60 s) before it lets the
   * same peers try again; a success resets it.
   */
  reportHandshake(outcome: 'failed' | 'succeeded'): void
}

export interface Connection {
  /** Unique within this process; for logs and maps, not a peer's name. */
  readonly id: string
  /** Another tab of this same profile: needs no handshake and no sealing. */
  readonly sameOrigin: boolean
  /** Hashes of both ends' transport certificates (32 bytes each), or undefined where the transport has none. Enters the handshake's transcript. */
  readonly binding: { readonly local: Uint8Array; readonly remote: Uint8Array } | undefined
  /** Most bytes one frame may have. */
  readonly maxFrameBytes: number
  /** Hands over one frame. @returns false where it was not sent (closed, or the buffer is full: wait for `onDrain`). Never throws. */
  send(frame: Uint8Array): boolean
  /** Whether `send` would take a frame now. */
  canSend(): boolean
  /** One handler each, set by the connection's owner in the same task in which it got the connection; frames wait until then. */
  onFrame: ((frame: Uint8Array) => void) | undefined
  onDrain: (() => void) | undefined
  /** Called once, also after a local close. */
  onClose: (() => void) | undefined
  close(): void
}

/** One obstacle to a connection in plain words; terms of the transport stay in the adapter. */
export interface Finding {
  readonly code: 'signaling-unreachable' | 'ice-failed' | 'no-webrtc' | 'load-failed' | 'insecure-peer' | 'too-many-peers' | 'peer-silent'
  readonly message: string
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number
}
