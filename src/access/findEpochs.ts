import { toHex } from '../shared/bytes.ts'
import { toId, type DeviceId } from '../shared/ids.ts'
import type { Evaluation } from './evaluate.ts'
import type { JudgedOperation } from './judgedOperation.ts'
import type { Epoch } from './operationLog.ts'

/**
 * M19: the epochs, and which of their keys may be written under. A key is usable when its operation counts and every device that it was
 * sealed to, by whichever operation that counts, is live. (That it has all valid ends in its past joins this rule with the kind `end`.)
 */
export function findEpochs(operations: readonly JudgedOperation[], evaluation: Evaluation): readonly Epoch[] {
  const epochs = operations.flatMap(({ operation, effects }) =>
    effects.epoch === undefined ? [] : [{ body: effects.epoch, operation: operation.id, isValid: evaluation.valid.has(operation.key) }],
  )
  const sealedToDead = new Set<string>()
  for (const { body, isValid } of epochs) {
    const isAllLive = body.recipients.every(({ device }) => evaluation.entriesByDevice.has(toId<DeviceId>(device)))
    if (isValid && !isAllLive) sealedToDead.add(toHex(body.keyId))
  }
  return epochs.map(({ body, operation, isValid }) => ({ ...body, operation, usable: isValid && !sealedToDead.has(toHex(body.keyId)) }))
}
