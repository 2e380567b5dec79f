import { describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { decodeCacheMark, encodeCacheMark } from '../../../src/documents/loading/cacheMark.ts'
import { createItemId, rootDocumentId, type BlockId, type ItemId } from '../../../src/shared/ids.ts'
import { createMemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryCacheDisk } from '../../../src/testing/memoryDocumentCaches.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace, openReplica, type TestReplica, type TestSpace } from './createTestSpace.ts'

const random = createSeededRandom('cached documents')
const newItem = (): ItemId => createItemId(random)
const seconds = 1_000

/** A device with a disk and caches, in a space of its own. */
async function createDevice() {
  const world = await createTestSpace()
  const disk = createMemoryDisk()
  const cached = createMemoryCacheDisk()
  const nameOf = (document: string) => `${world.space}/${document}`
  return {
    world,
    disk,
    cached,
    root: () => cached.caches.get(nameOf(rootDocumentId)),
    cacheOf: (item: ItemId) => cached.caches.get(nameOf(item)),
    /** Opens a tab; `read` counts the blocks whose payload it read on opening. */
    async open(): Promise<TestReplica & { read: number }> {
      let read = 0
      const open: typeof world.crypto.open = (...args) => (read++, world.crypto.open(...args))
      const replica = await openReplica({ ...world, crypto: { ...world.crypto, open } }, world.alice, { disk, cached })
      return Object.assign(replica, { read })
    },
  }
}

async function write(replica: TestReplica, entries: Record<string, unknown>): Promise<void> {
  for (const [key, value] of Object.entries(entries)) {
    replica.documents.root.write((map) => map.set(key, value))
    await replica.documents.flush()
  }
}

async function close({ documents, store, storage }: TestReplica): Promise<void> {
  await documents.dispose()
  await store.flush()
  await storage.dispose()
}

const entries = (count: number, from = 0) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${from + i}`, i]))
const items = (replica: TestReplica) => replica.documents.root.map.toJSON()

/** What another device makes of the same blocks, without any cache. */
async function truth(world: TestSpace, replica: TestReplica): Promise<unknown> {
  const other = await openReplica(world, world.bob)
  await other.receive(await replica.allBlocks())
  return items(other)
}

describe('an open document with a cache', () => {
  it('is there again without reading a single block after it was closed', async () => {
    const device = await createDevice()
    const before = await device.open()
    await write(before, entries(20))
    await device.world.clock.run(4 * seconds)
    await close(before)
    const after = await device.open()
    expect(after.read).toBe(0)
    expect(items(after)).toEqual(entries(20))
    await write(after, { more: true })
    expect(items(after)).toEqual(await truth(device.world, after))
    expect(after.faults).toEqual([])
  })

  it('reads after a crash the blocks since the last mark only, and then what was not cut', async () => {
    const device = await createDevice()
    const before = await device.open()
    await write(before, entries(20))
    await device.world.clock.run(4 * seconds)
    await write(before, entries(5, 20))
    before.documents.root.write((map) => map.set('uncut', true))
    await before.storage.dispose()
    const after = await device.open()
    expect(after.read).toBe(5)
    expect(items(after)).toEqual({ ...entries(25, 0), ...entries(5, 20), uncut: true })
    await after.documents.flush()
    expect(items(after)).toEqual(await truth(device.world, after))
  })

  it('never shows what no stored block holds, though its cache was ahead of the disk', async () => {
    const device = await createDevice()
    const before = await device.open()
    await write(before, entries(5))
    await device.world.clock.run(4 * seconds)
    await close(before)
    const backup = device.disk.backup()
    const later = await device.open()
    await write(later, { lost: true })
    await device.world.clock.run(4 * seconds)
    await close(later)
    device.disk.restore(backup)
    const after = await device.open()
    expect(after.read).toBe(5)
    expect(items(after)).toEqual(entries(5))
  })

  it.each<[string, (device: Awaited<ReturnType<typeof createDevice>>) => void]>([
    ['is missing', ({ cached }) => cached.caches.clear()],
    ['has garbage in its rows', (device) => device.root()!.rows[0]!.fill(0xff)],
    ['has lost a row', (device) => void (device.root()!.rows.length = 0)],
    ['holds another document', (device) => replaceRow(device.root()!.rows, (doc) => doc.getMap('items').set('foreign', true))],
    [
      'holds what no block ever said, and says so',
      (device) => {
        const cache = device.root()!
        replaceRow(cache.rows, (doc) => doc.getMap('items').set('foreign', true))
        cache.rows.length = cache.covered = 1
        remark(cache, { stateVector: Y.encodeStateVectorFromUpdate(cache.rows[0]!) })
      },
    ],
    ['has a row that waits for what never comes', (device) => device.root()!.rows.push(gappedUpdate()) && void device.root()!.covered++],
    ['has an unreadable mark', (device) => void (device.root()!.value = Uint8Array.of(9, 9))],
    ['is of another format version', (device) => void (device.root()!.value[0] = 2)],
    ['names a block that is not here', (device) => remark(device.root()!, { heads: ['A'.repeat(43) as BlockId] })],
    ['says it holds less than it does', (device) => remark(device.root()!, { heads: [] })],
  ])('is built from its blocks where the cache %s', async (_what, spoil) => {
    const device = await createDevice()
    const before = await device.open()
    await write(before, entries(8))
    await device.world.clock.run(4 * seconds)
    await close(before)
    spoil(device)
    const after = await device.open()
    expect(after.read).toBe(8)
    expect(items(after)).toEqual(entries(8))
    await write(after, { more: true })
    expect(items(after)).toEqual(await truth(device.world, after))
    expect(after.faults).toEqual([])
    // And has a good one again the next time.
    await device.world.clock.run(4 * seconds)
    await close(after)
    const third = await device.open()
    expect(third.read).toBe(0)
    expect(items(third)).toEqual({ ...entries(8), more: true })
  })

  it('goes on unharmed when its cache breaks while it is open', async () => {
    const device = await createDevice()
    const before = await device.open()
    await write(before, entries(3))
    await device.world.clock.run(4 * seconds)
    device.cached.failing = true
    await write(before, entries(3, 3))
    await device.world.clock.run(4 * seconds)
    await close(before)
    device.cached.failing = false
    const after = await device.open()
    expect(after.read).toBe(3)
    expect(items(after)).toEqual(await truth(device.world, after))
    expect(before.faults).toEqual([])
  })

  it('has it in one tab at a time; the other tab is built from blocks', async () => {
    const device = await createDevice()
    const first = await device.open()
    await write(first, entries(4))
    await device.world.clock.run(4 * seconds)
    const second = await device.open()
    expect(second.read).toBe(4)
    expect(items(second)).toEqual(entries(4))
    await close(first)
    await write(second, { more: true })
    await device.world.clock.run(4 * seconds)
    await close(second)
    expect((await device.open()).read).toBe(0)
  })

  it('takes another cache when it is rebuilt, and nothing of the former document gets into it', async () => {
    const device = await createDevice()
    const before = await device.open()
    await write(before, entries(4))
    await device.world.clock.run(4 * seconds)
    const former = device.root()!.rows
    const map = before.documents.root.map
    await before.documents.rebuild(rootDocumentId)
    map.set('late', true)
    await device.world.clock.run(4 * seconds)
    expect(device.root()!.rows).not.toBe(former)
    await close(before)
    const after = await device.open()
    expect(after.read).toBe(0)
    expect(items(after)).toEqual(await truth(device.world, after))
  })

  it('is a text, too, which gives its cache back when it closes', async () => {
    const device = await createDevice()
    const item = newItem()
    const before = await device.open()
    const text = await before.documents.openText(item)
    for (const word of ['one ', 'two ', 'three']) {
      text.current.get().yText.insert(text.current.get().yText.length, word)
      await before.documents.flush()
    }
    text.release()
    await device.world.clock.run(1 * seconds)
    expect(device.cacheOf(item)).toBeUndefined()
    const again = await before.documents.openText(item)
    await device.world.clock.run(4 * seconds)
    again.current.get().yText.insert(0, 'zero ')
    again.release()
    await device.world.clock.run(2 * seconds)
    expect(device.cacheOf(item)).toBeDefined()
    await close(before)

    const after = await device.open()
    const read = vi.spyOn(after.store, 'get')
    const third = await after.documents.openText(item)
    expect(third.content.get()).toBe('zero one two three')
    expect(read).not.toHaveBeenCalled()
    third.current.get().yText.insert(0, '! ')
    await after.documents.flush()
    expect(third.content.get()).toBe('! zero one two three')
    expect(after.stored).toHaveLength(1)
  })

  it('still knows which payloads were left out of it', async () => {
    const device = await createDevice()
    const before = await device.open()
    await write(before, entries(3))
    await device.world.clock.run(4 * seconds)
    await close(before)
    const [block] = decodeCacheMark(device.root()!.value)!.heads
    remark(device.root()!, { leftOut: [{ block: block!, rule: 'g11' }] })
    const after = await device.open()
    expect(after.read).toBe(0)
    expect(after.faults.map(({ details }) => [details['rule'], details['block']])).toEqual([['g11', block]])
    await write(after, { more: true })
    await device.world.clock.run(4 * seconds)
    expect(decodeCacheMark(device.root()!.value)!.leftOut).toEqual([{ block, rule: 'g11' }])
  })
})

describe('the mark of a cache', () => {
  const mark = {
    heads: ['A'.repeat(43) as BlockId],
    leftOut: [{ block: 'B'.repeat(42).concat('A') as BlockId, rule: 'g11' as const }],
    stateVector: Uint8Array.of(0),
  }

  it('is read as it was written', () => {
    expect(decodeCacheMark(encodeCacheMark(mark))).toEqual(mark)
  })

  it('is none when anything else stands there', () => {
    const bytes = encodeCacheMark(mark)
    for (let length = 0; length < bytes.length; length++) expect(decodeCacheMark(bytes.subarray(0, length))).toBeUndefined()
    expect(decodeCacheMark(Uint8Array.of(...bytes, 0))).toBeUndefined()
    expect(decodeCacheMark(Uint8Array.of(2, ...bytes.subarray(1)))).toBeUndefined()
    for (let i = 0; i < 2_000; i++) decodeCacheMark(random.bytes(i % 100))
  })
})

function remark(cache: { value: Uint8Array }, changes: Partial<Parameters<typeof encodeCacheMark>[0]>): void {
  cache.value = encodeCacheMark({ ...decodeCacheMark(cache.value)!, ...changes })
}

function replaceRow(rows: Uint8Array[], edit: (doc: Y.Doc) => void): void {
  const doc = new Y.Doc()
  edit(doc)
  rows[0] = Y.encodeStateAsUpdate(doc)
}

/** The second edit of a client whose first is missing. */
function gappedUpdate(): Uint8Array {
  const doc = new Y.Doc()
  doc.getMap('items').set('a', 1)
  const first = Y.encodeStateVector(doc)
  doc.getMap('items').set('a', 2)
  return Y.encodeStateAsUpdate(doc, first)
}
