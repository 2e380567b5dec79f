import { describe, expect, it } from 'vitest'
import { claimAbandonedSlot, claimSlot } from '../../../src/documents/writing/claimSlot.ts'
import type { BlockId } from '../../../src/shared/ids.ts'
import type { Locks } from '../../../src/storage/locks.ts'
import { createMemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { createTestSpace, openReplica } from './createTestSpace.ts'

describe('claimSlot', () => {
  it('gives each tab the first slot that nobody holds', async () => {
    const world = await createTestSpace()
    const first = await openReplica(world, world.alice)
    const second = await openReplica(world, world.alice, { disk: first.disk })
    const third = await openReplica(world, world.alice, { disk: first.disk })
    expect([first, second, third].map(({ documents }) => documents.slot)).toEqual([0, 1, 2])
    await second.documents.dispose()
    const next = await openReplica(world, world.alice, { disk: first.disk })
    expect(next.documents.slot).toBe(1)
  })

  it('gives a tab the slot that it had, though a lower one is free', async () => {
    const world = await createTestSpace()
    const disk = createMemoryDisk()
    const replica = await openReplica(world, world.alice, { disk, hint: 3 })
    expect(replica.documents.slot).toBe(3)
  })

  it('takes another slot where the hinted one is held: a duplicated tab has the hint, but not the lock', async () => {
    const world = await createTestSpace()
    const first = await openReplica(world, world.alice, { hint: 3 })
    const copy = await openReplica(world, world.alice, { disk: first.disk, hint: 3 })
    expect(copy.documents.slot).toBe(0)
  })

  it('waits a moment for the hinted slot: after a reload its lock comes free late', async () => {
    const world = await createTestSpace()
    const first = await openReplica(world, world.alice, { hint: 3 })
    const opening = openReplica(world, world.alice, { disk: first.disk, hint: 3 })
    setTimeout(() => first.disk.kill(first.storage), 20)
    expect((await opening).documents.slot).toBe(3)
  })

  it('passes over a slot whose mark is ahead of the stored blocks, hinted or not: others may hold what was lost here', async () => {
    const world = await createTestSpace()
    const first = await openReplica(world, world.alice)
    first.documents.root.write((map) => map.set('a', 1))
    await first.documents.flush()
    await first.documents.dispose()
    const storage = createMemoryStorage({ disk: first.disk })
    await storage.open()
    const [mark] = await storage.readMarks(world.space)
    expect(mark).toMatchObject({ slot: 0, seq: 0 })
    await storage.write({ putMarks: [{ ...mark!, seq: 1, block: 'lost' as BlockId }] }, 'strict')
    await storage.dispose()
    const again = await openReplica(world, world.alice, { disk: first.disk, hint: 0 })
    expect(again.documents.slot).toBe(1)
    expect(again.documents.root.map.get('a')).toBe(1)
  })

  it('ends with the storage, which gives no more locks: an app may close while a space opens', { timeout: 5_000 }, async () => {
    const world = await createTestSpace()
    const { storage, graph } = await openReplica(world, world.alice)
    await storage.dispose()
    let asked = 0
    const locks: Locks = {
      acquire(...wanted) {
        // Without an end the loop never leaves the microtasks, and no time limit could stop it.
        if (++asked > 1_000) throw new Error('asks for ever')
        return storage.locks.acquire(...wanted)
      },
    }
    const claim = claimSlot({
      crypto: world.crypto,
      storage: { ...storage, locks },
      space: world.space,
      device: world.alice.deviceId,
      graph,
      hint: undefined,
    })
    await expect(claim).rejects.toMatchObject({ code: 'disposed' })
  })

  it('gives an abandoned slot only when its tab is gone', async () => {
    const world = await createTestSpace()
    const disk = createMemoryDisk()
    const [one, two] = [createMemoryStorage({ disk }), createMemoryStorage({ disk })]
    await Promise.all([one.open(), two.open()])
    const graph = (await openReplica(world, world.alice)).graph
    const place = { crypto: world.crypto, space: world.space, device: world.alice.deviceId, graph }
    const slot = await claimSlot({ ...place, storage: one, hint: undefined })
    expect(await claimAbandonedSlot({ ...place, storage: two, slot: slot.number })).toBeUndefined()
    slot.release()
    expect(await claimAbandonedSlot({ ...place, storage: two, slot: slot.number })).toBeDefined()
  })

  it('passes over a slot whose former tab wrote on while this one was reading what is stored', async () => {
    const world = await createTestSpace()
    const disk = createMemoryDisk()
    const [one, two] = [createMemoryStorage({ disk }), createMemoryStorage({ disk })]
    await Promise.all([one.open(), two.open()])
    const graph = (await openReplica(world, world.alice)).graph
    const place = { crypto: world.crypto, space: world.space, device: world.alice.deviceId, graph }
    const former = await claimSlot({ ...place, storage: one, hint: undefined })
    const claiming = claimSlot({ ...place, storage: two, hint: former.number })
    await one.write({ putMarks: [{ space: world.space, slot: former.number, seq: 0, block: 'stored-too-late' as BlockId }] }, 'strict')
    former.release()
    expect((await claiming).number).toBe(former.number + 1)
    expect(await claimAbandonedSlot({ ...place, storage: one, slot: former.number })).toBeUndefined()
  })
})
