import { expect, it } from 'vitest'
import { createBlockStore } from '../../../src/feed/blockStore.ts'
import { storageFullError } from '../../../src/storage/storageError.ts'
import { createTestSpace, openReplica } from '../documents/createTestSpace.ts'

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

it('a block store stores no edit without the blocks it may rest on, even where the write that these went with fails after', async () => {
  const world = await createTestSpace()
  const author = await openReplica(world, world.alice)
  author.documents.root.write((map) => map.set('key', 1))
  await author.documents.flush()
  const { storage, disk } = await openReplica(world, world.bob)
  const store = createBlockStore({ ...world, storage, onFault: () => {} })
  const { node, block } = author.stored[0]!
  store.gather(node, block)
  disk.failNextWrite(storageFullError())
  const refused = store.flush()
  const edit = { space: world.space, key: '0/1', slot: 0, document: node.document, from: 0, to: 1, update: new Uint8Array(3), heads: [] }
  const stored = store.put([], 'relaxed', { putPending: [edit] })
  await expect(refused).rejects.toMatchObject({ code: 'storage-full' })
  await stored
  expect(await storage.readPending(world.space)).toHaveLength(1)
  expect((await storage.readHeaders(world.space)).rows.map((row) => row.block)).toEqual([node.id])
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
  await expect(second).rejects.toMatchObject({ code: 'storage-full' })
  await store.flush()
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
