import { equalBytes } from '../../shared/bytes.ts'
import { toId, type DeviceId, type IdentityId, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { admitterOf, maxEvidence, type Evidenced } from './evidence.ts'
import { judge } from './judge.ts'
import { decodeOperation, operationKinds, verifyOperation } from '../operation.ts'
import { createOperationGraph } from '../operationGraph.ts'
import { roleCode } from '../roleCode.ts'

const evidenceKinds: ReadonlySet<number> = new Set([operationKinds.genesis, operationKinds.admit, operationKinds.device])

/**
 * Judges evidence by the rules of the log, from nothing but its bytes.
 * @returns the highest role that it shows for the pair of identity and device, or undefined where some operation is not what it should be. Never throws.
 */
export async function verifyEvidence(
  crypto: CryptoPort,
  space: SpaceId,
  operations: readonly Uint8Array[],
  { identity, device }: { readonly identity: IdentityId; readonly device: DeviceId },
): Promise<Evidenced | undefined> {
  if (operations.length > maxEvidence) return undefined
  const graph = createOperationGraph()
  const spaceBytes = new Uint8Array(32)
  let before: readonly Uint8Array[] = []
  for (const [i, bytes] of operations.entries()) {
    const decoded = decodeOperation(crypto, bytes)
    if (!decoded.ok || !evidenceKinds.has(decoded.value.kind) || graph.get(decoded.value.key) !== undefined) return undefined
    const operation = decoded.value
    const isFirst = i === 0
    if (isFirst !== (operation.kind === operationKinds.genesis)) return undefined
    if (isFirst ? toId<SpaceId>(operation.id) !== space : !equalBytes(operation.space, spaceBytes)) return undefined
    if (isFirst) spaceBytes.set(operation.id)
    if (!(await verifyOperation(crypto, operation))) return undefined
    // In place of its parents, most of which are not here, stand those before it: an operation names the one that it is signed under by its hash.
    const linked = isFirst ? operation : { ...operation, parents: before }
    const verdict = await judge({ crypto, space: spaceBytes, graph }, linked)
    if (!verdict.ok) return undefined
    graph.insert({ operation: linked, effects: verdict.value })
    before = [operation.id]
  }
  const entries = graph.entriesOf(device).filter(({ admission }) => admission.identityId === identity)
  const best = entries.sort((a, b) => roleCode(a.admission.role) - roleCode(b.admission.role))[0]
  return best && { role: best.admission.role, admittedBy: admitterOf(graph, best) }
}
