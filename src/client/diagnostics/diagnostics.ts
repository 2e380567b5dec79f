import type { IdentityId, SpaceId } from '../../shared/ids.ts'
import type { ConnectionFacts, ServerFacts, WayFacts } from '../../network/network.ts'

/** What keeps this device from others, as it is now. A frozen snapshot. */
export interface Diagnostics {
  /** The worst of all checks; `reading`: the first look is not over. */
  readonly status: 'reading' | 'ok' | 'notice' | 'problem'
  /** One of each kind, in the order in which one rests on the other; none while reading. */
  readonly checks: readonly DiagnosticCheck[]
  /** What is not as it should be, in the order of the checks. What is so no longer is not there any more. */
  readonly findings: readonly DiagnosticFinding[]
  readonly servers: readonly ServerFacts[]
  readonly ways: WayFacts | undefined
  /** Devices and tabs linked now. */
  readonly peers: readonly PeerDiagnosis[]
  /** The same as a text in English, to be sent to whoever helps: no names, ids, keys, links, passwords or addresses of others, and of servers no path or query. */
  report(): string
}

export interface DiagnosticCheck {
  /**
   * `signaling`: a server introduces devices · `room`: this device waits where the members of its spaces meet · `ways`: addresses and relays by which it can
   * be reached · `members`: others are linked · `version` · `clock` · `sync`: what others have is here.
   */
  readonly name: 'signaling' | 'room' | 'ways' | 'members' | 'version' | 'clock' | 'sync'
  /** `unknown`: nothing tells yet. */
  readonly status: 'ok' | 'notice' | 'problem' | 'unknown'
}

export type DiagnosticFinding = { readonly check: DiagnosticCheck['name']; readonly severity: 'notice' | 'problem' } & (
  | {
      /**
       * `unreachable`: no server answers, and no more is known · `no-server`: the app names none · `other-tab`: another tab of the profile connects, and knows more · `no-address`: the browser gives none to be
       * reached at · `no-way`: a peer was found to which no way leads · `no-relay`: nor is there one.
       */
      readonly code:
        | 'switched-off'
        | 'device-offline'
        | 'other-tab'
        | 'no-webrtc'
        | 'load-failed'
        | 'unreachable'
        | 'no-server'
        | 'no-address'
        | 'no-way'
        | 'no-relay'
    }
  | {
      /** As {@link ServerFacts.status} and the relay's. The address without user, path and query. */
      readonly code: 'server-refused' | 'server-foreign' | 'server-silent' | 'relay-silent'
      readonly url: string
    }
  | {
      readonly code: 'relay-refused'
      readonly url: string
      /** A number of the relay's protocol, such as 401. */
      readonly reason: number | undefined
    }
  | {
      /**
       * `removed`: this person or device · `peer-…`: another knocked of late and was not let in, for it was removed, is no member, speaks newer or older versions
       * only, or did not prove who it is · `peer-offline`: no other member is here · `newer-content`: a member writes with a newer version.
       */
      readonly code:
        | 'not-in-room'
        | 'removed'
        | 'peer-removed'
        | 'peer-unknown'
        | 'peer-newer'
        | 'peer-older'
        | 'peer-insecure'
        | 'peer-offline'
        | 'newer-content'
        | 'lagging'
      readonly space: NamedSpace
    }
  | {
      readonly code: 'clock-skew'
      readonly space: NamedSpace
      /** The peer's own word, as it came. */
      readonly person: string
      /** By how many milliseconds the peer's clock is ahead of this device's; negative: behind. */
      readonly aheadMs: number
    }
)

/** A space with its name as members gave it. */
export interface NamedSpace {
  readonly id: SpaceId
  readonly name: string
}

export interface PeerDiagnosis extends Omit<ConnectionFacts, 'sinceMs'> {
  /** Milliseconds since the Unix epoch; undefined where nothing tells. */
  readonly sinceMs: number | undefined
  readonly space: NamedSpace
  /** Undefined for another tab of this browser. */
  readonly identity: IdentityId | undefined
  /** The peer's own word, as it came. */
  readonly name: string
  /** Blocks that it has and this device lacks. */
  readonly lacking: number
  /** As {@link DiagnosticFinding} has it; undefined where nothing tells. */
  readonly clockAheadMs: number | undefined
}

/** Before the first look is over, and on a server. */
export const readingDiagnostics: Diagnostics = Object.freeze({
  status: 'reading',
  checks: [],
  findings: [],
  servers: [],
  ways: undefined,
  peers: [],
  report: () => '',
})
