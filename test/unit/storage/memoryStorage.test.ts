import { describe, expect, it } from 'vitest'
import { EchoError } from '../../../src/shared/echoError.ts'
import type { BlockId, SpaceId } from '../../../src/shared/ids.ts'
import { createMemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { describeDisk } from '../../../src/testing/storageAcceptance.ts'

describeDisk(
  'memory',
  async () => {
    const disk = createMemoryDisk()
    return {
      tab: () => createMemoryStorage({ disk }),
      fill: async () => void (disk.quotaBytes = disk.usedBytes + 10_000),
      free: async () => void (disk.quotaBytes = Infinity),
      damage: async (space, block, part) => disk.damageBlock(space, block, part),
      damageOperation: async (space, id) => disk.damageOperation(space, id),
      closeUnder: async () => disk.close(),
      dispose: async () => disk.crash(),
    }
  },
  ['quota', 'damage', 'closing'],
)

const space = 'space' as SpaceId
const mark = (slot: number) => ({ space, slot, seq: 0, block: 'block' as BlockId })

/** A disk whose calls complete when the test says so. */
function createHeldDisk() {
  const held: (() => void)[] = []
  const disk = createMemoryDisk((complete) => held.push(complete))
  return { disk, completeAll: () => held.splice(0).forEach((complete) => complete()) }
}

describe('memory storage', () => {
  it('counts a write as saved when it has completed and not before', async () => {
    const { disk, completeAll } = createHeldDisk()
    const storage = createMemoryStorage({ disk })
    await storage.open()
    let saved = false
    const written = storage.write({ putMarks: [mark(0)] }, 'relaxed').then(() => (saved = true))
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(saved).toBe(false)
    completeAll()
    await written
    expect(saved).toBe(true)
  })

  it('loses in a crash what has not completed, ends every tab and frees its locks', async () => {
    const { disk, completeAll } = createHeldDisk()
    const [storage, other] = [createMemoryStorage({ disk }), createMemoryStorage({ disk })]
    await storage.open()
    await other.open()
    await other.locks.acquire('slot', 'no')
    const kept = storage.write({ putMarks: [mark(0)] }, 'relaxed')
    completeAll()
    await kept
    const lost = storage.write({ putMarks: [mark(1)] }, 'relaxed')
    disk.crash()
    await expect(lost).rejects.toMatchObject({ code: 'storage-unavailable' })
    expect(other.state.get().status).toBe('closed')
    const restarted = createMemoryStorage({ disk })
    await restarted.open()
    expect(await restarted.locks.acquire('slot', 'no')).toBeDefined()
    const marks = restarted.readMarks(space)
    completeAll()
    expect(await marks).toEqual([mark(0)])
  })

  it('loses as many of the relaxed writes as told when the power fails, and none before a strict one', async () => {
    const disk = createMemoryDisk()
    const storage = createMemoryStorage({ disk })
    await storage.open()
    await storage.write({ putMarks: [mark(0)] }, 'relaxed')
    await storage.write({ putMarks: [mark(1)] }, 'strict')
    for (const slot of [2, 3, 4]) await storage.write({ putMarks: [mark(slot), { ...mark(1), seq: slot }] }, 'relaxed')
    disk.crash(1)
    const after = createMemoryStorage({ disk })
    await after.open()
    expect(await after.readMarks(space)).toEqual([mark(0), { ...mark(1), seq: 2 }, mark(2)])
    const { usedBytes } = disk
    disk.crash(0)
    const later = createMemoryStorage({ disk })
    await later.open()
    expect(await later.readMarks(space)).toHaveLength(3)
    expect(disk.usedBytes).toBe(usedBytes)
  })

  it('gives back an old copy of what it held, as often as wanted', async () => {
    const disk = createMemoryDisk()
    const storage = createMemoryStorage({ disk })
    await storage.open()
    await storage.write({ putKeys: [{ key: 'k', value: 1 }], putMarks: [mark(0)] }, 'relaxed')
    const backup = disk.backup()
    const { usedBytes } = disk
    let tab = storage
    for (const value of [2, 3]) {
      await tab.write({ putKeys: [{ key: 'k', value }], putMarks: [mark(value)] }, 'strict')
      await tab.dispose()
      disk.restore(backup)
      expect(disk.usedBytes).toBe(usedBytes)
      tab = createMemoryStorage({ disk })
      await tab.open()
      expect([await tab.readKey('k'), await tab.readMarks(space)]).toEqual([1, [mark(0)]])
    }
  })

  it('holds its locks until the writes it has begun are through', async () => {
    const { disk, completeAll } = createHeldDisk()
    const [storage, other] = [createMemoryStorage({ disk }), createMemoryStorage({ disk })]
    await storage.open()
    await other.open()
    await storage.locks.acquire('slot', 'no')
    const written = storage.write({ putMarks: [mark(0)] }, 'relaxed')
    const disposed = storage.dispose()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await other.locks.acquire('slot', 'no')).toBeUndefined()
    completeAll()
    await Promise.all([written, disposed])
    expect(await other.locks.acquire('slot', 'no')).toBeDefined()
  })

  it('keeps what a killed page has begun, and leaves the other tabs alone', async () => {
    const { disk, completeAll } = createHeldDisk()
    const [storage, other] = [createMemoryStorage({ disk }), createMemoryStorage({ disk })]
    await storage.open()
    await other.open()
    const begun = storage.write({ putMarks: [mark(0)] }, 'relaxed')
    disk.kill(storage)
    expect([storage.state.get().status, other.state.get().status]).toEqual(['closed', 'ready'])
    const marks = other.readMarks(space)
    completeAll()
    await begun
    expect(await marks).toEqual([mark(0)])
  })

  it('fails the next write with the error it is told, once', async () => {
    const disk = createMemoryDisk()
    const storage = createMemoryStorage({ disk })
    await storage.open()
    disk.failNextWrite(new EchoError('storage-unavailable', 'told'))
    await expect(storage.write({ putMarks: [mark(0)] }, 'relaxed')).rejects.toThrow('told')
    expect(storage.state.get()).toMatchObject({ status: 'unavailable' })
    expect(await storage.readMarks(space)).toEqual([])
    await storage.write({ putMarks: [mark(0)] }, 'relaxed')
    expect(storage.state.get()).toEqual({ status: 'ready', persistent: false })
  })

  it('frees quota by deleting', async () => {
    const disk = createMemoryDisk()
    const storage = createMemoryStorage({ disk })
    await storage.open()
    const empty = disk.usedBytes
    await storage.write({ putKeys: [{ key: 'k', value: new Uint8Array(1_000) }], putMarks: [mark(0)] }, 'relaxed')
    expect(disk.usedBytes).toBeGreaterThan(empty + 1_000)
    await storage.write({ deleteKeys: ['k'], deleteSpace: space }, 'relaxed')
    expect(disk.usedBytes).toBe(empty)
  })

  it('is unavailable where there is no database, and opens when there is one again', async () => {
    const disk = createMemoryDisk()
    disk.available = false
    const storage = createMemoryStorage({ disk })
    await storage.open()
    expect(storage.state.get()).toMatchObject({ status: 'unavailable', error: { code: 'storage-unavailable' } })
    await expect(storage.readMarks(space)).rejects.toMatchObject({ code: 'storage-unavailable' })
    disk.available = true
    expect(await storage.readMarks(space)).toEqual([])
    expect(storage.state.get().status).toBe('ready')
  })

  it('shows in its state that the data will be kept', async () => {
    const disk = createMemoryDisk()
    const storage = createMemoryStorage({ disk })
    await storage.open()
    expect(await storage.persist()).toBe(false)
    disk.grantsPersistence = true
    expect(await storage.persist()).toBe(true)
    expect(storage.state.get()).toEqual({ status: 'ready', persistent: true })
  })
})
