import 'fake-indexeddb/auto'
import { deleteDB } from 'idb'
import { vi } from 'vitest'
import { createIndexedDbStorage } from '../../../src/storage/indexeddb/indexedDbStorage.ts'
import { createLockManager } from '../../../src/storage/memory/memoryLocks.ts'
import { describeDisk } from '../../../src/testing/storageAcceptance.ts'
import { damageBlock, damageOperation, describeIndexedDb } from './indexedDbCases.ts'

let devices = 0

describeDisk(
  'IndexedDB in memory',
  async () => {
    const name = `device-${devices++}`
    const locks = createLockManager()
    return {
      tab: () => createIndexedDbStorage(name, { locks: locks.locks() }),
      fill: async () => {
        // As on a full disk: each request succeeds, and the committed transaction is aborted afterwards.
        const put = IDBObjectStore.prototype.put
        vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, row: object, key?: IDBValidKey) {
          const request = put.call(this, row, key)
          const transaction = this.transaction as IDBTransaction & { _abort(errorName: string): void }
          const large = Object.values(row).some((part) => part instanceof Uint8Array && part.length >= 1_000_000)
          if (large) request.addEventListener('success', () => transaction._abort('QuotaExceededError'))
          return request
        })
      },
      free: async () => void vi.restoreAllMocks(),
      damage: (space, block, part) => damageBlock(name, space, block, part),
      damageOperation: (space, id) => damageOperation(name, space, id),
      closeUnder: () => deleteDB(name),
      dispose: () => deleteDB(name),
    }
  },
  ['quota', 'damage', 'closing'],
)

describeIndexedDb()
