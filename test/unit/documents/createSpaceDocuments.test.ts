import { describe, expect, it } from 'vitest'
import { encodeBlock } from '../../../src/feed/block.ts'
import { compareBytes } from '../../../src/shared/bytes.ts'
import { createItemId, idBytes, rootDocumentId, type ItemId } from '../../../src/shared/ids.ts'
import { createMemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace, exchange, openReplica, type TestReplica } from './createTestSpace.ts'

const random = createSeededRandom('documents')
const newItem = (): ItemId => createItemId(random)

describe('the documents of a space', () => {
  it('turn an edit into one signed block of the own slot', async () => {
    const world = await createTestSpace()
    const alice = await openReplica(world, world.alice)
    alice.documents.root.write((map) => map.set('a', 1))
    await alice.documents.flush()
    expect(alice.stored).toHaveLength(1)
    expect(alice.stored[0]!.node.header).toMatchObject({ slot: 0, seq: 0, from: 0, to: 1 })
    expect(alice.stored[0]!.node.document).toBe(rootDocumentId)
    expect(alice.documents.unsaved.get()).toBe(0)
  })

  it('split a paste of 2 MB into blocks that another replica puts together again', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    const item = newItem()
    const [hers, his] = [await alice.documents.openText(item), await bob.documents.openText(item)]
    const paste = `${'wörter 😀 '.repeat(200_000)}end`
    hers.current.get().yText.insert(0, 'begin ')
    hers.current.get().yText.insert(6, paste)
    await exchange(alice, bob)
    expect(alice.stored.length).toBeGreaterThan(2)
    expect(Math.max(...alice.stored.map(({ block }) => block.envelope.length))).toBeLessThan(1024 * 1024 + 1024)
    expect(his.content.get() === `begin ${paste}`).toBe(true)
    expect(alice.faults).toEqual([])
  })

  it('name as past what was applied at the edit, not what came during it', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    bob.documents.root.write((map) => map.set('his', 1))
    await bob.documents.flush()
    alice.documents.root.write((map) => map.set('hers', 1))
    await alice.receive(await bob.allBlocks())
    alice.documents.root.write((map) => map.set('hers', 2))
    await alice.documents.flush()
    expect(alice.stored.map(({ node }) => node.header.dependencies.length)).toEqual([0, 1])
  })

  it('tell of a splice once, with the keys that it changed', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    const told: string[][] = []
    bob.documents.root.onRemoteChange((keys) => told.push([...keys].sort()))
    for (const key of ['a', 'b', 'c']) {
      alice.documents.root.write((map) => map.set(key, 1))
      await alice.documents.flush()
    }
    bob.documents.root.write((map) => map.set('own', 1))
    await bob.receive(await alice.allBlocks())
    expect(alice.stored).toHaveLength(3)
    expect(told).toEqual([['a', 'b', 'c']])
  })

  it('let a failing listener harm nobody else', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    let heard = 0
    bob.documents.root.onRemoteChange(() => {
      throw new Error('a fault of the app')
    })
    bob.documents.root.onRemoteChange(() => heard++)
    alice.documents.root.write((map) => map.set('a', 1))
    await exchange(alice, bob)
    expect(heard).toBe(1)
    expect(bob.faults.map(({ code }) => code)).toEqual(['data-corrupt'])
  })

  it('lose no block behind one whose text an app observes with a failing function', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    const item = newItem()
    const [hers, his] = [await alice.documents.openText(item), await bob.documents.openText(item)]
    his.current.get().yText.observe(() => {
      throw new Error('a fault of the app')
    })
    hers.current.get().yText.insert(0, 'text')
    alice.documents.tick()
    alice.documents.root.write((map) => map.set('behind', 1))
    await exchange(alice, bob)
    expect(his.content.get()).toBe('text')
    expect(bob.documents.root.map.get('behind')).toBe(1)
    expect(bob.documents.frontier()).toEqual(alice.documents.frontier())
    expect(bob.faults).toMatchObject([{ code: 'data-corrupt', cause: { message: 'a fault of the app' } }])
  })

  it('go on after own blocks that a peer kept and this disk lost, as a restored backup does', async () => {
    const world = await createTestSpace()
    const [lost, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    lost.documents.root.write((map) => map.set('before', 1))
    await exchange(lost, bob)
    const alice = await openReplica(world, world.alice)
    await alice.receive(await bob.allBlocks())
    alice.documents.root.write((map) => map.set('after', 2))
    await world.clock.run(1000)
    await exchange(alice, bob)
    for (const { documents } of [alice, bob]) expect(documents.root.map.toJSON()).toEqual({ before: 1, after: 2 })
    // Written where no copy of the profile can have written.
    expect(alice.documents.slot).toBeGreaterThan(0)
    expect(alice.stored.map(({ node }) => [node.header.slot, node.header.seq])).toEqual([[alice.documents.slot, 0]])
    expect(alice.faults).toEqual([])
  })

  it('open under another slot where what is taken back at the opening holds the newest block of the own one', async () => {
    const world = await createTestSpace()
    const write = async (replica: TestReplica, key: string) => {
      replica.documents.root.write((map) => map.set(key, 1))
      await replica.documents.flush()
      return replica.stored.at(-1)!
    }
    const tab = await openReplica(world, world.alice)
    const own = await write(tab, 'own')
    const other = await openReplica(world, world.alice, { disk: tab.disk })
    await write(other, 'beside')
    // A copy of the profile wrote in the same place, and by its id would not stand there; but what this disk wrote gives way to it.
    let copied = own
    for (let i = 0; compareBytes(idBytes(own.node.id), idBytes(copied.node.id)) >= 0; i++)
      copied = await write(await openReplica(world, world.alice), `copy ${i}`)
    await tab.receive([encodeBlock(copied.block)])
    await tab.store.flush()
    const slot = other.documents.slot
    for (const { documents } of [tab, other]) await documents.dispose()

    const reopened = await openReplica(world, world.alice, { disk: tab.disk, hint: slot })
    expect(reopened.documents.slot).not.toBe(slot)
    const later = await write(reopened, 'later')
    await world.clock.run(2000)
    expect(reopened.graph.stands(later.node.id)).toBe(true)
    expect(Object.keys(reopened.documents.root.map.toJSON())).toEqual(expect.arrayContaining(['own', 'beside', 'later']))
    expect(reopened.faults.map(({ code }) => code)).not.toContain('block-refused')
  })

  it('write withdrawn text again in a closed document also while blocks for it arrive', async () => {
    const world = await createTestSpace()
    const former = await openReplica(world, world.alice)
    const bob = await openReplica(world, world.bob)
    const item = newItem()
    former.documents.root.write((map) => map.set('common', 1))
    await former.documents.flush()
    const backup = former.disk.backup()
    former.documents.root.write((map) => map.set('rest', 2))
    await former.documents.flush()
    await bob.receive(await former.allBlocks())

    const disk = createMemoryDisk()
    disk.restore(backup)
    const alice = await openReplica(world, world.alice, { disk })
    const text = await alice.documents.openText(item)
    text.current.get().yText.insert(0, 'mine')
    await alice.documents.flush()
    text.release()
    await world.clock.run(2000)
    expect(alice.documents.peekText(item)).toBeUndefined()

    const his = await bob.documents.openText(item)
    await alice.receive(await bob.allBlocks())
    // One comes each few milliseconds, which is more often than what came is applied.
    for (let i = 0; i < 100; i++) {
      his.current.get().yText.insert(0, 'b')
      await bob.documents.flush()
      await alice.receiver.receive(encodeBlock(bob.stored.at(-1)!.block))
      await world.clock.run(3)
    }
    await world.clock.run(5000)
    expect(alice.faults.map(({ code }) => code)).toEqual(['block-forked'])
    expect((await alice.documents.openText(item)).content.get().replaceAll('b', '')).toBe('mine')
    await exchange(alice, bob)
    expect(his.content.get().replaceAll('b', '')).toBe('mine')
  })

  it('follow what stands by their own writing again, without a word from anyone', async () => {
    const world = await createTestSpace()
    const write = async (replica: TestReplica, key: string) => {
      replica.documents.root.write((map) => map.set(key, 1))
      await replica.documents.flush()
      return { key, ...replica.stored.at(-1)! }
    }
    // One device of Bob's forks, and Alice builds on the branch that will not stand.
    const branches = []
    for (const key of ['bob', 'bob too']) branches.push(await write(await openReplica(world, world.bob), key))
    const [winner, loser] = branches.sort((a, b) => compareBytes(idBytes(a.node.id), idBytes(b.node.id)))
    const alice = await openReplica(world, world.alice)
    await alice.receive([encodeBlock(loser!.block)])
    const own = await write(alice, 'alice')
    // A copy of her profile wrote in the same place, and would stand there only if hers had not come first by its id.
    let copied = own
    for (let i = 0; compareBytes(idBytes(own.node.id), idBytes(copied.node.id)) >= 0; i++)
      copied = await write(await openReplica(world, world.alice), `copy ${i}`)
    await alice.receive([encodeBlock(winner!.block), encodeBlock(copied.block)])
    await world.clock.run(150)
    const { graph, documents } = alice
    expect([winner!, own, copied].map(({ node }) => graph.stands(node.id))).toEqual([true, false, false])

    await world.clock.run(2000)
    expect(graph.stands(copied.node.id)).toBe(true)
    expect(Object.keys(documents.root.map.toJSON()).sort()).toEqual(['alice', winner!.key, copied.key].sort())
    expect(graph.isDecided).toBe(true)
    documents.root.write((map) => map.set('later', 1))
    await documents.flush()
    expect(graph.stands(alice.stored.at(-1)!.node.id)).toBe(true)
  })

  it('share what an app writes while it observes a change of another, with its next edit at the latest', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    const item = newItem()
    const [hers, his] = [await alice.documents.openText(item), await bob.documents.openText(item)]
    const { yText } = his.current.get()
    yText.observe((_event, transaction) => {
      if (!transaction.local && yText.length < 10) yText.insert(yText.length, ' seen')
    })
    hers.current.get().yText.insert(0, 'hello')
    await exchange(alice, bob)
    yText.insert(yText.length, '!')
    await exchange(alice, bob)
    for (const handle of [hers, his]) expect(handle.content.get()).toBe('hello seen!')
  })

  it('refuse the writes of a reader with a reason', async () => {
    const world = await createTestSpace()
    const rita = await openReplica(world, world.rita)
    expect(() => rita.documents.root.write((map) => map.set('a', 1))).toThrow(expect.objectContaining({ code: 'read-only' }))
    expect(rita.documents.root.map.size).toBe(0)
  })

  it('take back what a reader types, and say why', async () => {
    const world = await createTestSpace()
    const rita = await openReplica(world, world.rita)
    const text = await rita.documents.openText(newItem())
    text.current.get().yText.insert(0, 'not mine to write')
    await rita.documents.flush()
    await world.clock.run(1000)
    expect(rita.faults.map(({ code }) => code)).toContain('read-only')
    expect(text.content.get()).toBe('')
    expect(await rita.storage.readPending(world.space)).toEqual([])
  })

  it('open a text once for all who ask, and close it a second after the last has released it', async () => {
    const world = await createTestSpace()
    const alice = await openReplica(world, world.alice)
    const item = newItem()
    const [first, second] = await Promise.all([alice.documents.openText(item), alice.documents.openText(item)])
    first.current.get().yText.insert(0, 'kept')
    expect(second.current.get()).toBe(first.current.get())
    first.release()
    first.release()
    await world.clock.run(5000)
    expect(alice.documents.peekText(item)).toBeDefined()
    second.release()
    await world.clock.run(500)
    expect(alice.documents.peekText(item)).toBeDefined()
    await world.clock.run(600)
    expect(alice.documents.peekText(item)).toBeUndefined()
    expect((await alice.documents.openText(item)).content.get()).toBe('kept')
  })

  it('close quietly while a released text still waits to be closed', async () => {
    const world = await createTestSpace()
    const alice = await openReplica(world, world.alice)
    const text = await alice.documents.openText(newItem())
    text.current.get().yText.insert(0, 'x')
    text.release()
    await alice.documents.dispose()
    // Yjs complains on console.error of a listener that is taken off twice, which fails a test.
    await world.clock.run(5000)
    expect(() => alice.documents.root.write(() => undefined)).toThrow(expect.objectContaining({ code: 'space-closed' }))
    await expect(alice.documents.openText(newItem())).rejects.toMatchObject({ code: 'space-closed' })
  })

  it('apply to a text that is opened while a block for it arrives', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    const item = newItem()
    const hers = await alice.documents.openText(item)
    hers.current.get().yText.insert(0, 'one ')
    await exchange(alice, bob)
    hers.current.get().yText.insert(4, 'two')
    await alice.documents.flush()
    const opening = bob.documents.openText(item)
    await bob.receive(await alice.allBlocks())
    expect((await opening).content.get()).toBe('one two')
  })

  it('wait with the cut while no key is here, and lose nothing', async () => {
    const world = await createTestSpace()
    let hasKey = false
    const alice = await openReplica(
      { ...world, keyRing: { ...world.keyRing, newest: () => (hasKey ? world.keyRing.newest() : undefined) } },
      world.alice,
    )
    alice.documents.root.write((map) => map.set('a', 1))
    await alice.documents.flush()
    expect(alice.stored).toEqual([])
    expect(await alice.storage.readPending(world.space)).toHaveLength(1)
    hasKey = true
    await alice.documents.flush()
    expect(alice.stored).toHaveLength(1)
  })

  it('take back an edit that no peer would accept, say why, and go on', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
    alice.documents.root.write((map) => map.set('good', 1))
    await alice.documents.flush()
    let replaced = 0
    alice.documents.root.onReplaced(() => replaced++)
    let deep: unknown = 'x'
    for (let i = 0; i < 40; i++) deep = [deep]
    alice.documents.root.write((map) => map.set('bad', deep))
    alice.documents.tick()
    expect(alice.faults).toHaveLength(1)
    expect(alice.faults[0]).toMatchObject({ code: 'block-refused', details: { document: rootDocumentId, rule: 'g6' } })
    await world.clock.run(100)
    expect(replaced).toBe(1)
    expect([...alice.documents.root.map.keys()]).toEqual(['good'])
    expect(await alice.storage.readPending(world.space)).toEqual([])
    expect(alice.documents.unsaved.get()).toBe(0)

    alice.documents.root.write((map) => map.set('later', 2))
    await exchange(alice, bob)
    expect(bob.documents.root.map.toJSON()).toEqual({ good: 1, later: 2 })
    expect(alice.faults).toHaveLength(1)
  })

  it('take no write that would vanish with a refused one while the document is rebuilt', async () => {
    const world = await createTestSpace()
    const alice = await openReplica(world, world.alice)
    let deep: unknown = 'x'
    for (let i = 0; i < 40; i++) deep = [deep]
    alice.documents.root.write((map) => map.set('bad', deep))
    alice.documents.tick()
    expect(() => alice.documents.root.write((map) => map.set('meanwhile', 1))).toThrow(expect.objectContaining({ code: 'block-refused' }))
    await world.clock.run(1000)
    alice.documents.root.write((map) => map.set('afterwards', 1))
    await alice.documents.flush()
    expect(alice.documents.root.map.toJSON()).toEqual({ afterwards: 1 })
    expect(alice.stored).toHaveLength(1)
  })

  it('say so where more is typed into a text while a refused edit is taken back, and keep no trace of it', async () => {
    const world = await createTestSpace()
    const rita = await openReplica(world, world.rita)
    const item = newItem()
    const text = await rita.documents.openText(item)
    const { yText } = text.current.get()
    yText.insert(0, 'refused')
    rita.documents.tick()
    expect(rita.faults).toHaveLength(1)
    yText.insert(7, ' and more')
    await world.clock.run(1000)
    expect(rita.faults).toHaveLength(2)
    expect(text.content.get()).toBe('')
    expect(await rita.storage.readPending(world.space)).toEqual([])
    expect(rita.documents.unsaved.get()).toBe(0)
  })

  it('try again to store when the disk was full, and lose nothing', async () => {
    const world = await createTestSpace()
    const alice = await openReplica(world, world.alice)
    alice.disk.quotaBytes = alice.disk.usedBytes
    alice.documents.root.write((map) => map.set('a', 1))
    await alice.documents.flush()
    expect(alice.faults.map(({ code }) => code)).toContain('storage-full')
    expect(alice.stored).toEqual([])
    expect(alice.documents.unsaved.get()).toBe(1)
    await world.clock.run(5000)
    expect(alice.stored).toEqual([])
    alice.disk.quotaBytes = Infinity
    await world.clock.run(2500)
    expect(alice.stored).toHaveLength(1)
    expect(alice.documents.unsaved.get()).toBe(0)
    alice.disk.crash()
    const again = await openReplica(world, world.alice, { disk: alice.disk })
    expect(again.documents.root.map.get('a')).toBe(1)
  })

  it('say who wrote a struct, also one that is not cut yet', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob, { hasCompany: () => false })]
    alice.documents.root.write((map) => map.set('a', 1))
    await exchange(alice, bob)
    const client = alice.stored[0]!.node.client
    expect(bob.documents.root.authorOf(client, 0)).toMatchObject({ identity: world.alice.id, device: world.alice.deviceId })
    expect(bob.documents.root.authorOf(client, 1)).toBeUndefined()
    bob.documents.root.write((map) => map.set('b', 1))
    expect(bob.documents.root.authorOf(bob.documents.root.map.doc!.clientID, 0)).toMatchObject({ identity: world.bob.id })
  })
})
