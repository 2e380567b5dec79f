import 'fake-indexeddb/auto'
import { expect, it } from 'vitest'
import * as Y from 'yjs'
import type { DocumentId, SpaceId } from '../../../src/shared/ids.ts'
import { describeDocumentCaches } from '../../../src/testing/documentCacheAcceptance.ts'
import { createIndexedDbCacheDevice } from './indexedDbCacheCases.ts'

describeDocumentCaches('y-indexeddb on IndexedDB in memory', createIndexedDbCacheDevice)

/** A cache of an empty document that was marked. */
async function createTest() {
  const device = await createIndexedDbCacheDevice()
  const caches = await device.tab()
  const take = async () => (await caches.take('space' as SpaceId, 'document' as DocumentId))!
  const cache = await take()
  const doc = new Y.Doc()
  await cache.renew(doc)
  const mark = () => cache.mark(Uint8Array.of(1), () => Promise.resolve())
  await mark()
  return { device, take, cache, items: doc.getMap('items'), mark }
}

it('a cache writes what came between two marks as one row', async () => {
  const { device, take, cache, items, mark } = await createTest()
  const before = cache.rows
  for (let i = 0; i < 600; i++) items.set(`k${i % 10}`, i)
  expect(cache.rows).toBe(before)
  expect(await mark()).toBe(true)
  expect(cache.rows).toBe(before + 1)
  await cache.release()
  const again = new Y.Doc()
  const reopened = await take()
  await reopened.fill(again)
  expect(again.getMap('items').toJSON()).toEqual(items.toJSON())
  await reopened.release()
  await device.dispose()
})

it('a cache waits for no mark where much comes', async () => {
  const { device, cache, items } = await createTest()
  const before = cache.rows
  for (let i = 0; i < 30; i++) items.set('long', `${i}`.repeat(50_000))
  expect(cache.rows).toBeGreaterThan(before)
  expect(cache.rows).toBeLessThan(before + 4)
  await cache.release()
  await device.dispose()
})
