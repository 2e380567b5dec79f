import { expect, it } from 'vitest'
import type { Readable } from '../../src/shared/readable.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const timeout = 60_000

/* A device is lost, and shut out, while things go wrong. */

/** Ann's laptop, which has the words, and her phone, which is lost; her tablet, which is new; Ben, with whom she shares the garden. */
async function createTest(seed: number) {
  const clock = createSimulatedClock()
  const errors: string[] = []
  const world = await drive(
    clock,
    setup('laptop', 'phone', 'tablet', 'ben', {
      seed,
      clock,
      crypto: createSimulatedCrypto,
      halo: true,
      identities: false,
      onError: (error, peer) => errors.push(`${peer} ${error.code}: ${error.message}`),
    }),
  )
  const { laptop, phone, ben } = world
  const { phrase } = await drive(clock, laptop.echo.identity.create({ name: 'Ann' }))
  await drive(clock, laptop.echo.identity.confirmPhraseSaved())
  await drive(clock, ben.echo.identity.create({ name: 'Ben' }))
  const attic = await drive(clock, laptop.echo.spaces.create({ name: 'Attic' }))
  const [garden, bens] = await drive(clock, world.shareSpace('Garden', laptop, ben))
  await drive(clock, phone.echo.identity.recover({ phrase }))
  const wait = <T, Found>(readable: Readable<T>, pick: (value: T) => Found | undefined | false): Promise<Found> =>
    drive(clock, until(readable, pick, clock))
  const isReady = ({ state }: { readonly state: { readonly status: string } }): boolean => state.status === 'ready'
  await wait(phone.echo.spaces.list, (list) => list.length === 2 && list.every(isReady))
  await wait(bens.members, (members) => members.some(({ deviceCount }) => deviceCount === 2))
  await clock.run(2_000)
  const lost = phone.echo.identity.devices.get().find(({ isThis }) => isThis)!.id
  const devicesIn = (space: typeof bens) => space.members.get().find(({ name }) => name === 'Ann')?.deviceCount
  return {
    clock,
    world,
    ...world,
    phrase,
    attic,
    garden,
    bens,
    errors,
    wait,
    lost,
    devicesIn,
    isReady,
    end: () => drive(clock, world.dispose()),
  }
}

it('is shut out of every space, although the device that began it was killed half-way', { timeout }, async () => {
  const { clock, laptop, bens, garden, attic, lost, devicesIn, end } = await createTest(1)
  laptop.network.setEnabled(false)
  const { disk } = laptop
  const commit = disk.commit
  disk.commit = (batch, durability) => {
    const isOfSpace = batch.putMembership?.some(({ space }) => space === garden.id || space === attic.id)
    return isOfSpace ? new Promise(() => {}) : commit(batch, durability)
  }
  void laptop.echo.spaces.revokeDevice(lost)
  await clock.run(1_000)
  disk.commit = commit
  await drive(clock, laptop.crash())
  expect(devicesIn(bens)).toBe(2)
  await clock.run(60_000)
  expect(laptop.echo.identity.devices.get().map(({ id }) => id)).not.toContain(lost)
  expect([devicesIn(bens), devicesIn(laptop.echo.spaces.get(attic.id)!)]).toEqual([1, 1])
  await end()
})

it('is shut out of a space that was closed, too, which is opened for it and stays open', { timeout }, async () => {
  const { clock, laptop, bens, garden, lost, devicesIn, end } = await createTest(5)
  const state = laptop.echo.spaces.state(garden.id)
  await drive(clock, laptop.echo.spaces.close(garden.id))
  await clock.run(30_000)
  expect(state.get()).toEqual({ status: 'closed', byChoice: true })
  await drive(clock, laptop.echo.spaces.revokeDevice(lost))
  await clock.run(5_000)
  expect([state.get().status, devicesIn(bens)]).toEqual(['ready', 1])
  await end()
})

it(
  'is shut out of a space that was closed by whichever device hears of it, although the one that began it was killed',
  { timeout },
  async () => {
    const { clock, laptop, bens, garden, attic, lost, devicesIn, end } = await createTest(6)
    for (const { id } of [garden, attic]) await drive(clock, laptop.echo.spaces.close(id))
    laptop.network.setEnabled(false)
    const { disk } = laptop
    const commit = disk.commit
    disk.commit = (batch, durability) => {
      const ids = [garden.id, attic.id]
      const isOfSpace =
        batch.putMembership?.some(({ space }) => ids.includes(space)) ||
        batch.putKeys?.some(({ key }) => ids.some((id) => key === `space/${id}`))
      return isOfSpace ? new Promise(() => {}) : commit(batch, durability)
    }
    void laptop.echo.spaces.revokeDevice(lost)
    await clock.run(1_000)
    disk.commit = commit
    await drive(clock, laptop.crash())
    expect(laptop.echo.spaces.list.get().map(({ state }) => state)).toEqual([
      { status: 'closed', byChoice: true },
      { status: 'closed', byChoice: true },
    ])
    expect(devicesIn(bens)).toBe(2)
    await clock.run(60_000)
    expect(laptop.echo.identity.devices.get().map(({ id }) => id)).not.toContain(lost)
    expect([devicesIn(bens), devicesIn(laptop.echo.spaces.get(attic.id)!)]).toEqual([1, 1])
    await end()
  },
)

it('is never the one in the hand', { timeout }, async () => {
  const { clock, laptop, garden, devicesIn, end } = await createTest(4)
  const own = laptop.echo.identity.devices.get().find(({ isThis }) => isThis)!.id
  await expect(drive(clock, laptop.echo.spaces.revokeDevice(own))).rejects.toMatchObject({ code: 'bad-value' })
  expect([devicesIn(garden), laptop.echo.spaces.state(garden.id).get().status]).toEqual([2, 'ready'])
  await end()
})

it('is shut out of every other space, although one of them waits for content that nobody has', { timeout }, async () => {
  const { clock, laptop, bens, attic, lost, devicesIn, end } = await createTest(2)
  const awaiting = [{ feed: `${'A'.repeat(43)}/0`, seq: 3 }]
  await laptop.disk.commit({ putKeys: [{ key: `space/${attic.id}`, value: { name: 'Attic', awaiting } }] }, 'strict')
  await drive(clock, laptop.restart())
  await clock.run(5_000)
  expect(laptop.echo.spaces.state(attic.id).get().status).toBe('first-sync')
  await drive(clock, laptop.echo.spaces.revokeDevice(lost))
  await clock.run(5_000)
  expect(devicesIn(bens)).toBe(1)
  await end()
})

it(
  'whoever sets a device up from the words is in, although the one that let it in had been shut out and did not know, or did not say',
  { timeout },
  async () => {
    const { clock, world, laptop, tablet, phrase, lost, wait, isReady, errors, end } = await createTest(3)
    world.swarm.partition([['laptop 1'], ['phone 1', 'tablet 1', 'ben 1']])
    await drive(clock, laptop.echo.spaces.revokeDevice(lost))
    await drive(clock, tablet.echo.identity.recover({ phrase }))
    await wait(tablet.echo.spaces.list, (list) => list.length > 0)
    await clock.run(5_000)
    world.swarm.heal()
    await clock.run(20_000)
    expect(tablet.echo.identity.devices.get()).toHaveLength(2)
    expect(laptop.echo.identity.devices.get()).toHaveLength(2)
    await wait(tablet.echo.spaces.list, (list) => list.length === 2 && list.every(isReady))
    const shed = await drive(clock, laptop.echo.spaces.create({ name: 'Shed' }))
    await wait(tablet.echo.spaces.list, (list) => list.some(({ id, state }) => id === shed.id && state.status === 'ready'))
    const told = new Set(errors.map((error) => error.split(':')[0]))
    // What the lost one wrote into the private space after it was shut out.
    expect(told).toContain('phone block-withdrawn')
    // Where the tablet hears of that before it is let in anew, what it wrote until then goes, too, and waits for the new key.
    for (const one of told) expect(['phone block-withdrawn', 'tablet block-withdrawn', 'tablet peer-offline']).toContain(one)
    await end()
  },
)
