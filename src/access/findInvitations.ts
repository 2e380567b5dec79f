import type { Evaluation } from './evaluate.ts'
import { operationKey } from './operation.ts'
import type { OperationGraph } from './operationGraph.ts'
import type { AnnouncedInvitation } from './operationLog.ts'

/** M17: the invitations that members may see, host and close. */
export function findInvitations(graph: OperationGraph, { voided, ends }: Evaluation): readonly AnnouncedInvitation[] {
  return graph.all.flatMap(({ operation, effects: { invitation, signer } }) => {
    if (invitation === undefined || signer === undefined) return []
    const isClosed = ends.hasClosed(operationKey(invitation.invitationId), operation.key)
    const isOpen = !voided.has(operation.key) && !isClosed && !ends.hasEnded(signer.admission)
    return [{ ...invitation, operation: operation.id, inviter: signer.admission.identityId, isOpen }]
  })
}
