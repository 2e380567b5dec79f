import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { createPromotion } from '../../../src/access/making/createAdmission.ts'
import { createAdmissionEnd, createRemoval } from '../../../src/access/making/createEnd.ts'
import { createEpoch } from '../../../src/access/making/createEpoch.ts'
import { encodeBlock } from '../../../src/feed/block.ts'
import { createItemId, idBytes, rootDocumentId } from '../../../src/shared/ids.ts'
import { createMemoryCacheDisk } from '../../../src/testing/memoryDocumentCaches.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { admit } from '../access/people.ts'
import { createTestSpace, exchange, openReplica, type TestReplica, type TestSpace } from './createTestSpace.ts'

const settleMs = 20_000

async function remove(world: TestSpace, keeping: readonly Uint8Array[] = []): Promise<void> {
  const { log, alice, bob } = world
  await log.add(await createRemoval({ log, signer: alice, identity: bob.id, blocks: keeping }))
}

async function rotate({ crypto, log, keyRing, alice }: TestSpace): Promise<void> {
  const epoch = await createEpoch({ crypto, log, signer: alice, keyRing })
  await log.add(epoch.operation)
  keyRing.add(epoch.key.id, epoch.key.key)
}

async function edit({ documents }: TestReplica, key: string): Promise<void> {
  documents.root.write((map) => map.set(key, key))
  await documents.flush()
}

const keysOf = ({ documents }: TestReplica) => [...documents.root.map.keys()].sort()
const codes = ({ faults }: TestReplica) => faults.map(({ code }) => code)

/** bob wrote `first`, on which alice built `hers`, and `second`, which she has, and `third`, which she has not. */
async function createTest() {
  const world = await createTestSpace()
  const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
  await edit(bob, 'first')
  await exchange(alice, bob)
  await edit(alice, 'hers')
  await exchange(alice, bob)
  await edit(bob, 'second')
  await exchange(alice, bob)
  await edit(bob, 'third')
  const third = encodeBlock(bob.stored.at(-1)!.block)
  return { world, alice, bob, third }
}

describe('when a member is removed', () => {
  it('the documents go back to what others had built on, say so once, and keep the rest readable', async () => {
    const { world, alice, bob, third } = await createTest()
    expect(keysOf(alice)).toEqual(['first', 'hers', 'second'])
    await remove(world)
    await world.clock.run(settleMs)
    expect(keysOf(alice)).toEqual(['first', 'hers'])
    await alice.receive([third])
    await world.clock.run(settleMs)
    expect(keysOf(alice)).toEqual(['first', 'hers'])
    expect(codes(alice)).toEqual(['block-withdrawn'])
    expect(alice.faults[0]!.details['withdrawn']).toEqual([
      { identity: world.bob.id, device: world.bob.deviceId, blocks: 1, documents: [rootDocumentId] },
    ])
    const [withdrawn, ...more] = await alice.documents.readWithdrawn()
    expect(more).toEqual([])
    expect(withdrawn).toMatchObject({ identity: world.bob.id, document: rootDocumentId, values: { second: 'second', third: 'third' } })
    const doc = new Y.Doc()
    Y.applyUpdate(doc, withdrawn!.update)
    expect(doc.getMap('items').toJSON()).toEqual({ first: 'first', hers: 'hers', second: 'second', third: 'third' })
    // They are kept, and passed on.
    expect(await alice.allBlocks()).toHaveLength(4)
    expect(bob.stored).toHaveLength(3)
  })

  it('the removed device shows the same, writes nothing of it again, and takes no edit', async () => {
    const { world, bob } = await createTest()
    await remove(world)
    await world.clock.run(settleMs)
    expect(keysOf(bob)).toEqual(['first', 'hers'])
    expect(() => bob.documents.root.write((map) => map.set('fourth', 4))).toThrow(expect.objectContaining({ code: 'removed' }))
    await world.clock.run(600_000)
    expect(bob.stored).toHaveLength(3)
    expect(await bob.documents.readWithdrawn()).toHaveLength(1)
  })

  it('what the removed device had written and not cut yet is taken back, and stays readable like the rest', async () => {
    const { world, bob } = await createTest()
    const text = await bob.documents.openText(createItemId(createSeededRandom('text')))
    bob.documents.root.write((map) => map.set('fourth', 4))
    text.current.get().yText.insert(0, 'half a sent')
    await remove(world)
    await world.clock.run(settleMs)
    expect([keysOf(bob), bob.stored.length]).toEqual([['first', 'hers'], 3])
    const withdrawn = await bob.documents.readWithdrawn()
    const author = { identity: world.bob.id, device: world.bob.deviceId }
    expect(withdrawn).toHaveLength(3)
    expect(withdrawn[0]).toMatchObject({ ...author, values: { second: 'second', third: 'third' } })
    expect(withdrawn.find(({ values }) => 'fourth' in values)).toMatchObject({ ...author, document: rootDocumentId, values: { fourth: 4 } })
    expect(withdrawn.find((content) => content.text !== undefined)).toMatchObject({ ...author, values: {}, text: 'half a sent' })
  })

  it('what an end keeps stays', async () => {
    const { world, alice } = await createTest()
    await remove(world, [idBytes(alice.graph.heads().find(({ seq, feed }) => seq === 1 && feed.startsWith(world.bob.deviceId))!.id)])
    await world.clock.run(settleMs)
    expect(keysOf(alice)).toEqual(['first', 'hers', 'second'])
    expect(alice.faults).toEqual([])
  })

  it('edits wait for a key that the removed device does not hold, in open texts too', async () => {
    const { world, alice } = await createTest()
    const item = createItemId(createSeededRandom('text'))
    const text = await alice.documents.openText(item)
    await remove(world)
    text.current.get().yText.insert(0, 'waits')
    alice.documents.root.write((map) => map.set('waits', 1))
    await world.clock.run(settleMs)
    expect(alice.stored).toHaveLength(1)
    expect(await alice.storage.readPending(world.space)).toHaveLength(2)
    await rotate(world)
    await world.clock.run(settleMs)
    alice.documents.tick()
    await alice.documents.flush()
    expect(alice.stored).toHaveLength(3)
    expect(alice.stored.slice(1).map(({ node }) => node.header.keyId)).toEqual([world.keyRing.newest()!.id, world.keyRing.newest()!.id])
    expect(keysOf(alice)).toContain('waits')
    expect(text.content.get()).toBe('waits')
  })

  it('all comes back when the same device is admitted again', async () => {
    const { world, alice, bob, third } = await createTest()
    await alice.receive([third])
    await remove(world)
    await world.clock.run(settleMs)
    expect(keysOf(alice)).toEqual(['first', 'hers'])
    await admit(world, world.alice, world.bob, 'editor')
    await rotate(world)
    await world.clock.run(settleMs)
    for (const replica of [alice, bob]) expect(keysOf(replica)).toEqual(['first', 'hers', 'second', 'third'])
    await edit(bob, 'fourth')
    await exchange(alice, bob)
    expect(keysOf(alice)).toContain('fourth')
  })

  it('a space opens from disk and cache as it was left', async () => {
    const world = await createTestSpace()
    const cached = createMemoryCacheDisk()
    const [alice, bob] = [await openReplica(world, world.alice, { cached }), await openReplica(world, world.bob)]
    for (let i = 0; i < 40; i++) await edit(bob, `key ${i}`)
    await exchange(alice, bob)
    await world.clock.run(settleMs)
    await alice.documents.dispose()
    await remove(world, [idBytes(bob.stored[9]!.node.id)])
    const again = await openReplica(world, world.alice, { disk: alice.disk, cached })
    expect(keysOf(again)).toHaveLength(10)
    expect(again.faults).toEqual([])
  })
})

describe('when a member is demoted to a reader', () => {
  it('what is not built on is withdrawn, and comes back with a promotion', async () => {
    const { world, alice, bob } = await createTest()
    const { log } = world
    await admit(world, world.alice, world.bob, 'reader')
    const [editor] = log.admissionsOf(world.bob.id).filter(({ role }) => role === 'editor')
    await log.add(await createAdmissionEnd({ log, signer: world.alice, admission: editor!, blocks: [] }))
    await world.clock.run(settleMs)
    expect(keysOf(alice)).toEqual(['first', 'hers'])
    expect(() => bob.documents.root.write((map) => map.set('fourth', 4))).toThrow(expect.objectContaining({ code: 'read-only' }))
    await log.add(await createPromotion({ crypto: world.crypto, log, signer: world.alice, identity: world.bob.id, role: 'editor' }))
    await world.clock.run(settleMs)
    expect(keysOf(alice)).toEqual(['first', 'hers', 'second'])
  })
})
