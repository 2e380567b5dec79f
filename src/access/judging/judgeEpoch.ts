import { equalBytes } from '../../shared/bytes.ts'
import { hasUnknownRequired } from '../../shared/extensions.ts'
import { fail, ok } from '../../shared/result.ts'
import { decodeEpochBody } from '../bodies/epochBody.ts'
import type { JudgeContext, Verdict } from './judgeContext.ts'
import type { Entry } from '../judgedOperation.ts'
import type { Operation } from '../operation.ts'
import type { OperationSet } from '../operationGraph.ts'
import { isAtLeast } from '../roleCode.ts'

/** M6: a new key of the space. */
export function judgeEpoch({ graph }: JudgeContext, operation: Operation, signer: Entry, past: OperationSet): Verdict {
  if (!isAtLeast(signer.admission.role, 'editor')) return fail('role')
  const body = decodeEpochBody(operation.body)
  if (!body.ok) return fail('body')
  if (hasUnknownRequired(body.value.extensions)) return fail('newer-version')
  // Naming an old key again would make a key usable that somebody removed since then may hold.
  const isNamedBefore = graph.all.some(
    ({ operation: other, effects }) =>
      effects.epoch !== undefined && equalBytes(effects.epoch.keyId, body.value.keyId) && past.has(other.key),
  )
  return isNamedBefore ? fail('body') : ok({ signer, epoch: body.value })
}
