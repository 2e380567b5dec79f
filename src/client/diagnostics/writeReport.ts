import type { Diagnostics } from './diagnostics.ts'
import type { DiagnosticFacts } from './judgeFacts.ts'

/**
 * The report that a user may send to anybody: states, counts and times. Spaces are numbered, people are not named, and of servers only scheme, host and port
 * stand in it. Never throws. @param atMs when it was first so: looks that find the same are not told
 */
export function writeReport(
  diagnostics: Omit<Diagnostics, 'report'>,
  { network, isLeading, spaces }: DiagnosticFacts,
  atMs: number,
): string {
  const { status, checks, findings, servers, ways, peers } = diagnostics
  const numberOf = (id: string): string => `space ${spaces.findIndex(({ space }) => space.id === id) + 1}`
  const lines = [
    `Connection report, so since ${new Date(atMs).toISOString()}`,
    `Browser: ${globalThis.navigator?.userAgent ?? 'none'}`,
    `Verdict: ${status}`,
    ...checks.map((check) => `Check ${check.name}: ${check.status}`),
    ...findings.map((found) => {
      const details = [
        'url' in found ? found.url : '',
        'reason' in found ? `reason ${shown(found.reason)}` : '',
        'space' in found ? numberOf(found.space.id) : '',
        'aheadMs' in found ? `${seconds(found.aheadMs)} ahead` : '',
      ]
      return `Finding ${found.code} (${found.severity}): ${details.filter((part) => part !== '').join(', ') || '-'}`
    }),
    `Network: ${network.status}, ${'connections' in network ? network.connections : 0} connections, ${isLeading ? 'this tab connects' : 'another tab connects'}`,
    ...servers.map((server) => `Server ${server.url}: ${server.status}, round trip ${shown(server.roundTripMs)} ms`),
  ]
  if (ways !== undefined) {
    const { addresses, relays, connecting, isFailing } = ways
    lines.push(
      `Addresses: ${addresses.local} local, ${addresses.public} public, ${addresses.relayed} relayed; ${connecting} connecting; ${isFailing ? 'failing' : 'not failing'}`,
      ...relays.map((relay) => `Relay ${relay.url}: ${relay.status}, reason ${shown(relay.reason)}`),
    )
  }
  lines.push(
    ...spaces.map(
      ({ space, state, isInRoom, refused, hasOthers }) =>
        `${numberOf(space.id)}: ${state.status}, ${hasOthers ? 'with others' : 'alone'}, ${isInRoom ? 'in its room' : 'not in its room'}, refused ${refused.map(({ fault }) => fault).join(' ') || 'nobody'}`,
    ),
    ...peers.map(
      (peer, i) =>
        `Peer ${i + 1} in ${numberOf(peer.space.id)}: ${peer.path}, sent ${shown(peer.bytesSent)} B, received ${shown(peer.bytesReceived)} B, round trip ${shown(peer.roundTripMs)} ms, lacking ${peer.lacking}, clock ${peer.clockAheadMs === undefined ? '?' : seconds(peer.clockAheadMs)} ahead`,
    ),
  )
  return `${lines.join('\n')}\n`
}

function shown(value: number | undefined): string {
  return value === undefined ? '?' : String(Math.round(value))
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
