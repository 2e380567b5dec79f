import { deleteDB, openDB } from 'idb'
import { createIndexedDbStorage } from '../../../src/storage/indexeddb/indexedDbStorage.ts'
import { createLockManager } from '../../../src/storage/memory/memoryLocks.ts'
import type { Storage } from '../../../src/storage/storage.ts'
import type { CacheDevice } from '../../../src/testing/documentCacheAcceptance.ts'

let devices = 0

/** A device whose caches are databases of y-indexeddb. */
export async function createIndexedDbCacheDevice(): Promise<CacheDevice> {
  const name = `caches-${Date.now()}-${devices++}`
  const locks = createLockManager()
  const tabs: Storage[] = []

  async function databasesOf(space: string, document: string): Promise<string[]> {
    const names = (await indexedDB.databases()).map((database) => database.name!)
    return names.filter((candidate) => candidate.startsWith(`${name}/cache/${space}/${document}/`))
  }

  return {
    async tab() {
      const storage = createIndexedDbStorage(name, { locks: locks.locks() })
      tabs.push(storage)
      await storage.open()
      return storage.documentCaches!
    },
    async spoilRow(space, document) {
      for (const database of await databasesOf(space, document)) {
        const opened = await openDB(database)
        const [key] = await opened.getAllKeys('updates')
        const row = (await opened.get('updates', key!)) as Uint8Array
        row[row.length - 2]! ^= 1
        await opened.put('updates', row, key)
        opened.close()
      }
    },
    async breakUnder(space, document) {
      for (const database of await databasesOf(space, document)) await deleteDB(database)
    },
    async dispose() {
      for (const storage of tabs) await storage.dispose()
      for (const { name: database } of await indexedDB.databases()) if (database!.startsWith(name)) await deleteDB(database!)
    },
  }
}
