import { compareBytes } from '../shared/bytes.ts'
import type { Evaluation } from './evaluate.ts'
import type { Admission } from './judgedOperation.ts'
import { operationKey } from './operation.ts'
import type { OperationGraph } from './operationGraph.ts'
import type { InviteBody } from './bodies/inviteBody.ts'

/**
 * M17: the live admissions by an invitation of those who came after it was used up; its inviter's client ends them. Who came first is told by the sizes of
 * the admissions' pasts and, where they are equal, by their ids: whoever knew of an admission comes after it, and everyone finds the same.
 */
export function findExcess(
  graph: OperationGraph,
  { voided, standing }: Evaluation,
  { invitationId, uses }: Pick<InviteBody, 'invitationId' | 'uses'>,
): readonly Admission[] {
  const counting = graph.admittedBy(operationKey(invitationId)).filter(({ operation }) => !voided.has(operation))
  // A further admission of a person, as for another role, carries the invitation on.
  if (new Set(counting.map(({ identityId }) => identityId)).size <= uses) return []
  const sizes = new Map(counting.map((admission) => [admission, graph.pastSize(admission.operation)]))
  const sorted = counting.sort((a, b) => sizes.get(a)! - sizes.get(b)! || compareBytes(a.reference.operation, b.reference.operation))
  const people = [...new Set(sorted.map(({ identityId }) => identityId))]
  const late = new Set(people.slice(uses))
  return sorted.filter((admission) => late.has(admission.identityId) && standing.admissionsOf(admission.identityId).includes(admission))
}
