import type { Evaluation } from '../judging/evaluate.ts'
import { operationKey } from '../operation.ts'
import type { OperationGraph } from '../operationGraph.ts'
import type { AnnouncedInvitation } from '../operationLog.ts'

/** M17: the invitations that members may see, host and close, in the order of insertion, and by their ids as text, the first of each. */
export function findInvitations(
  graph: OperationGraph,
  { voided, ends }: Evaluation,
): { readonly all: readonly AnnouncedInvitation[]; readonly byId: ReadonlyMap<string, AnnouncedInvitation> } {
  const all = graph.all.flatMap(({ operation, effects: { invitation, signer } }): readonly AnnouncedInvitation[] => {
    if (invitation === undefined || signer === undefined) return []
    const isClosed = ends.hasClosed(operationKey(invitation.invitationId), operation.key)
    const isOpen = !voided.has(operation.key) && !isClosed && !ends.hasEnded(signer.admission)
    return [{ ...invitation, operation: operation.id, inviter: signer.admission.identityId, isOpen }]
  })
  const byId = new Map<string, AnnouncedInvitation>()
  for (const invitation of all) {
    const key = operationKey(invitation.invitationId)
    if (!byId.has(key)) byId.set(key, invitation)
  }
  return { all, byId }
}
