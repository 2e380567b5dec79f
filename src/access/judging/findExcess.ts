import { compareBytes } from '../../shared/bytes.ts'
import type { Evaluation } from './evaluate.ts'
import type { Admission } from '../judgedOperation.ts'
import { operationKey } from '../operation.ts'
import type { OperationGraph } from '../operationGraph.ts'
import type { AnnouncedInvitation } from '../operationLog.ts'
import { compareRanks } from '../standing.ts'

/**
 * M17: the live admissions by an invitation of those who came after it was used up; its inviter's client ends them. Whom the inviter let in comes first,
 * then whom a senior did, then whoever's admission has the smaller past: whoever knew of an admission of an equal comes after it. Everyone finds the same.
 *
 * A past can be chosen as small as one likes, so an admin can put his guests before those of equals and juniors, and have the inviter end these. They all
 * rank below him, so he could end them himself.
 */
export function findExcess(
  graph: OperationGraph,
  { voided, standing }: Evaluation,
  { invitationId, uses, inviter }: Pick<AnnouncedInvitation, 'invitationId' | 'uses' | 'inviter'>,
): readonly Admission[] {
  const counting = graph.admittedBy(operationKey(invitationId)).filter(({ operation }) => !voided.has(operation))
  // A further admission of a person, as for another role, carries the invitation on.
  if (new Set(counting.map(({ identityId }) => identityId)).size <= uses) return []
  const places = new Map(counting.map((admission) => [admission, placeOf(admission)]))
  const sorted = counting.sort((a, b) => {
    const [first, second] = [places.get(a)!, places.get(b)!]
    return (
      compareRanks(first.seniority, second.seniority) ||
      first.size - second.size ||
      compareBytes(a.reference.operation, b.reference.operation)
    )
  })
  const people = [...new Set(sorted.map(({ identityId }) => identityId))]
  const late = new Set(people.slice(uses))
  return sorted.filter((admission) => late.has(admission.identityId) && standing.admissionsOf(admission.identityId).includes(admission))

  function placeOf({ operation }: Admission): { readonly seniority: number; readonly size: number } {
    const admitter = graph.get(operation)!.effects.signer!.admission
    return { seniority: admitter.identityId === inviter ? -1 : admitter.rank, size: graph.pastSize(operation) }
  }
}
