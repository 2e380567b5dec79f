import { toHex } from '../../shared/bytes.ts'
import { toId, type DeviceId } from '../../shared/ids.ts'
import type { Evaluation } from '../judging/evaluate.ts'
import type { OperationGraph } from '../operationGraph.ts'
import type { Epoch } from '../operationLog.ts'

/**
 * M19: the epochs, and which of their keys may be written under. A key is usable when its operation counts and has every end that counts in
 * its past, and every device that it was sealed to, by whichever operation that counts, is live.
 */
export function findEpochs(graph: OperationGraph, { voided, ends, standing }: Evaluation): readonly Epoch[] {
  const epochs = graph.all.flatMap(({ operation, effects }) => {
    if (effects.epoch === undefined) return []
    return [{ body: effects.epoch, operation: operation.id, key: operation.key, isValid: !voided.has(operation.key) }]
  })
  const sealedToDead = new Set<string>()
  for (const { body, isValid } of epochs) {
    const isAllLive = body.recipients.every(({ device }) => standing.entriesOf(toId<DeviceId>(device)).length > 0)
    if (isValid && !isAllLive) sealedToDead.add(toHex(body.keyId))
  }
  return epochs.map(({ body, operation, key, isValid }) => {
    const usable = isValid && !sealedToDead.has(toHex(body.keyId)) && ends.keys.every((end) => graph.isBefore(end, key))
    return { ...body, operation, usable }
  })
}
