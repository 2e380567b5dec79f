import { hasUnknownRequired } from '../../shared/extensions.ts'
import { fail, ok } from '../../shared/result.ts'
import { toId, type IdentityId } from '../../shared/ids.ts'
import { decodeDenyBody } from '../bodies/denyBody.ts'
import { decodeInviteBody } from '../bodies/inviteBody.ts'
import type { Verdict } from './judgeContext.ts'
import type { Entry } from '../judgedOperation.ts'
import { operationKey, type Operation } from '../operation.ts'
import { isAtLeast } from '../roleCode.ts'

/** M17: an invitation lies here to be seen and to be hosted; it decides nothing. */
export function judgeInvite(operation: Operation, signer: Entry): Verdict {
  if (!isAtLeast(signer.admission.role, 'admin')) return fail('role')
  const body = decodeInviteBody(operation.body)
  if (!body.ok) return fail('body')
  return hasUnknownRequired(body.value.extensions) ? fail('newer-version') : ok({ signer, invitation: body.value })
}

/** Whom an admin turned away lies here for the other admins; it decides about nobody who is admitted all the same. */
export function judgeDeny(operation: Operation, signer: Entry): Verdict {
  if (!isAtLeast(signer.admission.role, 'admin')) return fail('role')
  const body = decodeDenyBody(operation.body)
  if (!body.ok) return fail('body')
  const { invitationId, identity, extensions } = body.value
  if (hasUnknownRequired(extensions)) return fail('newer-version')
  return ok({ signer, denial: { invitation: operationKey(invitationId), identity: toId<IdentityId>(identity) } })
}
