import { toId, type SpaceId } from '../shared/ids.ts'
import { createGenesis } from '../access/createGenesis.ts'
import { createEpoch } from '../access/createEpoch.ts'
import { createKeyRing } from '../access/createKeyRing.ts'
import { createMembershipLog } from '../access/createMembershipLog.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import type { EchoPorts } from './echo.ts'
import { putRecord, type SpaceRecord } from './spaceRecord.ts'

/** Makes a space with this identity as its owner, and the first epoch; all of it is stored in one strict write. */
export async function createSpaceOnDevice(ports: EchoPorts, identity: LocalIdentity, ownName: string, name: string): Promise<SpaceRecord> {
  const { crypto, storage } = ports
  const genesis = await createGenesis({ crypto, identity, name: ownName })
  const log = createMembershipLog({ crypto, space: genesis.space })
  const operations: { space: SpaceId; id: string; operation: Uint8Array }[] = []
  log.onAdded((operation, id) => operations.push({ space: genesis.space, id: toId<string>(id), operation }))
  await log.add(genesis.operation)
  const epoch = await createEpoch({ crypto, log, signer: identity, keyRing: createKeyRing({ crypto, log }) })
  await log.add(epoch.operation)
  const record: SpaceRecord = { id: genesis.space, name, awaiting: [] }
  await storage.write({ putMembership: operations, putKeys: [putRecord(record)] }, 'strict')
  return record
}
