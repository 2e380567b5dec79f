import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { DocumentId, SpaceId } from '../shared/ids.ts'
import type { DocumentCache, DocumentCaches } from '../storage/documentCache.ts'

/** One device as this suite sees it. */
export interface CacheDevice {
  /** The caches of a further tab. */
  tab(): Promise<DocumentCaches>
  /** Changes the first row of a cache that no tab has open. */
  spoilRow(space: SpaceId, document: DocumentId): Promise<void>
  /** Lets every later write of an open cache fail, or deletes its database under it. */
  breakUnder(space: SpaceId, document: DocumentId): Promise<void>
  dispose(): Promise<void>
}

/** The contract of {@link DocumentCaches} as tests. */
export function describeDocumentCaches(name: string, create: () => Promise<CacheDevice>): void {
  let device: CacheDevice
  let held: DocumentCache[]

  async function take(of = document, tab?: DocumentCaches): Promise<DocumentCache | undefined> {
    const cache = await (tab ?? (await device.tab())).take(space, of)
    if (cache !== undefined) held.push(cache)
    return cache
  }

  /** A cache that holds `{ a: 1 }` under the mark 1. */
  async function filled(of = document): Promise<{ cache: DocumentCache; doc: Y.Doc }> {
    const cache = (await take(of))!
    const doc = new Y.Doc()
    doc.getMap('items').set('a', 1)
    expect(await cache.renew(doc)).toBe(true)
    expect(await cache.mark(Uint8Array.of(1), isStored)).toBe(true)
    return { cache, doc }
  }

  async function loaded(of = document): Promise<{ items: unknown; mark: number | undefined; cache: DocumentCache; doc: Y.Doc }> {
    const cache = (await take(of))!
    const doc = new Y.Doc()
    const mark = await cache.fill(doc)
    return { items: doc.getMap('items').toJSON(), mark: mark?.[0], cache, doc }
  }

  beforeEach(async () => {
    device = await create()
    held = []
  })
  afterEach(async () => {
    for (const cache of held) await cache.release()
    await device.dispose()
  })

  describe(`document caches: ${name}`, () => {
    it('give nothing of a document before it was marked', async () => {
      const cache = (await take())!
      expect(await cache.fill(new Y.Doc())).toBeUndefined()
      const doc = new Y.Doc()
      expect(await cache.renew(doc)).toBe(true)
      doc.getMap('items').set('a', 1)
      await cache.release()
      expect(await loaded()).toMatchObject({ mark: undefined, items: {} })
    })

    it('fill a document with what it held at the last mark, and with nothing after it', async () => {
      const { cache, doc } = await filled()
      doc.getMap('items').set('b', 2)
      expect(await cache.mark(Uint8Array.of(2), isStored)).toBe(true)
      doc.getMap('items').set('c', 3)
      await cache.release()
      const again = await loaded()
      expect(again).toMatchObject({ mark: 2, items: { a: 1, b: 2 } })
      await again.cache.release()
      expect(await loaded()).toMatchObject({ mark: 2, items: { a: 1, b: 2 } })
    })

    it('go on following a document that they filled', async () => {
      await (await filled()).cache.release()
      const { cache, doc } = await loaded()
      expect(cache.isFollowing).toBe(true)
      for (const key of ['b', 'c', 'd']) {
        doc.getMap('items').set(key, key)
        await cache.mark(new TextEncoder().encode(key), isStored)
      }
      await cache.release()
      expect(cache.isFollowing).toBe(false)
      expect(await loaded()).toMatchObject({ mark: 'd'.charCodeAt(0), items: { a: 1, b: 'b', c: 'c', d: 'd' } })
    })

    it('miss no edit that is made while a generation begins', async () => {
      const { cache, doc } = await filled()
      const expected: Record<string, number> = { a: 1 }
      let isBegun = false
      const renewing = cache.renew(doc).then((is) => (isBegun = is))
      for (let i = 0; !isBegun && i < 100_000; i++) {
        doc.getMap('items').set(`k${i}`, i)
        expected[`k${i}`] = i
        await (i % 5 === 0 ? new Promise((resolve) => setTimeout(resolve)) : Promise.resolve())
      }
      expect(await renewing).toBe(true)
      expect(await cache.mark(Uint8Array.of(2), isStored)).toBe(true)
      await cache.release()
      expect(await loaded()).toMatchObject({ mark: 2, items: expected })
    })

    it('count a mark from the moment it was asked for, not from when it is written', async () => {
      const { cache, doc } = await filled()
      let store = (): void => undefined
      const marking = cache.mark(Uint8Array.of(2), () => new Promise<void>((resolve) => (store = resolve)))
      doc.getMap('items').set('late', true)
      store()
      expect(await marking).toBe(true)
      await cache.release()
      expect(await loaded()).toMatchObject({ mark: 2, items: { a: 1 } })
    })

    it('write no mark for what was not stored', async () => {
      const { cache, doc } = await filled()
      doc.getMap('items').set('b', 2)
      expect(await cache.mark(Uint8Array.of(2), () => Promise.reject(new Error('full')))).toBe(false)
      await cache.release()
      expect(await loaded()).toMatchObject({ mark: 1, items: { a: 1 } })
    })

    it('are held by one tab at a time, document by document', async () => {
      const [first, second] = [await device.tab(), await device.tab()]
      const cache = await take(document, first)
      expect(cache).toBeDefined()
      expect(await take(document, second)).toBeUndefined()
      expect(await take(other, second)).toBeDefined()
      await cache?.release()
      expect(await take(document, second)).toBeDefined()
    })

    it('begin a new generation beside the former, which stands until the new one is marked', async () => {
      const { cache, doc } = await filled()
      const swapped = new Y.Doc()
      swapped.getMap('items').set('new', true)
      await cache.stop()
      expect(await cache.mark(Uint8Array.of(9), isStored)).toBe(false)
      expect(await cache.renew(swapped)).toBe(true)
      doc.getMap('items').set('old', true)
      await cache.release()
      const before = await loaded()
      expect(before).toMatchObject({ mark: 1, items: { a: 1 } })
      expect(await before.cache.renew(swapped)).toBe(true)
      expect(await before.cache.mark(Uint8Array.of(2), isStored)).toBe(true)
      swapped.getMap('items').set('newer', true)
      expect(await before.cache.mark(Uint8Array.of(3), isStored)).toBe(true)
      await before.cache.release()
      expect(await loaded()).toMatchObject({ mark: 3, items: { new: true, newer: true } })
    })

    it('make many rows one by a new generation', async () => {
      const { cache, doc } = await filled()
      for (let i = 0; i < 20; i++) {
        doc.getMap('items').set(`k${i % 10}`, i)
        await cache.mark(Uint8Array.of(i), isStored)
      }
      expect(cache.rows).toBeGreaterThan(20)
      expect(await cache.renew(doc)).toBe(true)
      expect(cache.rows).toBe(1)
      await cache.mark(Uint8Array.of(2), isStored)
      await cache.release()
      expect(await loaded()).toMatchObject({ mark: 2, items: doc.getMap('items').toJSON() })
    })

    it('refuse a cache with a changed row', async () => {
      await (await filled()).cache.release()
      await device.spoilRow(space, document)
      const { mark, cache } = await loaded()
      expect(mark).toBeUndefined()
      expect(await cache.renew(new Y.Doc())).toBe(true)
    })

    it('let the document know nothing of a database that fails under them', async () => {
      const { cache, doc } = await filled()
      const seen: unknown[] = []
      doc.on('update', (update: Uint8Array) => seen.push(update))
      cache.followLast()
      await device.breakUnder(space, document)
      doc.transact(() => doc.getMap('items').set('b', 2))
      doc.transact(() => doc.getMap('items').set('c', 3))
      expect(seen).toHaveLength(2)
      await expect.poll(() => cache.isFollowing).toBe(false)
      expect(await cache.mark(Uint8Array.of(2), isStored)).toBe(false)
    })

    it('forget all documents of a space', async () => {
      await (await filled()).cache.release()
      await (await filled(other)).cache.release()
      await (await device.tab()).deleteSpace(space)
      expect((await loaded()).mark).toBeUndefined()
      expect((await loaded(other)).mark).toBeUndefined()
    })
  })
}

const space = 'space-a' as SpaceId
const document = 'document' as DocumentId
const other = 'other' as DocumentId
const isStored = () => Promise.resolve()
