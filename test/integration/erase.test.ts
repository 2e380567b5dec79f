import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import type { SpaceId } from '../../src/shared/ids.ts'
import { createMemoryStorage } from '../../src/storage/memory/memoryStorage.ts'
import type { MemoryDisk } from '../../src/storage/memory/memoryDisk.ts'
import { setup } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const confirm = 'erase this device'

async function createTest(seed: number) {
  const clock = createSimulatedClock()
  const world = await drive(
    clock,
    setup('ann', 'ben', { types: [Task], seed, clock, crypto: createSimulatedCrypto, halo: true, onError: () => {} }),
  )
  const [garden, bens] = await drive(clock, world.shareSpace('Garden', world.ann, world.ben))
  garden.create(Task, { title: 'Water' })
  await clock.run(5_000)

  /** Everything that a disk holds of the garden, and all keys. */
  async function rowsOn(disk: MemoryDisk): Promise<number> {
    const storage = createMemoryStorage({ disk })
    await drive(clock, storage.open())
    const keys = await drive(clock, storage.listKeys(''))
    const membership = await drive(clock, storage.readMembership(garden.id as SpaceId))
    const headers = await drive(clock, storage.readHeaders(garden.id as SpaceId))
    const pending = await drive(clock, storage.readPending(garden.id as SpaceId))
    await drive(clock, storage.dispose())
    return keys.length + membership.rows.length + headers.rows.length + pending.length
  }
  return { clock, world, garden, bens, rowsOn, end: () => drive(clock, world.dispose()) }
}

describe('erasing a device', () => {
  it('leaves nothing on it, ends the other tabs, and takes nothing from anyone else', async () => {
    const { clock, world, bens, rowsOn, end } = await createTest(1)
    const { ann } = world
    const tab = await drive(clock, ann.openTab())
    await clock.run(1_000)
    expect(await rowsOn(ann.disk)).toBeGreaterThan(10)
    await drive(clock, ann.echo.reset({ confirm }))
    expect([ann.echo.state.get().status, tab.state.get().status]).toEqual(['disposed', 'disposed'])
    expect(await rowsOn(ann.disk)).toBe(0)
    expect(ann.cached.caches.size).toBe(0)
    expect(bens.members.get()).toHaveLength(2)

    const again = await drive(clock, ann.restart())
    expect(again.identity.state.get()).toEqual({ status: 'none' })
    expect(again.spaces.list.get()).toEqual([])
    await drive(clock, again.identity.create({ name: 'Another' }))
    await end()
  })

  it('does nothing without its confirmation', async () => {
    const { clock, world, rowsOn, end } = await createTest(2)
    const before = await rowsOn(world.ann.disk)
    await expect(drive(clock, world.ann.echo.reset({ confirm: 'yes' as never }))).rejects.toMatchObject({ code: 'bad-value' })
    expect(world.ann.echo.state.get().status).toBe('ready')
    expect(await rowsOn(world.ann.disk)).toBe(before)
    await end()
  })

  it('that breaks off is finished by the next start', async () => {
    const { clock, world, rowsOn, end } = await createTest(3)
    const { ann } = world
    await drive(clock, ann.echo.dispose())
    // What a page leaves that ends right after it has begun to erase.
    const storage = createMemoryStorage({ disk: ann.disk })
    await drive(clock, storage.open())
    await drive(clock, storage.write({ putKeys: [{ key: 'erasing', value: true }] }, 'strict'))
    await drive(clock, storage.dispose())
    const again = await drive(clock, ann.restart())
    expect(again.identity.state.get()).toEqual({ status: 'none' })
    await drive(clock, again.dispose())
    expect(await rowsOn(ann.disk)).toBe(0)
    await end()
  })
})
