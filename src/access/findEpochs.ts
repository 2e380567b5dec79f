import { toHex } from '../shared/bytes.ts'
import { toId, type DeviceId } from '../shared/ids.ts'
import type { Evaluation } from './evaluate.ts'
import type { JudgedOperation } from './judgedOperation.ts'
import type { Epoch } from './operationLog.ts'

/**
 * M19: the valid epochs and which of their keys may be written under. A key is usable when every device that it was sealed to, by
 * whichever operation, is live. (That an epoch has all valid ends in its past joins this rule with the kind `end`.)
 */
export function findEpochs(operations: readonly JudgedOperation[], evaluation: Evaluation): readonly Epoch[] {
  const valid = operations.filter(({ operation }) => evaluation.valid.has(operation.key))
  const unusable = new Set<string>()
  for (const { effects } of valid) {
    const isSealedToDead = effects.epoch?.recipients.some(({ device }) => !evaluation.entriesByDevice.has(toId<DeviceId>(device)))
    if (effects.epoch !== undefined && isSealedToDead === true) unusable.add(toHex(effects.epoch.keyId))
  }
  return valid.flatMap(({ operation, effects }) => {
    if (effects.epoch === undefined) return []
    return [{ ...effects.epoch, operation: operation.id, usable: !unusable.has(toHex(effects.epoch.keyId)) }]
  })
}
