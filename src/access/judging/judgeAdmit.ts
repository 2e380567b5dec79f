import { hasUnknownRequired } from '../../shared/extensions.ts'
import { fail, ok } from '../../shared/result.ts'
import { decodeAdmitBody } from '../bodies/admitBody.ts'
import { rankDevices } from '../bodies/deviceList.ts'
import { invitationTarget, verifyConsent } from '../making/consent.ts'
import type { JudgeContext, Verdict } from './judgeContext.ts'
import type { Admission, Entry } from '../judgedOperation.ts'
import { makeAdmission } from '../making/makeAdmission.ts'
import type { Role } from '../membershipLog.ts'
import type { Operation } from '../operation.ts'
import { isAtLeast } from '../roleCode.ts'

/** M3-M6: one more role for one person, who agreed to it. */
export async function judgeAdmit({ crypto, space, verified = false }: JudgeContext, operation: Operation, signer: Entry): Promise<Verdict> {
  const admitter = signer.admission
  if (!isAtLeast(admitter.role, 'admin')) return fail('role')
  const body = decodeAdmitBody(operation.body)
  if (!body.ok) return fail('body')
  const { role, name, invitationId, consent, consenter, extensions } = body.value
  if (hasUnknownRequired(extensions)) return fail('newer-version')
  if (role === 'owner' && admitter.role !== 'owner') return fail('role')

  const record = body.value.devices[consenter]!.record
  const devices = await rankDevices(crypto, record.identity, body.value.devices, verified)
  if (devices === undefined || !devices.some((device) => device.listed)) return fail('body')
  const subject = { target: invitationTarget(crypto, space), invitationId, record }
  if (!verified && !(await verifyConsent(crypto, subject, consent))) return fail('body')
  const admission = makeAdmission({
    reference: { operation: operation.id, index: 0 },
    identity: record.identity,
    role,
    rank: rankOf(role, admitter),
    depth: admitter.depth + 1,
    name,
    devices,
    consent: { invitationId, record, signature: consent },
  })
  return ok({ signer, admissions: [admission] })
}

/** M4. An owner is admitted by owners only, so rank 0 and owner are the same. */
function rankOf(role: Role, admitter: Admission): number {
  if (role === 'owner') return 0
  return role === 'admin' ? admitter.rank + 1 : Number.POSITIVE_INFINITY
}
