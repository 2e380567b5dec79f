import { toId, type DeviceId, type IdentityId } from '../../shared/ids.ts'
import type { Admission, Entry } from '../judgedOperation.ts'
import { operationKey } from '../operation.ts'

/** An admission with the entries of its listed devices, which point back to it. */
export function makeAdmission(fields: Omit<Admission, 'entries' | 'operation' | 'identityId'>): Admission {
  const entries: Entry[] = []
  const operation = operationKey(fields.reference.operation)
  const admission: Admission = { ...fields, operation, identityId: toId<IdentityId>(fields.identity), entries }
  for (const { listed, record, rank } of fields.devices) {
    if (listed) entries.push({ admission, reference: fields.reference, operation, device: toId<DeviceId>(record.sign), record, rank })
  }
  return admission
}
