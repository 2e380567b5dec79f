import type { DeviceId, IdentityId } from '../shared/ids.ts'
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
