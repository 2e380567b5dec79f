import 'fake-indexeddb/auto'
import { deleteDB } from 'idb'
import { vi } from 'vitest'
import { createIndexedDbStorage } from '../../../src/storage/indexedDbStorage.ts'
import { createLockManager } from '../../../src/storage/memoryLocks.ts'
import { describeStorage } from '../../../src/testing/storageAcceptance.ts'
import { damageBlock, describeIndexedDb } from './indexedDbCases.ts'

let devices = 0

describeStorage(
  'IndexedDB in memory',
  async () => {
    const name = `device-${devices++}`
    const locks = createLockManager()
    return {
      tab: () => createIndexedDbStorage(name, { locks: locks.locks() }),
      fill: async () => {
        // A full disk aborts the transaction after it was committed.
        vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementation(function (this: IDBTransaction) {
          const transaction = this as IDBTransaction & { _abort(errorName: string): void }
          const last = this.objectStore(this.objectStoreNames[0]!).count()
          last.addEventListener('success', () => transaction._abort('QuotaExceededError'))
        })
      },
      free: async () => void vi.restoreAllMocks(),
      damage: (space, block, part) => damageBlock(name, space, block, part),
      closeUnder: () => deleteDB(name),
      dispose: () => deleteDB(name),
    }
  },
  ['quota', 'damage', 'closing'],
)

describeIndexedDb()
