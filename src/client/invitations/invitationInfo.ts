import { toHex } from '../../shared/bytes.ts'
import type { IdentityId } from '../../shared/ids.ts'
import type { AnnouncedInvitation, OperationLog } from '../../access/operationLog.ts'
import type { HostingState } from './hostInvitation.ts'
import type { InvitationInfo } from './invitationOptions.ts'
import type { InvitationRecord } from './invitationRecord.ts'

/**
 * An invitation as a list shows it, from what this device keeps of it, what the log says, and how hosting it goes, each where there is such a thing.
 * @returns undefined where neither this device nor the log knows its terms
 */
export function invitationInfo(
  id: Uint8Array,
  known: {
    readonly record: InvitationRecord | undefined
    readonly announced: AnnouncedInvitation | undefined
    readonly hosting: HostingState | undefined
  },
  context: {
    readonly log: Pick<OperationLog, 'usesOf'>
    readonly me: IdentityId
    readonly nowMs: number
    readonly urlOf: (record: InvitationRecord) => string
  },
): InvitationInfo | undefined {
  const { record, announced, hosting } = known
  const terms = record ?? announced
  if (terms === undefined) return undefined
  const { role, uses, approval, delegated, expiresAt } = terms
  const usesLeft = hosting?.usesLeft ?? Math.max(0, uses - context.log.usesOf(id))
  const isRevoked = record?.revoked === true || announced?.isOpen === false
  const isExpired = expiresAt !== 0 && context.nowMs >= expiresAt
  const end = isRevoked ? 'revoked' : (hosting?.end ?? (isExpired ? 'expired' : usesLeft === 0 ? 'used-up' : undefined))
  return {
    id: toHex(id),
    status: end ?? 'open',
    inviter: announced?.inviter ?? context.me,
    isMine: record !== undefined,
    isSent: announced !== undefined,
    role,
    uses,
    usesLeft,
    approval,
    delegated,
    expiresAt,
    ...(record !== undefined && { url: context.urlOf(record) }),
    ...(record?.code !== undefined && { code: record.code }),
    requests: hosting?.requests ?? [],
  }
}
