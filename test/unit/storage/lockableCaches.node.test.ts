import 'fake-indexeddb/auto'
import { expect, it } from 'vitest'
import * as Y from 'yjs'
import * as rowCipher from '../../../src/crypto/rowCipher.ts'
import { createWebCrypto } from '../../../src/crypto/webCrypto.ts'
import { rootDocumentId, toId, type DocumentId, type SpaceId } from '../../../src/shared/ids.ts'
import { ok } from '../../../src/shared/result.ts'
import { createIndexedDbStorage } from '../../../src/storage/indexeddb/indexedDbStorage.ts'
import { createLockableStorage } from '../../../src/storage/passphrase/lockableStorage.ts'
import { createLocking } from '../../../src/storage/passphrase/locking.ts'
import { createLockManager } from '../../../src/storage/memory/memoryLocks.ts'

const crypto = await createWebCrypto()
const quickCipher = { ...rowCipher, derivePassphraseKey: async (_text: string, salt: Uint8Array) => crypto.hash(salt) }

it('leaves no cache of a document in the open once a passphrase is set, also none that is in no list yet', async () => {
  const id = toId<SpaceId>(new Uint8Array(32).fill(7))
  const disk = createIndexedDbStorage('locked-caches', { locks: createLockManager().locks() })
  const { storage, lock } = createLockableStorage(disk, {
    crypto: () => crypto,
    open: [],
    cachedSpaces: async () => [id],
    loadLocking: async () => ok(createLocking(quickCipher)),
    restartOthers: async () => {},
  })
  await storage.open()
  await lock.load()
  for (const document of [rootDocumentId, 'unmarked' as DocumentId]) {
    const cache = (await storage.documentCaches!.take(id, document))!
    const doc = new Y.Doc()
    expect(await cache.renew(doc)).toBe(true)
    doc.getMap('items').set('secret', 'Water the tulips')
    if (document === rootDocumentId) expect(await cache.mark(new Uint8Array([1]), async () => {})).toBe(true)
  }
  expect(await names()).toHaveLength(3)
  await lock.set('correct horse battery', (put) => put([]))
  expect(await names()).toEqual(['locked-caches'])
  expect(await disk.listKeys('document-cache/')).toEqual([])
  await storage.dispose()
})

async function names() {
  return (await indexedDB.databases()).map(({ name }) => name)
}
