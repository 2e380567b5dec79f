import type { IdentityId, SpaceId } from '../../shared/ids.ts'
import type { NetworkState, ServerFacts, WayFacts } from '../../network/network.ts'
import type { ReplicationFacts } from '../../replication/spaceReplication.ts'
import type { RefusedPeer } from '../../replication/link/refusedPeers.ts'
import type { SpaceState } from '../states.ts'
import type { DiagnosticCheck, DiagnosticFinding, Diagnostics, NamedSpace } from './diagnostics.ts'

/** All that is known about this device's way to others. */
export interface DiagnosticFacts {
  readonly network: NetworkState
  /** Whether this tab connects for the profile. */
  readonly isLeading: boolean
  /** The browser says that the device has no network. */
  readonly isDeviceOffline: boolean
  /** Addresses without secrets. */
  readonly servers: readonly ServerFacts[]
  readonly ways: WayFacts | undefined
  readonly spaces: readonly SpaceFacts[]
  readonly nameOf: (space: SpaceId, identity: IdentityId) => string
}

export interface SpaceFacts extends ReplicationFacts {
  readonly space: NamedSpace
  readonly state: SpaceState
  /** Whether there are members beside this person. */
  readonly hasOthers: boolean
  /** Whether a member sent what only a newer version can read. */
  readonly isNewer: boolean
  /** How long blocks that a peer has have been lacking, in milliseconds. */
  readonly lackingForMs: number
}

/** Times are advisory: nobody is bothered for less. */
export const clockToleranceMs = 120_000
/** What a large space takes to come is no fault. */
const lagToleranceMs = 30_000

const checks: readonly DiagnosticCheck['name'][] = ['signaling', 'room', 'ways', 'members', 'version', 'clock', 'sync']

/** Makes findings of facts: each check asks for what it rests on first, so that one cause is not told seven times. Never throws. */
export function judgeFacts(facts: DiagnosticFacts): Pick<Diagnostics, 'status' | 'checks' | 'findings'> {
  const { network, servers, ways, spaces } = facts
  const isOn = network.status === 'online' || network.status === 'connecting' || network.status === 'unreachable'
  const canMeet =
    network.status === 'online' && facts.isLeading && (servers.length === 0 || servers.some(({ status }) => status === 'answers'))
  const living = spaces.filter(({ state }) => state.status !== 'removed' && state.status !== 'left')
  const members = living.filter(({ hasOthers }) => hasOthers)
  const links = spaces.flatMap((space) => space.links.filter(({ peer }) => peer !== undefined))

  const findings = [
    ...judgeSignaling(facts),
    ...(facts.isLeading && isOn ? living.filter(({ isInRoom }) => !isInRoom) : []).map(({ space }) =>
      finding('room', 'notice', { code: 'not-in-room', space }),
    ),
    ...judgeWays(ways),
    ...spaces.flatMap((space) => judgeMembers(space, canMeet && ways?.isFailing !== true)),
    ...spaces.flatMap(judgeVersion),
    ...spaces.flatMap((space) => judgeClock(space, facts.nameOf)),
    ...living
      .filter(({ lackingForMs, state }) => lackingForMs >= lagToleranceMs || (state.status === 'first-sync' && state.stalled))
      .map(({ space }) => finding('sync', 'notice', { code: 'lagging', space })),
  ]

  const isKnownFine: Record<DiagnosticCheck['name'], boolean> = {
    signaling: canMeet,
    room: canMeet && living.length > 0,
    ways: ways !== undefined,
    members: members.length > 0 && members.every((space) => space.links.some(({ peer }) => peer !== undefined)),
    version: links.length > 0,
    clock: links.some(({ clockAheadMs }) => clockAheadMs !== undefined),
    sync: links.length > 0 && links.every(({ lacking }) => lacking === 0),
  }

  function statusOf(name: DiagnosticCheck['name']): DiagnosticCheck['status'] {
    const own = findings.filter(({ check }) => check === name)
    if (own.length > 0) return own.some(({ severity }) => severity === 'problem') ? 'problem' : 'notice'
    return isKnownFine[name] ? 'ok' : 'unknown'
  }

  const judged = checks.map((name) => ({ name, status: statusOf(name) }))
  const status = judged.some((check) => check.status === 'problem')
    ? 'problem'
    : judged.some((check) => check.status === 'notice')
      ? 'notice'
      : 'ok'
  return { status, checks: judged, findings }
}

type Told<T> = T extends unknown ? Omit<T, 'check' | 'severity'> : never

function finding(
  check: DiagnosticCheck['name'],
  severity: DiagnosticFinding['severity'],
  told: Told<DiagnosticFinding>,
): DiagnosticFinding {
  return { check, severity, ...told } as DiagnosticFinding
}

function judgeSignaling({ network, isLeading, isDeviceOffline, servers }: DiagnosticFacts): readonly DiagnosticFinding[] {
  if (network.status === 'off') return [finding('signaling', 'notice', { code: 'switched-off' })]
  if (network.status === 'unsupported') return [finding('signaling', 'problem', { code: 'no-webrtc' })]
  if (isDeviceOffline) return [finding('signaling', 'problem', { code: 'device-offline' })]
  if (network.status === 'unreachable' && network.error.code === 'load-failed')
    return [finding('signaling', 'problem', { code: 'load-failed' })]
  if (network.status === 'unreachable' && isEmpty(network.error.details['signaling']))
    return [finding('signaling', 'problem', { code: 'no-server' })]
  if (!isLeading) return [finding('signaling', 'notice', { code: 'other-tab' })]
  if (network.status === 'unreachable' && servers.length === 0) return [finding('signaling', 'problem', { code: 'unreachable' })]
  // One is enough; a second that is down makes no difference until the first is.
  const severity = servers.some(({ status }) => status === 'answers') ? 'notice' : 'problem'
  return servers.flatMap(({ status, url }) =>
    status === 'answers' || status === 'connecting' ? [] : [finding('signaling', severity, { code: `server-${status}`, url })],
  )
}

function judgeWays(ways: WayFacts | undefined): readonly DiagnosticFinding[] {
  if (ways === undefined) return []
  const { addresses, relays, isFailing } = ways
  const hasNone = addresses.local + addresses.public + addresses.relayed === 0
  const isBlocked = hasNone || isFailing
  const findings = relays.flatMap(({ status, url, reason }) => {
    if (status === 'works') return []
    const severity = isBlocked ? 'problem' : 'notice'
    return [
      status === 'refused'
        ? finding('ways', severity, { code: 'relay-refused', url, reason })
        : finding('ways', severity, { code: 'relay-silent', url }),
    ]
  })
  if (isBlocked && relays.length === 0) findings.unshift(finding('ways', 'problem', { code: 'no-relay' }))
  if (isBlocked) findings.unshift(finding('ways', 'problem', { code: hasNone ? 'no-address' : 'no-way' }))
  return findings
}

function judgeMembers({ space, state, hasOthers, links, refused }: SpaceFacts, canMeet: boolean): readonly DiagnosticFinding[] {
  if (state.status === 'removed') return [finding('members', 'problem', { code: 'removed', space })]
  if (state.status === 'left') return []
  const codes = [...new Set(refused.flatMap(({ fault }) => refusalCodes[fault] ?? []))]
  const findings = codes.map((code) => finding('members', code === 'peer-insecure' ? 'problem' : 'notice', { code, space }))
  const isAlone = hasOthers && canMeet && links.every(({ peer }) => peer === undefined)
  if (isAlone && !refused.some(({ fault }) => fault === 'newer-version' || fault === 'older-version'))
    findings.push(finding('members', 'notice', { code: 'peer-offline', space }))
  return findings
}

/** Of versions {@link judgeVersion} speaks; a connection that broke off in the handshake is made again. Where the keys do not fit, it is as a rule somebody who holds an older one. */
const refusalCodes: Partial<Record<RefusedPeer['fault'], 'peer-removed' | 'peer-unknown' | 'peer-insecure'>> = {
  removed: 'peer-removed',
  'unknown-device': 'peer-unknown',
  'insecure-peer': 'peer-insecure',
  'bad-signature': 'peer-insecure',
  'bad-key': 'peer-insecure',
  reflected: 'peer-insecure',
  malformed: 'peer-insecure',
  'wrong-kind': 'peer-insecure',
}

function judgeVersion({ space, refused, isNewer }: SpaceFacts): readonly DiagnosticFinding[] {
  const findings: DiagnosticFinding[] = []
  if (refused.some(({ fault }) => fault === 'newer-version')) findings.push(finding('version', 'problem', { code: 'peer-newer', space }))
  // Nothing is wrong here; the other device is told that it is too old.
  if (refused.some(({ fault }) => fault === 'older-version')) findings.push(finding('version', 'notice', { code: 'peer-older', space }))
  if (isNewer) findings.push(finding('version', 'problem', { code: 'newer-content', space }))
  return findings
}

function judgeClock({ space, links }: SpaceFacts, nameOf: DiagnosticFacts['nameOf']): readonly DiagnosticFinding[] {
  return links.flatMap(({ peer, clockAheadMs = 0 }) =>
    peer === undefined || Math.abs(clockAheadMs) < clockToleranceMs
      ? []
      : [finding('clock', 'notice', { code: 'clock-skew', space, person: nameOf(space.id, peer.identity), aheadMs: clockAheadMs })],
  )
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0
}
