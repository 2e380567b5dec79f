import { EchoError } from '../../shared/echoError.ts'
import { parseId, toId, type SpaceId } from '../../shared/ids.ts'
import type { Storage, StorageBatch } from '../../storage/storage.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { RootKey } from '../../identity/rootKey.ts'
import { createDeviceAddition } from '../../access/making/createDeviceAddition.ts'
import { createEpoch } from '../../access/making/createEpoch.ts'
import { createHaloGenesis } from '../../access/making/createGenesis.ts'
import { createKeyRing } from '../../access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../access/createMembershipLog.ts'
import type { EchoPorts } from '../echo.ts'
import { spaceRecordOf, type SpaceRecord } from '../spaces/spaceRecord.ts'

/** The row of the keys table that names the private space of one's own devices; it is not among the app's spaces. */
export const haloKey = 'halo'
const lockName = 'halo'
const lockWaitMs = 15_000

/** @param record.awaiting what another device named, and has not come yet */
export function putHalo({
  id,
  awaiting = [],
}: Pick<SpaceRecord, 'id'> & Partial<SpaceRecord>): NonNullable<StorageBatch['putKeys']>[number] {
  return { key: haloKey, value: { id, awaiting } }
}

/** The private space of this device, or undefined where there is none yet. @throws EchoError of storage */
export async function readHalo(storage: Storage): Promise<SpaceRecord | undefined> {
  const value = await storage.readKey(haloKey)
  const text = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : undefined
  const id = typeof text === 'string' ? parseId<SpaceId>(text, 32) : undefined
  return id && spaceRecordOf(id, value)
}

/**
 * Makes the private space, with this device as its first, or finds that another tab has. All of it is stored in one strict write.
 * @throws EchoError of storage
 */
export async function createHaloOnDevice(ports: EchoPorts, identity: LocalIdentity, root: RootKey): Promise<SpaceRecord> {
  const { crypto, storage } = ports
  const lock = await storage.locks.acquire(lockName, lockWaitMs)
  if (lock === undefined)
    throw new EchoError('timeout', 'Another tab has been making the private space for too long. Close it, or try again.')
  try {
    const present = await readHalo(storage)
    if (present !== undefined) return present
    const genesis = await createHaloGenesis(crypto, root)
    const log = createMembershipLog({ crypto, space: genesis.space })
    const putMembership: { space: SpaceId; id: string; operation: Uint8Array }[] = []
    log.onAdded((operation, id) => putMembership.push({ space: genesis.space, id: toId<string>(id), operation }))
    await log.add(genesis.operation)
    const signer = { deviceId: 'root', signing: root.signing } as const
    for (const operation of await createDeviceAddition({ log, identity: identity.id, signer, record: identity.record }))
      await log.add(operation)
    await log.add((await createEpoch({ crypto, log, signer: identity, keyRing: createKeyRing({ crypto, log }) })).operation)
    const record: SpaceRecord = { id: genesis.space, name: '', awaiting: [] }
    await storage.write({ putMembership, putKeys: [putHalo(record)] }, 'strict')
    return record
  } finally {
    lock.release()
  }
}
