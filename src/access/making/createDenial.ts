import { EchoError } from '../../shared/echoError.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { encodeDenyBody, type DenyBody } from '../bodies/denyBody.ts'
import { operationKinds } from '../operation.ts'
import type { OperationLog } from '../operationLog.ts'
import { signUnder } from './signUnder.ts'

/** Tells the other admins that somebody was turned away from an announced invitation. @throws EchoError `not-authorised` where the signer is no admin. */
export async function createDenial({
  log,
  signer,
  denial,
}: {
  readonly log: OperationLog
  readonly signer: LocalIdentity
  readonly denial: DenyBody
}): Promise<Uint8Array> {
  const own = log.signingEntry(signer.id, signer.deviceId, 'admin')
  if (own === undefined) throw new EchoError('not-authorised', 'Only owners and admins can turn a guest away. Ask one of them.')
  return signUnder(log, { signing: signer.signing, as: own.as }, { kind: operationKinds.deny, body: encodeDenyBody(denial) })
}
