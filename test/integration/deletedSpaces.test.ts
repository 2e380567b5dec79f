import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { Readable } from '../../src/shared/readable.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { createMemoryStorage } from '../../src/storage/memory/memoryStorage.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))
vi.setConfig({ testTimeout: 60_000 })
const confirm = { confirm: 'delete this space' } as const

/** Ben's garden, which Ann has on her laptop and her phone; her tablet is new. */
async function createTest(seed: number) {
  const clock = createSimulatedClock()
  const errors: string[] = []
  const world = await drive(
    clock,
    setup('ben', 'laptop', 'phone', 'tablet', {
      types: [Task],
      seed,
      clock,
      crypto: createSimulatedCrypto,
      halo: true,
      identities: false,
      onError: (error, peer) => errors.push(`${peer} ${error.code}: ${error.message}`),
    }),
  )
  const { laptop, phone, ben } = world
  const wait = <T, Found>(readable: Readable<T>, pick: (value: T) => Found | undefined | false): Promise<Found> =>
    drive(clock, until(readable, pick, clock))
  const { phrase } = await drive(clock, laptop.echo.identity.create({ name: 'Ann' }))
  await drive(clock, laptop.echo.identity.confirmPhraseSaved())
  await drive(clock, ben.echo.identity.create({ name: 'Ben' }))
  const [garden, anns] = await drive(clock, world.shareSpace('Garden', ben, laptop))
  await drive(clock, phone.echo.identity.recover({ phrase }))
  await wait(phone.echo.spaces.list, ([space]) => space?.state.status === 'ready')
  const ann = anns.members.get().find(({ isMe }) => isMe)!.id
  const statusOn = (peer: typeof laptop) => peer.echo.spaces.state(garden.id).get().status
  return { ...world, clock, errors, wait, phrase, garden, anns, ann, statusOn, end: () => drive(clock, world.dispose()) }
}

describe('a person who was removed and joins again', () => {
  it('is a member on all her devices again, also on one that was away', async () => {
    const test = await createTest(1)
    const { clock, laptop, phone, garden, ann, wait, statusOn, join, errors } = test
    await drive(clock, garden.removeMember(ann))
    // Who has not heard of it yet takes the new invitation for one to a space of hers.
    for (const { echo } of [phone, laptop]) await wait(echo.spaces.state(garden.id), ({ status }) => status === 'removed')
    garden.create(Task, { title: 'Meanwhile' })
    await drive(clock, phone.echo.dispose())
    await drive(clock, join(garden, laptop))
    await clock.run(10_000)
    await drive(clock, phone.restart())
    await wait(phone.echo.spaces.state(garden.id), ({ status }) => status === 'ready')
    const onPhone = await drive(clock, phone.echo.spaces.open(garden.id))
    await wait(onPhone.live(query(Task)), ([task]) => task?.title === 'Meanwhile')
    onPhone.create(Task, { title: 'Back' })
    await wait(garden.live(query(Task)), (tasks) => tasks.length === 2)
    expect(garden.members.get().find(({ id }) => id === ann)?.deviceCount).toBe(2)
    expect(statusOn(laptop)).toBe('ready')
    expect(errors).toEqual([])
    await test.end()
  })
})

describe('a space that a person deletes', () => {
  it('goes from a device, too, on which it was closed', async () => {
    const test = await createTest(9)
    const { clock, laptop, phone, garden, wait, statusOn } = test
    await drive(clock, laptop.echo.spaces.close(garden.id))
    const onPhone = await drive(clock, phone.echo.spaces.open(garden.id))
    await drive(clock, onPhone.leave())
    await clock.run(5_000)
    expect(statusOn(laptop)).toBe('closed')
    await drive(clock, phone.echo.spaces.delete(garden.id, confirm))
    await wait(laptop.echo.spaces.list, (list) => list.length === 0)
    expect(statusOn(laptop)).toBe('not-found')
    expect(await rowsOf(laptop.disk, garden.id)).toEqual([])
    await test.end()
  })

  it('goes from all her devices, stays away after recovery, and comes back by a new invitation, to all of them', async () => {
    const test = await createTest(2)
    const { clock, laptop, phone, tablet, garden, anns, phrase, wait, statusOn, join, errors } = test
    garden.create(Task, { title: 'Water' })
    await expect(drive(clock, phone.echo.spaces.delete(garden.id, confirm))).rejects.toMatchObject({ code: 'already-member' })
    await drive(clock, anns.leave())
    await wait(phone.echo.spaces.state(garden.id), ({ status }) => status === 'left')
    await clock.run(5_000)
    expect(laptop.echo.spaces.list.get()).toHaveLength(1)
    await expect(phone.echo.spaces.delete(garden.id, { confirm: 'yes' as never })).rejects.toMatchObject({ code: 'bad-value' })
    const other = await drive(clock, phone.openTab())
    await clock.run(1_000)
    await drive(clock, phone.echo.spaces.delete(garden.id, confirm))
    await wait(laptop.echo.spaces.list, (list) => list.length === 0)
    await clock.run(2_000)
    expect([statusOn(laptop), statusOn(phone)]).toEqual(['not-found', 'not-found'])
    expect(other.spaces.list.get()).toEqual([])
    for (const { disk } of [laptop, phone]) expect(await rowsOf(disk, garden.id)).toEqual([])

    await drive(clock, tablet.echo.identity.recover({ phrase }))
    for (const peer of [laptop, phone]) await drive(clock, peer.restart())
    await wait(tablet.echo.identity.devices, (devices) => devices.length === 3)
    await clock.run(15_000)
    for (const peer of [laptop, phone, tablet]) expect(peer.echo.spaces.list.get(), peer.name).toEqual([])

    await drive(clock, join(garden, phone))
    for (const peer of [laptop, phone, tablet]) {
      await wait(peer.echo.spaces.state(garden.id), ({ status }) => status === 'ready')
      const space = await drive(clock, peer.echo.spaces.open(garden.id))
      await wait(space.live(query(Task)), ([task]) => task?.title === 'Water')
    }
    await clock.run(15_000)
    for (const peer of [laptop, phone, tablet]) expect(peer.echo.spaces.list.get(), peer.name).toHaveLength(1)
    expect(errors).toEqual([])
    await test.end()
  })

  it('goes from a device that was away, and had not heard that she left', async () => {
    const test = await createTest(3)
    const { clock, laptop, phone, garden, anns, wait, errors } = test
    await drive(clock, phone.echo.dispose())
    await drive(clock, anns.leave())
    await clock.run(5_000)
    await drive(clock, laptop.echo.spaces.delete(garden.id, confirm))
    await clock.run(5_000)
    await drive(clock, phone.restart())
    await wait(phone.echo.spaces.list, (list) => list.length === 0)
    await clock.run(15_000)
    expect([laptop, phone].map(({ echo }) => echo.spaces.list.get())).toEqual([[], []])
    expect(errors).toEqual([])
    await test.end()
  })

  it('is one in which she is alone: nobody else is there to be told', async () => {
    const test = await createTest(4)
    const { clock, laptop, phone, wait, errors } = test
    const shed = await drive(clock, laptop.echo.spaces.create({ name: 'Shed' }))
    await wait(phone.echo.spaces.state(shed.id), ({ status }) => status === 'ready')
    await drive(clock, laptop.echo.spaces.delete(shed.id, confirm))
    await wait(phone.echo.spaces.list, (list) => list.length === 1)
    await clock.run(15_000)
    expect(laptop.echo.spaces.list.get().map(({ name }) => name)).toEqual(['Garden'])
    await expect(drive(clock, laptop.echo.spaces.open(shed.id))).rejects.toMatchObject({ code: 'space-not-found' })
    expect(errors).toEqual([])
    await test.end()
  })
})

/** The keys of all rows that a disk holds of a space. */
async function rowsOf(disk: Awaited<ReturnType<typeof createTest>>['laptop']['disk'], id: string): Promise<readonly string[]> {
  const storage = createMemoryStorage({ disk })
  await storage.open()
  const rows = await storage.listKeys('')
  const { rows: operations } = await storage.readMembership(id as never)
  const { rows: headers } = await storage.readHeaders(id as never)
  await storage.dispose()
  return [
    ...rows.map(({ key }) => key).filter((key) => key.includes(id)),
    ...operations.map(() => 'operation'),
    ...headers.map(() => 'block'),
  ]
}
