import { expect, it, vi } from 'vitest'
import { createBlockStore } from '../../../src/feed/store/blockStore.ts'
import { storageFullError } from '../../../src/storage/storageError.ts'
import { createTestSpace, openReplica } from '../documents/createTestSpace.ts'

const edit = { key: '0/1', slot: 0, from: 0, to: 1, update: new Uint8Array(3), heads: [] }

/** An empty store on a disk of its own, and two blocks, of which the second rests on the first. */
async function createTest() {
  const world = await createTestSpace()
  const author = await openReplica(world, world.alice)
  for (const value of [1, 2]) {
    author.documents.root.write((map) => map.set('key', value))
    await author.documents.flush()
  }
  const { storage, disk } = await openReplica(world, world.bob)
  const [block, next] = author.stored as [(typeof author.stored)[number], (typeof author.stored)[number]]
  return { world, storage, disk, store: createBlockStore({ ...world, storage, onFault: () => {} }), block, next }
}

it('a block store gives every block that a full disk refused, more than it remembers of the stored ones, too', async () => {
  const world = await createTestSpace()
  const author = await openReplica(world, world.alice)
  for (let i = 0; i < 12; i++) {
    author.documents.root.write((map) => map.set(`key ${i}`, i))
    author.documents.tick()
  }
  await author.documents.flush()
  const { storage, disk } = await openReplica(world, world.bob)
  const store = createBlockStore({ ...world, storage, onFault: () => {} })
  disk.quotaBytes = 0
  for (const { node, block } of author.stored) store.gather(node, { ...block, envelope: new Uint8Array(900_000) })
  await world.clock.run(100)
  await expect(store.flush()).rejects.toMatchObject({ code: storageFullError().code })
  const blocks = await store.get(author.stored.map(({ node }) => node))
  expect(blocks.map((block) => block?.envelope.length)).toEqual(author.stored.map(() => 900_000))
})

it('a block store counts no edit as stored before the blocks it may rest on, and sends it to disk at once', async () => {
  const { world, storage, disk, store, block } = await createTest()
  store.gather(block.node, block.block)
  disk.failNextWrite(storageFullError())
  const refused = store.flush()
  const stored = store.put([], 'relaxed', { putPending: [{ ...edit, space: world.space, document: block.node.document }] })
  await expect(refused).rejects.toMatchObject({ code: 'storage-full' })
  await stored
  expect(await storage.readPending(world.space)).toHaveLength(1)
  expect((await storage.readHeaders(world.space)).rows.map((row) => row.block)).toEqual([block.node.id])
})

it('a block store stores no own block without the blocks it may rest on, even where the write that these went with fails after', async () => {
  const { world, storage, disk, store, block, next } = await createTest()
  store.gather(block.node, block.block)
  disk.failNextWrite(storageFullError())
  const refused = store.flush()
  const stored = store.put([next], 'strict')
  await expect(refused).rejects.toMatchObject({ code: 'storage-full' })
  await stored
  expect((await storage.readHeaders(world.space)).rows.map((row) => row.block).sort()).toEqual([block.node.id, next.node.id].sort())
})

it('a block store stores what came while an own block waits with it, not in a write of its own that may fail after', async () => {
  const { world, storage, disk, store, block, next } = await createTest()
  let letFirstEnd = (): void => {}
  const firstMayEnd = new Promise<void>((resolve) => (letFirstEnd = resolve))
  vi.spyOn(storage, 'write').mockImplementationOnce(() => firstMayEnd)
  void store.put([], 'relaxed', { putPending: [{ ...edit, space: world.space, document: block.node.document }] })
  store.gather(block.node, block.block)
  const stored = store.put([next], 'strict')
  // Time for the gathered block to be written.
  await world.clock.run(100)
  expect(await storage.readHeaders(world.space)).toEqual({ rows: [], damaged: 0 })
  disk.failNextWrite(storageFullError())
  letFirstEnd()
  await expect(stored).rejects.toMatchObject({ code: 'storage-full' })
  expect((await storage.readHeaders(world.space)).rows.map((row) => row.block)).not.toContain(next.node.id)
  await store.put([next], 'strict')
  expect((await storage.readHeaders(world.space)).rows).toHaveLength(2)
})

it('a block store writes a block once, however many edits are made while it is under way', async () => {
  const { world, storage, store, block } = await createTest()
  const write = vi.spyOn(storage, 'write')
  store.gather(block.node, block.block)
  const flushed = store.flush()
  for (let i = 0; i < 5; i++)
    void store.put([], 'relaxed', { putPending: [{ ...edit, key: `0/${i}`, space: world.space, document: block.node.document }] })
  await flushed
  expect(write.mock.calls.flatMap(([{ putBlocks = [] }]) => putBlocks)).toHaveLength(1)
})

it('a block store stores all that waits for a slow write in one more, and strictly where one of it asks for that', async () => {
  const { world, storage, store, block, next } = await createTest()
  const former = { ...edit, space: world.space, document: block.node.document }
  await store.put([], 'relaxed', { putPending: [former, { ...former, key: '0/2' }] })
  const write = vi.spyOn(storage, 'write')
  const underWay = store.flush()
  const all = [
    store.flush(),
    store.put([block], 'strict', { deletePending: [{ space: world.space, key: '0/1' }] }),
    store.put([next], 'relaxed', { deletePending: [{ space: world.space, key: '0/2' }] }),
  ]
  await Promise.all([underWay, ...all])
  expect(write).toHaveBeenCalledTimes(2)
  expect(write.mock.calls[1]![1]).toBe('strict')
  expect((await storage.readHeaders(world.space)).rows).toHaveLength(2)
  expect(await storage.readPending(world.space)).toEqual([])
})

it('a block store is flushed only when what it began to store before is stored, too', async () => {
  const world = await createTestSpace()
  const author = await openReplica(world, world.alice)
  author.documents.root.write((map) => map.set('key', 1))
  await author.documents.flush()
  const [{ node, block }] = author.stored as [(typeof author.stored)[number]]
  const { storage, disk } = await openReplica(world, world.bob)
  const store = createBlockStore({ ...world, storage, onFault: () => {} })
  store.gather(node, block)
  disk.failNextWrite(storageFullError())
  const first = store.flush()
  const second = store.flush()
  await expect(first).rejects.toMatchObject({ code: 'storage-full' })
  await second
  expect((await storage.readHeaders(world.space)).rows.map((row) => row.block)).toEqual([node.id])
})

it('a block store gives no own block before it is stored: it could be sent, and after a crash another stand in its place', async () => {
  const world = await createTestSpace()
  const author = await openReplica(world, world.alice)
  author.documents.root.write((map) => map.set('key', 1))
  await author.documents.flush()
  const [{ node, block }] = author.stored as [(typeof author.stored)[number]]
  const { storage, disk } = await openReplica(world, world.bob)
  const store = createBlockStore({ ...world, storage, onFault: () => {} })
  disk.quotaBytes = 0
  await expect(store.put([{ node, block }], 'strict')).rejects.toMatchObject({ code: 'storage-full' })
  expect(await store.get([node])).toEqual([undefined])
  disk.quotaBytes = Infinity
  await store.put([{ node, block }], 'strict')
  expect(await store.get([node])).toEqual([block])
})
