import { EchoError } from '../../shared/echoError.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { encodeInviteBody, type InviteBody } from '../bodies/inviteBody.ts'
import { operationKinds } from '../operation.ts'
import type { OperationLog } from '../operationLog.ts'
import { signUnder } from './signUnder.ts'

/** Announces an invitation to the members. @throws EchoError `not-authorised` where the signer is no admin. */
export async function createInvite({
  log,
  signer,
  invitation,
}: {
  readonly log: OperationLog
  readonly signer: LocalIdentity
  readonly invitation: InviteBody
}): Promise<Uint8Array> {
  const own = log.signingEntry(signer.id, signer.deviceId, 'admin')
  if (own === undefined) {
    throw new EchoError(
      'not-authorised',
      'Only owners and admins can invite. Ask one of them to invite the person, or to make you an admin.',
    )
  }
  return signUnder(log, { signing: signer.signing, as: own.as }, { kind: operationKinds.invite, body: encodeInviteBody(invitation) })
}
