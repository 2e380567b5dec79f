import type { SpaceId } from '../../shared/ids.ts'
import type { Storage } from '../../storage/storage.ts'
import { readHalfImports } from '../transfer/halfImports.ts'
import { haloKey, readHalo } from '../person/haloRecord.ts'
import { readRecords } from '../spaces/spaceRecord.ts'

/** What a caller has to write out, so that nobody erases a device by accident. */
export const eraseConfirmation = 'erase this device'

const markKey = 'erasing'

/** The keys of rows that no passphrase locks, because erasing needs them; they hold no more than the number of a space and what it waits for. */
export const rowsLeftOpen = [markKey, haloKey]

/** The spaces of this device, the private one and half imports among them, locked or not. @param disk the storage as it lies on the disk. @throws EchoError of storage */
export async function storedSpaces(disk: Storage): Promise<readonly SpaceId[]> {
  const halo = await readHalo(disk)
  return [...[...(await readRecords(disk)), ...(halo === undefined ? [] : [halo])].map(({ id }) => id), ...(await readHalfImports(disk))]
}

/**
 * Deletes everything that this profile holds on this device: identity, keys, spaces, caches. A page that ends half-way has it finished by the next one.
 * @param storage as it lies on the disk: what is locked can be erased, too
 * @throws EchoError of storage
 */
export async function eraseDevice(storage: Storage): Promise<void> {
  await storage.write({ putKeys: [{ key: markKey, value: true }] }, 'strict')
  // The list of spaces goes last: what is not in it any more would never be found again.
  for (const id of await storedSpaces(storage)) {
    await storage.write({ deleteSpace: id }, 'strict')
  }
  const keys = await storage.listKeys('')
  await storage.write({ deleteKeys: keys.map(({ key }) => key) }, 'strict')
}

/** Whether an erasing was begun and not finished. @throws EchoError of storage */
export async function isErasing(storage: Storage): Promise<boolean> {
  return (await storage.readKey(markKey)) === true
}
