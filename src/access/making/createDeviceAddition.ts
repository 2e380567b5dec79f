import { EchoError } from '../../shared/echoError.ts'
import type { DeviceId, IdentityId } from '../../shared/ids.ts'
import { toId } from '../../shared/ids.ts'
import type { SigningKey } from '../../crypto/cryptoPort.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import { encodeDeviceBody } from '../bodies/deviceBody.ts'
import { operationKinds } from '../operation.ts'
import type { OperationLog } from '../operationLog.ts'
import { signUnder } from './signUnder.ts'

/**
 * Adds a device of one's own person: one operation for each live admission that does not list it yet.
 * @param options.signer a device that is there, or the root key of the phrase
 * @returns none where it is everywhere already
 * @throws EchoError `not-authorised` where the person is no member.
 */
export async function createDeviceAddition({
  log,
  identity,
  signer,
  record,
}: {
  readonly log: OperationLog
  readonly identity: IdentityId
  readonly signer: { readonly deviceId: DeviceId | 'root'; readonly signing: SigningKey }
  readonly record: DeviceRecord
}): Promise<readonly Uint8Array[]> {
  const own =
    signer.deviceId === 'root'
      ? log.admissionsOf(identity).map((admission) => ({ admission, reference: admission.reference }))
      : log.entriesOf(identity, signer.deviceId)
  if (own.length === 0) throw new EchoError('not-authorised', 'This person is no member of the space, so no device can be added.')
  const present = new Set(log.entriesOf(identity, toId<DeviceId>(record.sign)).map(({ admission }) => admission))
  const missing = own.filter(({ admission }) => !present.has(admission))
  const body = encodeDeviceBody({ record })
  return Promise.all(
    missing.map(({ reference }) => signUnder(log, { signing: signer.signing, as: reference }, { kind: operationKinds.device, body })),
  )
}
