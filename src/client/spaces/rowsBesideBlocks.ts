import { toId, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { StorageBatch } from '../../storage/storage.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import { decodeOperation } from '../../access/operation.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import { parseFeedKey } from '../../feed/feedKey.ts'
import type { LocalStates } from './localState.ts'
import type { MutedMembers } from './mutedMembers.ts'
import type { SpaceProfiles } from './spaceProfiles.ts'
import { putKey } from './spaceRecord.ts'

/** What memory holds of a space beside its blocks, as rows to store again after the storage has lost everything: keys, membership, profiles, marks, who is muted, local state. */
export async function rowsBesideBlocks({
  crypto,
  space,
  identity,
  log,
  keyRing,
  graph,
  muted,
  local,
  profiles,
}: {
  readonly crypto: CryptoPort
  readonly space: SpaceId
  readonly identity: LocalIdentity
  readonly log: OperationLog
  readonly keyRing: KeyRing
  readonly graph: BlockGraph
  readonly muted: MutedMembers
  readonly local: LocalStates
  readonly profiles: SpaceProfiles
}): Promise<StorageBatch> {
  const keys = await Promise.all(keyRing.all().map((key) => putKey(crypto, identity, space, key)))
  const putMembership = log.operations().flatMap((operation) => {
    const decoded = decodeOperation(crypto, operation)
    return decoded.ok ? [{ space, id: decoded.value.key, operation }] : []
  })
  // Without them this device would begin feeds anew that others hold.
  const putMarks = graph.tips().flatMap(({ feed, seq, id }) => {
    const { device, slot } = parseFeedKey(feed)!
    return toId(device) === identity.deviceId ? [{ space, slot, seq, block: id }] : []
  })
  return { putKeys: [muted.row(), ...local.rows(), ...profiles.rows(), ...keys], putMembership, putMarks }
}
