import { toId, type DeviceId, type IdentityId } from '../shared/ids.ts'
import type { AgreementKey, SigningKey } from '../crypto/cryptoPort.ts'
import type { DeviceRecord } from './record.ts'

/** This person on this device: what signs blocks and operations and opens sealed keys. Holds secrets; never logged, never sent. */
export interface LocalIdentity {
  readonly id: IdentityId
  readonly deviceId: DeviceId
  readonly record: DeviceRecord
  readonly signing: SigningKey
  readonly agreement: AgreementKey
}

/** The owner of these keys, as the record says. */
export function localIdentity(record: DeviceRecord, { signing, agreement }: Pick<LocalIdentity, 'signing' | 'agreement'>): LocalIdentity {
  return { id: toId<IdentityId>(record.identity), deviceId: toId<DeviceId>(record.sign), record, signing, agreement }
}

/** A device that belongs to nobody yet: its keys, with zeros in the place of a person. What it signs as somebody is refused everywhere. */
export function newDeviceIdentity({ signing, agreement }: Pick<LocalIdentity, 'signing' | 'agreement'>): LocalIdentity {
  const [nobody, unsigned] = [new Uint8Array(32), new Uint8Array(64)]
  const [sign, seal] = [signing.publicKey, agreement.publicKey]
  const record = { identity: nobody, sign, seal, certifier: nobody, certificate: unsigned, self: unsigned }
  return localIdentity(record, { signing, agreement })
}
