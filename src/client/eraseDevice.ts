import type { Storage } from '../storage/storage.ts'
import { readHalo } from './haloRecord.ts'
import { readRecords } from './spaceRecord.ts'

/** What a caller has to write out, so that nobody erases a device by accident. */
export const eraseConfirmation = 'erase this device'

const markKey = 'erasing'

/**
 * Deletes everything that this profile holds on this device: identity, keys, spaces, caches. A page that ends half-way has it finished by the next one.
 * @throws EchoError of storage
 */
export async function eraseDevice(storage: Storage): Promise<void> {
  await storage.write({ putKeys: [{ key: markKey, value: true }] }, 'strict')
  const halo = await readHalo(storage)
  // The list of spaces goes last: what is not in it any more would never be found again.
  for (const { id } of [...(await readRecords(storage)), ...(halo === undefined ? [] : [halo])]) {
    await storage.write({ deleteSpace: id }, 'strict')
  }
  const keys = await storage.listKeys('')
  await storage.write({ deleteKeys: keys.map(({ key }) => key) }, 'strict')
}

/** Whether an erasing was begun and not finished. @throws EchoError of storage */
export async function isErasing(storage: Storage): Promise<boolean> {
  return (await storage.readKey(markKey)) === true
}
