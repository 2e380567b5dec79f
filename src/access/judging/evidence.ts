import { toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { Entry } from '../judgedOperation.ts'
import type { Role } from '../membershipLog.ts'
import type { OperationGraph } from '../operationGraph.ts'

/*
 * What shows to somebody who does not have the membership log that a device was admitted to a space: the operations on the path from the genesis to its
 * entry (M2), each naming by its hash the one that it is signed under. Nothing else of the log is told: no other members, no keys.
 *
 * It shows that the person was made a member, and by whom. That nobody has ended it since, only the log shows; whoever gives the evidence may leave that out.
 */

/** Most operations of one piece of evidence. */
export const maxEvidence = 32

/** The operations that an entry rests on, itself included, each after those that it is signed under. */
export function evidenceOf(graph: OperationGraph, entry: Entry): readonly Uint8Array[] {
  const needed = new Set<string>()
  const open = [entry.operation, entry.admission.operation]
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (needed.has(key)) continue
    needed.add(key)
    const effects = graph.get(key)?.effects
    if (effects?.signer !== undefined) open.push(effects.signer.operation, effects.signer.admission.operation)
    if (effects?.entry?.record === undefined) continue
    const { record, admission } = effects.entry
    const certifier = graph
      .entriesOf(toId<DeviceId>(record.certifier))
      .find(({ admission: { identityId } }) => identityId === admission.identityId)
    if (certifier !== undefined) open.push(certifier.operation)
  }
  return graph.all.flatMap(({ operation }) => (needed.has(operation.key) ? [operation.bytes] : []))
}

/** What a piece of evidence shows. */
export interface Evidenced {
  readonly role: Role
  /** Who admitted the person; undefined for a founder. */
  readonly admittedBy: IdentityId | undefined
}

/** Who signed the admission of an entry; undefined for a founder's. */
export function admitterOf(graph: OperationGraph, { admission }: Entry): IdentityId | undefined {
  return graph.get(admission.operation)?.effects.signer?.admission.identityId
}
