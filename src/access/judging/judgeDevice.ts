import { equalBytes } from '../../shared/bytes.ts'
import { hasUnknownRequired } from '../../shared/extensions.ts'
import { toId, type DeviceId } from '../../shared/ids.ts'
import { fail, ok } from '../../shared/result.ts'
import { verifyDeviceRecord } from '../../identity/record.ts'
import { decodeDeviceBody } from '../bodies/deviceBody.ts'
import { maxChainLength } from '../bodies/deviceList.ts'
import type { JudgeContext, Verdict } from './judgeContext.ts'
import type { Entry } from '../judgedOperation.ts'
import type { Operation } from '../operation.ts'
import type { OperationSet } from '../operationGraph.ts'

/**
 * M5: a device more under the signer's own admission. Whoever of the person's devices or the phrase may sign it vouches for it; the record shows
 * that the device agrees. Its certifier must be known, so that a later list can carry the chain.
 */
export async function judgeDevice(context: JudgeContext, operation: Operation, signer: Entry, past: OperationSet): Promise<Verdict> {
  const { crypto, graph, verified = false } = context
  const { admission } = signer
  const body = decodeDeviceBody(operation.body)
  if (!body.ok) return fail('body')
  if (hasUnknownRequired(body.value.extensions)) return fail('newer-version')
  const { record } = body.value
  const isKnown =
    equalBytes(record.certifier, admission.identity) ||
    graph
      .entriesOf(toId<DeviceId>(record.certifier))
      .some((entry) => entry.admission.identityId === admission.identityId && past.has(entry.operation))
  if (!equalBytes(record.identity, admission.identity) || !isKnown || signer.rank >= maxChainLength) return fail('body')
  if (!verified && !(await verifyDeviceRecord(crypto, record))) return fail('body')
  const reference = { operation: operation.id, index: 0 }
  const device = toId<DeviceId>(record.sign)
  return ok({ signer, entry: { admission, reference, operation: operation.key, device, record, rank: signer.rank + 1 } })
}
