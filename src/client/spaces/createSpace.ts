import { toId, type SpaceId } from '../../shared/ids.ts'
import { createGenesis } from '../../access/making/createGenesis.ts'
import { createEpoch } from '../../access/making/createEpoch.ts'
import { createKeyRing } from '../../access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../access/createMembershipLog.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import type { StorageBatch } from '../../storage/storage.ts'
import type { EchoPorts } from '../echo.ts'
import { putRecord, type SpaceRecord } from './spaceRecord.ts'

/**
 * Makes a space with this identity as its owner, and the first epoch; all of it is stored in one strict write.
 * @param options.chain from the record that the root key certified down to this device's own
 */
export async function createSpaceOnDevice(
  { crypto, storage }: Pick<EchoPorts, 'crypto' | 'storage'>,
  options: {
    readonly identity: LocalIdentity
    readonly chain: readonly DeviceRecord[]
    readonly ownName: string
    readonly name: string
    /** What names the space on this device; by default that it is one of its spaces. */
    readonly rowsOf?: (record: SpaceRecord) => NonNullable<StorageBatch['putKeys']>
  },
): Promise<SpaceRecord> {
  const { identity, chain, ownName, name, rowsOf = (made) => [putRecord(made)] } = options
  const genesis = await createGenesis({ crypto, identity, name: ownName, certifiers: chain.slice(0, -1) })
  const log = createMembershipLog({ crypto, space: genesis.space })
  const operations: { space: SpaceId; id: string; operation: Uint8Array }[] = []
  log.onAdded((operation, id) => operations.push({ space: genesis.space, id: toId<string>(id), operation }))
  await log.add(genesis.operation)
  const epoch = await createEpoch({ crypto, log, signer: identity, keyRing: createKeyRing({ crypto, log }) })
  await log.add(epoch.operation)
  const record: SpaceRecord = { id: genesis.space, name, awaiting: [] }
  await storage.write({ putMembership: operations, putKeys: rowsOf(record) }, 'strict')
  return record
}
