import type { DeviceId, IdentityId } from '../../shared/ids.ts'
import { append } from '../../shared/append.ts'
import { admissionKey, type Admission, type End, type Entry, type JudgedOperation } from '../judgedOperation.ts'
import type { KeptBlock } from '../membershipLog.ts'
import type { OperationGraph, OperationSet } from '../operationGraph.ts'

/** Why a well-formed operation does not count (M9-M12). */
export type VoidReason = 'rests' | 'removed' | 'left' | 'revoked'

/** The ends that count, and what they reach. Filled in the order of M13, so that whatever could void an end was asked before. */
export interface Ends {
  add(judged: JudgedOperation, end: End): void
  /** Why an operation signed under `signer` does not count, or undefined. */
  reasonAgainst(judged: JudgedOperation, signer: Entry): Exclude<VoidReason, 'rests'> | undefined
  hasEnded(admission: Admission): boolean
  /** Whether a revocation reaches the entry; whether its admission has ended is another question. */
  hasRevoked(entry: Entry): boolean
  /** Whether nothing but leaves has ended an admission. */
  hasLeft(admission: Admission): boolean
  /** Keys of the ends that reach an entry or its admission. */
  keysAgainst(entry: Entry): readonly string[]
  /** Whether an invitation (id as text) was closed by an operation with `announcement` in its past. */
  hasClosed(invitation: string, announcement: string): boolean
  /** Keys of the ends of people and devices, in the order of standing. */
  readonly keys: readonly string[]
  /** The blocks that the cuts keep (M26). */
  readonly keptBlocks: readonly KeptBlock[]
}

type PersonEnd = Exclude<End, { readonly kind: 'invitation' }>

interface StandingEnd {
  readonly key: string
  readonly end: PersonEnd
  readonly cut: OperationSet
  readonly signer: Entry
}

export function createEnds(graph: OperationGraph): Ends {
  const byAdmission = new Map<string, StandingEnd[]>()
  const byIdentity = new Map<IdentityId, StandingEnd[]>()
  const byDevice = new Map<string, StandingEnd[]>()
  const closings = new Map<string, string[]>()
  const keys: string[] = []
  const keptBlocks: KeptBlock[] = []

  /** The ends that reach an admission: those of it alone, and those of its person that rank above it and that it does not come after (M9). */
  function against(admission: Admission): readonly StandingEnd[] {
    const ofPerson = (byIdentity.get(admission.identityId) ?? []).filter(
      ({ key, signer }) => signer.admission.rank < admission.rank && !graph.isBefore(key, admission.operation),
    )
    return [...(byAdmission.get(admissionKey(admission)) ?? []), ...ofPerson]
  }

  function revocationsOf(entry: Entry): readonly StandingEnd[] {
    return (byDevice.get(deviceKey(entry.admission, entry.device)) ?? []).filter(
      ({ key, signer }) => signer.rank < entry.rank && !graph.isBefore(key, entry.operation),
    )
  }

  return {
    add({ operation, effects }, end) {
      const { key } = operation
      if (end.kind === 'invitation') return append(closings, end.invitation, key)
      keys.push(key)
      const standing = { key, end, cut: graph.pastOf(end.cut), signer: effects.signer! }
      for (const block of end.blocks) keptBlocks.push({ block, ...authorOf(standing) })
      if (end.kind === 'identity') append(byIdentity, end.identity, standing)
      else if (end.kind === 'device') append(byDevice, deviceKey(standing.signer.admission, end.device), standing)
      else append(byAdmission, admissionKey(end.admission), standing)
    },
    reasonAgainst({ operation, effects }, signer) {
      const isOutside = ({ cut }: StandingEnd): boolean => !cut.has(operation.key)
      const reaching = against(signer.admission).filter(isOutside)
      if (reaching.some(({ end }) => end.kind !== 'leave')) return 'removed'
      const outlivesLeave = effects.entry !== undefined || effects.end?.kind === 'device' || effects.end?.kind === 'leave'
      if (reaching.length > 0 && !outlivesLeave) return 'left'
      return revocationsOf(signer).some(isOutside) ? 'revoked' : undefined
    },
    hasEnded: (admission) => against(admission).length > 0,
    hasRevoked: (entry) => revocationsOf(entry).length > 0,
    hasLeft: (admission) => against(admission).length > 0 && against(admission).every(({ end }) => end.kind === 'leave'),
    keysAgainst: (entry) => [...against(entry.admission), ...revocationsOf(entry)].map(({ key }) => key),
    hasClosed: (invitation, announcement) => (closings.get(invitation) ?? []).some((key) => graph.isBefore(announcement, key)),
    keys,
    keptBlocks,
  }
}

/** Whose blocks an end may keep. */
function authorOf({ end, signer }: Pick<StandingEnd, 'signer'> & { readonly end: PersonEnd }): Omit<KeptBlock, 'block'> {
  if (end.kind === 'identity') return { identity: end.identity }
  if (end.kind === 'device') return { identity: signer.admission.identityId, device: end.device }
  return { identity: end.admission.identityId }
}

function deviceKey(admission: Admission, device: DeviceId): string {
  return `${admissionKey(admission)} ${device}`
}
