import { EchoError } from '../../shared/echoError.ts'
import type { Storage, StorageBatch } from '../../storage/storage.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { IdentityControl } from '../person/identityCommands.ts'
import { noIdentity } from '../spaces/spaceEntry.ts'

/**
 * Whose device this is, agreed on among its tabs. Pairing makes it another person's where nobody has begun anything here; a tab that begins something at
 * that moment must not do so for the person who goes, for nobody could open it afterwards.
 */
export interface DeviceOwner {
  /**
   * Stores something of this device's person. @param step gets who that is now
   * @throws (rejects) EchoError no-identity, timeout, or what `step` does
   */
  begin<T>(step: (owner: LocalIdentity) => Promise<T>): Promise<T>
  /** Makes the device another person's; `step` sees what was begun before, and its write holds the row of {@link ownerRow}. @throws (rejects) as `begin` does */
  change(step: () => Promise<void>): Promise<void>
}

/** The device key of who took the place of another person. */
const rowKey = 'owner'
const lockName = 'owner'
const lockWaitMs = 15_000

/** Tells tabs that have not heard of it that this device is another person's now. */
export function ownerRow({ deviceId }: LocalIdentity): NonNullable<StorageBatch['putKeys']>[number] {
  return { key: rowKey, value: deviceId }
}

export function createDeviceOwner(
  storage: Pick<Storage, 'locks' | 'readKey'>,
  identity: Pick<IdentityControl, 'current' | 'reload'>,
): DeviceOwner {
  async function locked<T>(step: () => Promise<T>): Promise<T> {
    const lock = await storage.locks.acquire(lockName, lockWaitMs)
    if (lock === undefined) throw new EchoError('timeout', 'Another tab has been at work for too long. Close it, or try again.')
    try {
      return await step()
    } finally {
      lock.release()
    }
  }

  return {
    change: locked,
    begin: (step) =>
      locked(async () => {
        const adopted = await storage.readKey(rowKey)
        if (adopted !== undefined && adopted !== identity.current()?.deviceId) await identity.reload()
        const owner = identity.current()
        if (owner === undefined) throw noIdentity()
        return step(owner)
      }),
  }
}
