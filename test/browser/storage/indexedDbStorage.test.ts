import { deleteDB } from 'idb'
import { vi } from 'vitest'
import { cdp } from 'vitest/browser'
import { createIndexedDbStorage } from '../../../src/storage/indexeddb/indexedDbStorage.ts'
import { describeDisk } from '../../../src/testing/storageAcceptance.ts'
import { damageBlock, damageOperation, describeIndexedDb } from '../../unit/storage/indexedDbCases.ts'

/** The part of the browser's debugging protocol that shrinks the disk. */
interface DebugSession {
  send(method: 'Storage.getUsageAndQuota', parameters: { origin: string }): Promise<{ usage: number }>
  send(method: 'Storage.overrideQuotaForOrigin', parameters: { origin: string; quotaSize?: number }): Promise<void>
}

/** Storage buckets, which TypeScript's library does not know yet. */
interface BucketNavigator {
  readonly storageBuckets: {
    open(name: string): Promise<{ readonly indexedDB: IDBFactory }>
    delete(name: string): Promise<void>
  }
}

const session = cdp() as unknown as DebugSession
const { storageBuckets } = navigator as unknown as BucketNavigator
const { origin } = location
let devices = 0

describeDisk(
  'IndexedDB of Chromium',
  async () => {
    const name = `device-${Date.now()}-${devices++}`
    // A bucket of its own: Chromium remembers for a while how much room a bucket had, and a new one remembers nothing.
    const bucket = await storageBuckets.open(name)
    vi.stubGlobal('indexedDB', bucket.indexedDB)
    return {
      tab: () => createIndexedDbStorage(name),
      fill: async () => {
        const { usage } = await session.send('Storage.getUsageAndQuota', { origin })
        await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 500_000 })
      },
      free: () => session.send('Storage.overrideQuotaForOrigin', { origin }),
      damage: (space, block, part) => damageBlock(name, space, block, part),
      damageOperation: (space, id) => damageOperation(name, space, id),
      closeUnder: () => deleteDB(name),
      dispose: async () => {
        await session.send('Storage.overrideQuotaForOrigin', { origin })
        await deleteDB(name)
        await storageBuckets.delete(name)
        vi.unstubAllGlobals()
      },
    }
  },
  ['quota', 'damage', 'closing'],
)

describeIndexedDb()
