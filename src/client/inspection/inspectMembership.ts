import { toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { Entry, JudgedOperation } from '../../access/judgedOperation.ts'
import type { VoidReason } from '../../access/judging/ends.ts'
import type { Role } from '../../access/membershipLog.ts'
import { operationKey, operationKinds } from '../../access/operation.ts'
import type { InspectableSpace } from './inspectable.ts'

/** An operation of the membership log: who did what to whom. It names no key and no secret of an invitation. */
export interface InspectedOperation {
  readonly id: string
  /** Ids of the operations that it follows. */
  readonly parents: readonly string[]
  /** How many lie between it and the first one, on the longest way. */
  readonly depth: number
  readonly kind: keyof typeof operationKinds | 'leave' | 'unknown'
  /** Who signed it; undefined for the first one. */
  readonly author: IdentityId | undefined
  readonly device: DeviceId
  /** The people and devices that it is about. */
  readonly subjects: readonly { readonly identity?: IdentityId; readonly device?: DeviceId; readonly role?: Role }[]
  /** Undefined where it counts. `rests`: on one that does not · `removed`, `left`, `revoked`: what it was signed under. */
  readonly voidBecause: VoidReason | undefined
}

/** The well-formed operations of a space, each after those that it follows. */
export function inspectMembership({ log }: InspectableSpace): readonly InspectedOperation[] {
  const voided = log.voided()
  const depths = new Map<string, number>()
  return log.judged().map(({ operation, effects }) => {
    const parents = operation.parents.map(operationKey)
    const depth = parents.reduce((deepest, parent) => Math.max(deepest, (depths.get(parent) ?? 0) + 1), 0)
    depths.set(operation.key, depth)
    return {
      id: operation.key,
      parents,
      depth,
      kind: effects.end?.kind === 'leave' ? 'leave' : (kindNames.get(operation.kind) ?? 'unknown'),
      author: effects.signer?.admission.identityId,
      device: toId<DeviceId>(operation.by),
      subjects: subjectsOf(effects),
      voidBecause: voided.get(operation.key),
    }
  })
}

const kindNames = new Map<number, keyof typeof operationKinds>(
  Object.entries(operationKinds).map(([name, kind]) => [kind, name as keyof typeof operationKinds]),
)

function subjectsOf({ admissions, entry, end, invitation, denial }: JudgedOperation['effects']): InspectedOperation['subjects'] {
  if (admissions !== undefined) return admissions.map(({ identityId, role }) => ({ identity: identityId, role }))
  if (entry !== undefined) return [subjectOfEntry(entry)]
  if (invitation !== undefined) return [{ role: invitation.role }]
  if (denial !== undefined) return [{ identity: denial.identity }]
  if (end?.kind === 'identity') return [{ identity: end.identity }]
  if (end?.kind === 'device') return [{ device: end.device }]
  if (end?.kind === 'admission' || end?.kind === 'leave') return [{ identity: end.admission.identityId, role: end.admission.role }]
  return []
}

function subjectOfEntry({ admission, device }: Entry): InspectedOperation['subjects'][number] {
  return { identity: admission.identityId, device }
}
