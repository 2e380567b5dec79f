import { equalBytes } from '../../shared/bytes.ts'
import { hasUnknownRequired } from '../../shared/extensions.ts'
import { fail, ok } from '../../shared/result.ts'
import { rankDevices } from '../bodies/deviceList.ts'
import { decodeGenesisBody } from '../bodies/genesisBody.ts'
import type { JudgeContext, Verdict } from './judgeContext.ts'
import type { Admission } from '../judgedOperation.ts'
import { makeAdmission } from '../making/makeAdmission.ts'
import type { Operation } from '../operation.ts'

/** M1: the one genesis, whose hash is the space. */
export async function judgeGenesis({ crypto, space, verified }: JudgeContext, operation: Operation): Promise<Verdict> {
  if (!equalBytes(operation.id, space) || operation.parents.length > 0) return fail('genesis')
  const body = decodeGenesisBody(operation.body)
  if (!body.ok) return fail('body')
  if (hasUnknownRequired(body.value.extensions)) return fail('newer-version')

  const { owners } = body.value
  const admissions: Admission[] = []
  for (const [index, owner] of owners.entries()) {
    const devices = await rankDevices(crypto, owner.identity, owner.devices, verified)
    const isTwice = owners.findIndex((other) => equalBytes(other.identity, owner.identity)) !== index
    if (devices === undefined || isTwice) return fail('body')
    const reference = { operation: operation.id, index }
    admissions.push(makeAdmission({ reference, identity: owner.identity, role: 'owner', rank: 0, depth: 0, name: owner.name, devices }))
  }
  if (!equalBytes(operation.by, firstSigner(admissions))) return fail('entry')
  // An owner without devices has signed nothing: only the root key that signs the genesis may list itself so.
  if (admissions.some((admission) => admission.entries.length === 0 && !equalBytes(admission.identity, operation.by))) return fail('body')
  return ok({ admissions })
}

/** The first listed device signs the genesis; where nobody lists one, the first owner's root key. */
function firstSigner(admissions: readonly Admission[]): Uint8Array {
  const first = admissions.flatMap((admission) => admission.entries)[0]
  return first?.record?.sign ?? admissions[0]!.identity
}
