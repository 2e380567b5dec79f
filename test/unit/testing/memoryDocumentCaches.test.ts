import { createLockManager } from '../../../src/storage/memory/memoryLocks.ts'
import { describeDocumentCaches } from '../../../src/testing/documentCacheAcceptance.ts'
import { createMemoryCacheDisk, createMemoryDocumentCaches } from '../../../src/testing/memoryDocumentCaches.ts'

describeDocumentCaches('in memory', async () => {
  const disk = createMemoryCacheDisk()
  const locks = createLockManager()
  return {
    tab: async () => createMemoryDocumentCaches(disk, locks.locks()),
    spoilRow: async (space, document) => void disk.caches.get(`${space}/${document}`)!.rows[0]!.fill(255),
    breakUnder: async () => void (disk.failing = true),
    dispose: async () => {},
  }
})
