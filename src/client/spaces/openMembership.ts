import { toId, type SpaceId } from '../../shared/ids.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import { createKeyRing } from '../../access/keys/createKeyRing.ts'
import { createMembershipLog } from '../../access/createMembershipLog.ts'
import type { KeyRing } from '../../access/keys/keyRing.ts'
import { openEpochs } from '../../access/keys/openEpochs.ts'
import type { OperationLog } from '../../access/operationLog.ts'
import type { EchoPorts } from '../echo.ts'
import { createOperationStore, type OperationStore } from './operationStore.ts'
import { readKeys } from './spaceRecord.ts'

/** The membership log of a space as this device has stored it, and the content keys that it opens here. */
export interface OpenMembership {
  readonly log: OperationLog
  readonly operations: OperationStore
  readonly keyRing: KeyRing
  /** Stored operations that could not be read. */
  readonly damaged: number
  /** Reads keys, then membership again: this tab or another has stored more. @throws (rejects) EchoError of storage */
  readAgain(): Promise<void>
}

/** What joins the log from here on is stored, and opens the keys that are sealed to this device. @throws (rejects) EchoError of storage */
export async function openMembership(
  { crypto, clock, storage }: EchoPorts,
  identity: LocalIdentity,
  space: SpaceId,
  onFault: (error: unknown) => void,
): Promise<OpenMembership> {
  const log = createMembershipLog({ crypto, space })
  const stored = await storage.readMembership(space)
  // All at once: their signatures were verified before they were stored.
  await Promise.all(stored.rows.map((operation) => log.addVerified(operation)))
  const operations = createOperationStore({ storage, space, clock, onFault })
  const keyRing = createKeyRing({ crypto, log })
  log.onAdded((operation, id) => {
    operations.put(toId<string>(id), operation)
    void openEpochs({ crypto, log, keyRing, identity })
  })
  await readKeys(crypto, identity, space, storage, keyRing)
  await openEpochs({ crypto, log, keyRing, identity })
  return {
    log,
    operations,
    keyRing,
    damaged: stored.damaged,
    async readAgain() {
      await readKeys(crypto, identity, space, storage, keyRing)
      const { rows } = await storage.readMembership(space)
      await Promise.all(rows.map((operation) => log.addVerified(operation)))
    },
  }
}
