import { describe, expect, it } from 'vitest'
import { createItemId, idBytes, toId, type DocumentId, type ItemId } from '../../../src/shared/ids.ts'
import { storageFullError } from '../../../src/storage/storageError.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace, exchange, openReplica, type TestReplica, type TestSpace } from './createTestSpace.ts'

const random = createSeededRandom('recover')
const newItem = (): ItemId => createItemId(random)

/** A page that never cuts by itself: nobody is there, and no time passes. */
const alone = { hasCompany: () => false }

async function crashAndReopen(world: TestSpace, replica: TestReplica): Promise<TestReplica> {
  replica.disk.crash()
  return openReplica(world, world.alice, { disk: replica.disk, ...alone })
}

describe('what a page leaves in the write-ahead log', () => {
  it('is there after a crash before any cut, insertions, deletions and items alike, without another peer', async () => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    const item = newItem()
    const { yText } = (await page.documents.openText(item)).current.get()
    yText.insert(0, 'hello world')
    yText.delete(0, 6)
    page.documents.root.write((map) => map.set('a', 1))
    yText.insert(5, '!')
    yText.delete(0, 1)
    expect(page.stored).toEqual([])
    await world.clock.run(1)
    expect(page.documents.unsaved.get()).toBe(0)

    const again = await crashAndReopen(world, page)
    expect(again.documents.root.map.get('a')).toBe(1)
    expect((await again.documents.openText(item)).content.get()).toBe('orld!')
    await again.documents.flush()
    expect(await again.storage.readPending(world.space)).toEqual([])
    expect(again.faults).toEqual([])
    // And the blocks are ones that others accept.
    const bob = await openReplica(world, world.bob)
    const outcomes = await bob.receive(await again.allBlocks())
    expect(outcomes.map(({ status }) => status)).toEqual(outcomes.map(() => 'accepted'))
    expect((await bob.documents.openText(item)).content.get()).toBe('orld!')
  })

  it('survives crash upon crash: what was cut at the start may not be stored when the next one comes', async () => {
    const world = await createTestSpace()
    let page = await openReplica(world, world.alice, alone)
    for (let round = 0; round < 5; round++) {
      page.documents.root.write((map) => map.set(`round ${round}`, round))
      await Promise.resolve()
      await Promise.resolve()
      page = await crashAndReopen(world, page)
    }
    expect(page.documents.root.map.size).toBe(5)
    await page.documents.flush()
    expect(page.graph.size).toBe(5)
  })

  it('is cut by one tab only, also while a full disk keeps its blocks from being stored', async () => {
    const world = await createTestSpace()
    const gone = await openReplica(world, world.alice, alone)
    gone.documents.root.write((map) => map.set('left', 1))
    await world.clock.run(1)
    const { disk } = gone
    disk.kill(gone.storage)
    disk.quotaBytes = 0
    const first = await openReplica(world, world.alice, { disk, hint: 7, ...alone })
    await world.clock.run(1)
    expect(first.faults.map(({ code }) => code)).toContain('storage-full')
    const second = await openReplica(world, world.alice, { disk, hint: 8, ...alone })
    await world.clock.run(1)
    disk.quotaBytes = Infinity
    await world.clock.run(10_000)
    expect([first, second].map(({ stored }) => stored.length)).toEqual([1, 0])
    expect(first.documents.root.map.get('left')).toBe(1)
    expect(await disk.lockManager.locks().acquire(`space/${world.space}/slot/0`, 'no')).toBeDefined()
  })

  it('is only dropped where stored blocks hold it already', async () => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    page.documents.root.write((map) => map.set('a', 1))
    await world.clock.run(1)
    const [row] = await page.storage.readPending(world.space)
    await page.documents.flush()
    // As if the deletion of the row had not reached the disk with the block.
    await page.storage.write({ putPending: [row!] }, 'relaxed')
    const again = await crashAndReopen(world, page)
    await again.documents.flush()
    expect(again.graph.size).toBe(1)
    expect(await again.storage.readPending(world.space)).toEqual([])
    expect(again.faults).toEqual([])
  })

  it('is taken up where only the first of the blocks of one large edit is stored: what it deleted is in the last', async () => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    const item = newItem()
    const { yText } = (await page.documents.openText(item)).current.get()
    yText.insert(0, 'ab'.repeat(5000))
    await page.documents.flush()
    const before = page.graph.size
    yText.doc!.transact(() => {
      yText.insert(0, 'a')
      for (let at = 10_000; at > 0; at -= 2) yText.delete(at, 1)
    })
    await world.clock.run(1)
    const rows = await page.storage.readPending(world.space)
    await page.documents.flush()
    const [first, ...others] = page.graph.blocksOf(toId<DocumentId>(idBytes(item))).slice(before)
    expect([first!.header.to - first!.header.from, others.length > 0]).toEqual([1, true])
    // As if the power had failed between them.
    const place = ({ feed, id, header }: typeof first & object) => ({ space: world.space, feed, seq: header.seq, block: id })
    const { slot, seq } = first!.header
    const putMarks = [{ space: world.space, slot, seq, block: first!.id }]
    await page.storage.write({ deleteBlocks: others.map(place), putMarks, putPending: rows }, 'strict')
    const again = await crashAndReopen(world, page)
    expect((await again.documents.openText(item)).content.get()).toBe('a'.repeat(5001))
    await again.documents.flush()
    expect(await again.storage.readPending(world.space)).toEqual([])
    expect(again.faults).toEqual([])
  })

  it('is cut under the past that the edits had, though more has arrived on the disk since', async () => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    const bob = await openReplica(world, world.bob)
    bob.documents.root.write((map) => map.set('both', 'bob first'))
    await exchange(bob, page)
    page.documents.root.write((map) => map.set('both', 'alice after'))
    await world.clock.run(1)
    // A sister tab takes in what bob writes next, which the edit has not seen.
    const sister = await openReplica(world, world.alice, { disk: page.disk, ...alone })
    bob.documents.root.write((map) => map.set('both', 'bob again'))
    await bob.documents.flush()
    await sister.receive(await bob.allBlocks())
    await sister.store.flush()
    const again = await crashAndReopen(world, page)
    await again.documents.flush()
    expect(again.graph.size).toBe(3)
    const [seen] = bob.stored
    expect(again.stored.map(({ node }) => node.header.dependencies)).toEqual([[idBytes(seen!.node.id)]])
    const outcomes = await bob.receive(await again.allBlocks())
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['accepted', 'known', 'known'])
    expect(bob.documents.root.map.get('both')).toBe(again.documents.root.map.get('both'))
  })

  it('is there too where it rests on a block that the disk had no room for at first', async () => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    const bob = await openReplica(world, world.bob)
    bob.documents.root.write((map) => map.set('both', 'bob first'))
    await bob.documents.flush()
    page.disk.quotaBytes = page.disk.usedBytes
    await page.receive(await bob.allBlocks())
    await world.clock.run(100)
    expect(page.faults.map(({ code }) => code)).toEqual(['storage-full'])
    page.disk.quotaBytes = Infinity
    page.documents.root.write((map) => map.set('both', 'alice after'))
    await world.clock.run(1)
    const again = await crashAndReopen(world, page)
    expect(again.documents.root.map.get('both')).toBe('alice after')
    expect(again.faults).toEqual([])
  })

  it('is whole though a row was not taken at first: it goes with the next', async () => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    page.disk.failNextWrite(storageFullError())
    page.documents.root.write((map) => map.set('first', 1))
    await world.clock.run(1)
    expect(page.documents.unsaved.get()).toBe(1)
    page.documents.root.write((map) => map.set('second', 2))
    await world.clock.run(1)
    expect(page.documents.unsaved.get()).toBe(0)
    const again = await crashAndReopen(world, page)
    expect([...again.documents.root.map.entries()]).toEqual([
      ['first', 1],
      ['second', 2],
    ])
    expect(again.faults).toEqual([])
  })

  it('is dropped, and said to be, where the disk did not take what it builds on; the slot goes on', async () => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    page.disk.failNextWrite(storageFullError())
    page.documents.root.write((map) => map.set('first', 1))
    page.documents.root.write((map) => map.set('second', 2))
    await world.clock.run(1)
    expect(page.documents.unsaved.get()).toBe(1)
    const again = await crashAndReopen(world, page)
    expect(again.faults.map(({ code }) => code)).toEqual(['storage-unavailable'])
    expect(again.documents.root.map.size).toBe(0)
    await world.clock.run(1)
    expect(await again.storage.readPending(world.space)).toEqual([])
    again.documents.root.write((map) => map.set('third', 3))
    await again.documents.flush()
    const bob = await openReplica(world, world.bob)
    await bob.receive(await again.allBlocks())
    expect(bob.documents.root.map.toJSON()).toEqual({ third: 3 })
  })

  it.each([
    ['the page stays open', true],
    ['a page is opened after it has come', false],
  ])(
    'waits whole where a block that it rests on is gone from the disk: the page goes on under another slot, and nothing is lost (%s)',
    async (_, isOpen) => {
      const world = await createTestSpace()
      const page = await openReplica(world, world.alice, alone)
      const bob = await openReplica(world, world.bob)
      const item = newItem()
      const hisText = (await bob.documents.openText(item)).current.get().yText
      const herText = (await page.documents.openText(item)).current.get().yText
      hisText.insert(0, 'a')
      await exchange(bob, page)
      herText.insert(1, 'b')
      await world.clock.run(1)
      // The second edit has seen more, so it is a row with another past, and the block of the first does not reach the disk.
      hisText.insert(0, '<')
      await bob.documents.flush()
      page.disk.failNextWrite(storageFullError())
      await page.receive(await bob.allBlocks())
      await world.clock.run(1)
      herText.insert(herText.length, 'c')
      await page.store.flush()
      const first = bob.stored[0]!.node.id

      page.disk.damageBlock(world.space, first, 'header')
      let again = await crashAndReopen(world, page)
      expect(again.faults.map(({ code }) => code)).toContain('storage-unavailable')
      expect(await again.storage.readPending(world.space)).toHaveLength(2)
      expect(again.documents.slot).toBe(1)
      ;(await again.documents.openText(item)).current.get().yText.insert(0, 'new ')
      again.documents.root.write((map) => map.set('later', true))
      await again.documents.flush()
      expect(again.stored.map(({ node }) => node.header.slot)).toEqual([1, 1])

      // As long as it is gone, nothing is tried, and nothing told again.
      const faults = again.faults.length
      expect(await again.documents.recoverAbandoned()).toBe(true)
      expect(again.faults).toHaveLength(faults)
      await again.receive(await bob.allBlocks())
      await again.store.flush()
      if (isOpen) {
        expect(await again.documents.recoverAbandoned()).toBe(false)
        again.documents.tick()
      } else again = await crashAndReopen(world, again)
      await again.documents.flush()
      expect(await again.storage.readPending(world.space)).toEqual([])
      expect(again.faults).toHaveLength(isOpen ? faults : 0)
      const whole = (await again.documents.openText(item)).content.get()
      expect([...whole].sort().join('')).toBe(' <abcenw')
      await exchange(again, bob)
      expect((await bob.documents.openText(item)).content.get()).toBe(whole)
      expect(bob.documents.root.map.get('later')).toBe(true)
    },
  )

  it('waits where its document cannot be built, which is told once however often it is tried', async () => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    const { yText } = (await page.documents.openText(newItem())).current.get()
    yText.insert(0, 'a')
    await page.documents.flush()
    yText.insert(1, 'b')
    await world.clock.run(1)
    page.disk.damageBlock(world.space, page.stored[0]!.node.id, 'envelope')
    const again = await crashAndReopen(world, page)
    expect(again.documents.slot).toBe(1)
    for (let time = 0; time < 3; time++) expect(await again.documents.recoverAbandoned()).toBe(false)
    expect(again.faults.map(({ code }) => code)).toEqual(['data-corrupt'])
    expect(await again.storage.readPending(world.space)).toHaveLength(1)
  })

  it('is cut by the next tab under the slot of the one that is gone', async () => {
    const world = await createTestSpace()
    const first = await openReplica(world, world.alice, alone)
    const second = await openReplica(world, world.alice, { disk: first.disk, ...alone })
    expect([first.documents.slot, second.documents.slot]).toEqual([0, 1])
    second.documents.root.write((map) => map.set('second', 1))
    await world.clock.run(1)
    first.disk.kill(second.storage)
    first.disk.kill(first.storage)
    const next = await openReplica(world, world.alice, { disk: first.disk, ...alone })
    expect(next.documents.slot).toBe(0)
    expect(next.documents.root.map.get('second')).toBe(1)
    await next.documents.flush()
    expect(next.stored.map(({ node }) => node.header.slot)).toEqual([1])
    expect(await next.storage.readPending(world.space)).toEqual([])
    const bob = await openReplica(world, world.bob)
    await bob.receive(await next.allBlocks())
    expect(bob.documents.root.map.get('second')).toBe(1)
  })

  it('is left alone while the tab that wrote it lives', async () => {
    const world = await createTestSpace()
    const first = await openReplica(world, world.alice, alone)
    first.documents.root.write((map) => map.set('first', 1))
    await world.clock.run(1)
    const second = await openReplica(world, world.alice, { disk: first.disk, ...alone })
    await second.documents.flush()
    expect(second.stored).toEqual([])
    await first.documents.flush()
    expect(first.stored).toHaveLength(1)
  })

  it('goes on where the slot stopped: edits after the recovery are accepted too', async () => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    const item = newItem()
    ;(await page.documents.openText(item)).current.get().yText.insert(0, 'abc')
    await world.clock.run(1)
    const again = await crashAndReopen(world, page)
    ;(await again.documents.openText(item)).current.get().yText.insert(3, 'def')
    await again.documents.flush()
    const bob = await openReplica(world, world.bob)
    await bob.receive(await again.allBlocks())
    expect((await bob.documents.openText(item)).content.get()).toBe('abcdef')
  })

  it.each([
    ['where the feed goes on from this disk', false],
    ['where the feed went on without this disk', true],
  ])('is dropped once, and said to be lost, where the disk gives back no update (%s); what else is there stays', async (_, isAside) => {
    const world = await createTestSpace()
    const page = await openReplica(world, world.alice, alone)
    for (const key of ['first', 'second']) {
      page.documents.root.write((map) => map.set(key, key))
      await page.documents.flush()
    }
    page.documents.root.write((map) => map.set('third', 'third'))
    await world.clock.run(1)
    const [row] = await page.storage.readPending(world.space)
    const { slot, seq } = page.stored[0]!.node.header
    await page.storage.write(
      {
        putPending: [{ ...row!, update: Uint8Array.of(255, 255, 255) }],
        ...(isAside && { putMarks: [{ space: world.space, slot, seq, block: page.stored[0]!.node.id }] }),
      },
      'strict',
    )
    let again = await crashAndReopen(world, page)
    expect(again.faults.map(({ code }) => code)).toEqual(['data-corrupt'])
    await world.clock.run(1)
    expect(await again.storage.readPending(world.space)).toEqual([])
    again = await crashAndReopen(world, again)
    expect(again.faults).toEqual([])
    // A slot that forked elsewhere is left alone.
    expect(again.documents.slot === slot).toBe(!isAside)
    expect([...again.documents.root.map.keys()]).toEqual(['first', 'second'])
  })
})
