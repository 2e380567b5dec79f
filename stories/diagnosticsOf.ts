import type { DiagnosticCheck, DiagnosticFinding, Diagnostics, NamedSpace, PeerDiagnosis } from '../src/client/diagnostics/diagnostics.ts'
import type { IdentityId, SpaceId } from '../src/shared/ids.ts'

const names: readonly DiagnosticCheck['name'][] = ['signaling', 'room', 'ways', 'members', 'version', 'clock', 'sync']

export const garden: NamedSpace = { id: 'garden' as SpaceId, name: 'Garden' }

/** A device in the same room, as it is linked. */
export function peerOf(name: string, change: Partial<PeerDiagnosis> = {}): PeerDiagnosis {
  return {
    id: name,
    space: garden,
    identity: name as IdentityId,
    name,
    path: 'direct',
    bytesSent: 48_213,
    bytesReceived: 1_204_000,
    roundTripMs: 12.4,
    sinceMs: 0,
    lacking: 0,
    clockAheadMs: 40,
    ...change,
  }
}

/** What is seen where these findings are, and else all is well as far as `unknown` allows. */
export function diagnosticsOf(
  findings: readonly DiagnosticFinding[] = [],
  change: Partial<Diagnostics> & { readonly unknown?: readonly DiagnosticCheck['name'][] } = {},
): Diagnostics {
  const { unknown = [], ...rest } = change
  const checks = names.map((name) => {
    const own = findings.filter(({ check }) => check === name)
    const worst = own.some(({ severity }) => severity === 'problem') ? 'problem' : own.length > 0 ? 'notice' : 'ok'
    return { name, status: unknown.includes(name) ? 'unknown' : worst } as const
  })
  return {
    status: checks.some(({ status }) => status === 'problem') ? 'problem' : findings.length > 0 ? 'notice' : 'ok',
    checks,
    findings,
    servers: [{ url: 'wss://signal.example', status: 'answers', roundTripMs: 23, sinceMs: 0 }],
    ways: { addresses: { local: 2, public: 1, relayed: 1 }, relays: [], connecting: 0, isFailing: false },
    peers: [],
    report: () => 'Connection report, 2026-01-01T12:00:00.000Z\nVerdict: ok\n',
    ...rest,
  }
}
