import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { Readable } from '../../src/shared/readable.ts'
import { setup, until, type SetupOptions } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))

/** Ann with a laptop; her phone and her tablet, both new; and Ben, with whom she shares the garden. */
async function createTest(seed: number, more: SetupOptions = {}) {
  const clock = createSimulatedClock()
  const errors: string[] = []
  const world = await drive(
    clock,
    setup('laptop', 'phone', 'tablet', 'ben', {
      types: [Task],
      seed,
      clock,
      crypto: createSimulatedCrypto,
      halo: true,
      identities: false,
      onError: (error, peer) =>
        errors.push(`${peer} ${error.code}: ${error.message} ${error.cause instanceof Error ? error.cause.stack : ''}`),
      ...more,
    }),
  )
  const { laptop, phone, tablet, ben } = world
  const { phrase } = await drive(clock, laptop.echo.identity.create({ name: 'Ann' }))
  await drive(clock, laptop.echo.identity.confirmPhraseSaved())
  await drive(clock, ben.echo.identity.create({ name: 'Ben' }))
  const [garden, bens] = await drive(clock, world.shareSpace('Garden', laptop, ben))
  const wait = <T, Found>(readable: Readable<T>, pick: (value: T) => Found | undefined | false): Promise<Found> =>
    drive(clock, until(readable, pick, clock))
  return { clock, world, laptop, phone, tablet, ben, phrase, garden, bens, errors, wait, end: () => drive(clock, world.dispose()) }
}

describe('a device that is set up from the phrase', () => {
  it('gets profile, contacts and all spaces from the other device, and both write as one person', async () => {
    const { clock, laptop, phone, phrase, garden, bens, errors, wait, end } = await createTest(1)
    garden.create(Task, { title: 'Water' })
    await drive(clock, laptop.echo.identity.updateProfile({ name: 'Ann Rose', emoji: '🌹' }))
    const kitchen = await drive(clock, laptop.echo.spaces.create({ name: 'Kitchen' }))
    expect([laptop, phone].map(({ echo }) => echo.identity.awaitsDevices.get())).toEqual([false, false])
    // While nothing is here that says that the person has nothing.
    const emptyHanded: boolean[] = []
    phone.echo.identity.state.subscribe(note)
    phone.echo.spaces.list.subscribe(note)
    phone.echo.identity.awaitsDevices.subscribe(note)
    function note(): void {
      const { identity, spaces } = phone.echo
      if (identity.state.get().status === 'ready' && spaces.list.get().length === 0) emptyHanded.push(identity.awaitsDevices.get())
    }
    await drive(clock, phone.echo.identity.recover({ phrase }))
    const spaces = await wait(
      phone.echo.spaces.list,
      (list) => list.length === 2 && list.every(({ state }) => state.status === 'ready') && list,
    )
    await wait(phone.echo.identity.awaitsDevices, (awaits) => !awaits)
    expect(emptyHanded.length).toBeGreaterThan(0)
    expect(emptyHanded).not.toContain(false)
    expect(spaces.map(({ id, name, role }) => [id, name, role])).toEqual([
      [garden.id, 'Garden', 'owner'],
      [kitchen.id, 'Kitchen', 'owner'],
    ])
    await wait(
      phone.echo.identity.state,
      (state) => 'identity' in state && state.identity.name === 'Ann Rose' && state.identity.emoji === '🌹',
    )
    expect(phone.echo.identity.contacts.get().map(({ name, spaces: shared }) => [name, shared])).toEqual([['Ben', [garden.id]]])
    await wait(laptop.echo.identity.devices, (devices) => devices.length === 2)
    expect(phone.echo.identity.devices.get().filter(({ isThis }) => isThis)).toHaveLength(1)

    const onPhone = await drive(clock, phone.echo.spaces.open(garden.id))
    expect(onPhone.run(query(Task)).map(({ title }) => title)).toEqual(['Water'])
    onPhone.create(Task, { title: 'Weed' })
    const two = await wait(bens.live(query(Task).orderBy('title')), (tasks) => tasks.length === 2 && tasks)
    const ann = laptop.echo.identity.state.get()
    expect(two.map(({ $ }) => $.createdBy)).toEqual(Array(2).fill('identity' in ann && ann.identity.id))
    expect(bens.members.get().map(({ name, deviceCount }) => [name, deviceCount])).toEqual([
      ['Ann Rose', 2],
      ['Ben', 1],
    ])
    expect(errors).toEqual([])
    await end()
  })

  it('waits for the other device as long as it takes, also over a restart, and needs nobody else', async () => {
    const { clock, laptop, phone, ben, phrase, garden, errors, wait, end } = await createTest(2)
    await clock.run(2_000)
    await drive(clock, ben.echo.dispose())
    await drive(clock, laptop.echo.dispose())
    await drive(clock, phone.echo.identity.recover({ phrase }))
    await clock.run(60_000)
    expect(phone.echo.spaces.list.get()).toEqual([])
    await drive(clock, phone.restart())
    await clock.run(10_000)
    await drive(clock, laptop.restart())
    await wait(phone.echo.spaces.list, ([space]) => space?.id === garden.id && space.state.status === 'ready')
    expect(errors).toEqual([])
    await end()
  })

  it('learns of spaces and people that come later, on either device', async () => {
    const { clock, laptop, phone, ben, world, phrase, errors, wait, end } = await createTest(3)
    await drive(clock, phone.echo.identity.recover({ phrase }))
    await wait(phone.echo.spaces.list, (list) => list.length === 1)
    const shed = await drive(clock, phone.echo.spaces.create({ name: 'Shed' }))
    await wait(laptop.echo.spaces.list, (list) => list.some(({ id, state }) => id === shed.id && state.status === 'ready'))
    const field = await drive(clock, ben.echo.spaces.create({ name: 'Field' }))
    await drive(clock, world.join(field, phone))
    await wait(laptop.echo.spaces.list, (list) =>
      list.some(({ id, name, state }) => id === field.id && name === 'Field' && state.status === 'ready'),
    )
    expect(errors).toEqual([])
    await end()
  })

  it('is shut out of everything in one step by an older device, also of the private space, and no other device lists it again', async () => {
    const { clock, laptop, phone, tablet, phrase, garden, bens, errors, wait, end } = await createTest(5)
    for (const { echo } of [phone, tablet]) {
      await drive(clock, echo.identity.recover({ phrase }))
      await wait(echo.spaces.list, ([space]) => space?.state.status === 'ready')
    }
    const devicesInGarden = () => bens.members.get().find(({ name }) => name === 'Ann')?.deviceCount
    await wait(bens.members, () => devicesInGarden() === 3)
    const lost = phone.echo.identity.devices.get().find(({ isThis }) => isThis)!.id
    // The tablet learns of it in the garden before it does in the private space, or the other way round.
    await drive(clock, laptop.echo.spaces.revokeDevice(lost))
    await wait(tablet.echo.identity.devices, (devices) => devices.length === 2)
    await wait(bens.members, () => devicesInGarden() === 2)
    await wait(phone.echo.spaces.state(garden.id), ({ status }) => status === 'removed')
    const attic = await drive(clock, laptop.echo.spaces.create({ name: 'Attic' }))
    await wait(tablet.echo.spaces.list, (list) => list.some(({ id, state }) => id === attic.id && state.status === 'ready'))
    await clock.run(120_000)
    expect(devicesInGarden()).toBe(2)
    expect(laptop.echo.identity.devices.get().map(({ id }) => id)).not.toContain(lost)
    expect(phone.echo.spaces.list.get().map(({ name }) => name)).toEqual(['Garden'])
    // A device that comes later gets the newest key of each space, and not the one that was shut out.
    garden.create(Task, { title: 'Prune' })
    await wait(bens.live(query(Task)), ([task]) => task?.title === 'Prune')
    const onPhone = phone.echo.spaces.get(garden.id)!
    expect(onPhone.run(query(Task))).toEqual([])
    expect(errors).toEqual([])
    await end()
  })

  it('is called as its person likes on every device, seen where it is online, and shut out by a younger one with the words alone', async () => {
    const { clock, laptop, phone, ben, phrase, garden, bens, errors, wait, end } = await createTest(6)
    await drive(clock, phone.echo.identity.recover({ phrase }))
    await wait(phone.echo.spaces.list, ([space]) => space?.state.status === 'ready')
    const [hers, his] = [laptop.echo.identity.devices, phone.echo.identity.devices]
    const old = hers.get().find(({ isThis }) => isThis)!.id
    await wait(his, (list) => list.length === 2 && list.every(({ isOnline, addedAt }) => isOnline && addedAt !== undefined))
    phone.echo.identity.renameDevice(old, ' Kitchen ')
    await wait(hers, (list) => list.some(({ id, name }) => id === old && name === 'Kitchen'))
    expect(() => phone.echo.identity.renameDevice('nobody', 'x')).toThrow(expect.objectContaining({ code: 'bad-value' }))
    expect(() => phone.echo.identity.renameDevice(old, ' ')).toThrow(expect.objectContaining({ code: 'bad-value' }))
    const others = await drive(clock, ben.echo.identity.showPhrase())
    await expect(drive(clock, phone.echo.spaces.revokeDevice(old, { phrase: others }))).rejects.toEqual(
      expect.objectContaining({ code: 'bad-phrase', details: { reason: 'other-person' } }),
    )
    await drive(clock, phone.echo.spaces.revokeDevice(old, { phrase }))
    await wait(laptop.echo.spaces.state(garden.id), ({ status }) => status === 'removed')
    expect(laptop.echo.spaces.state(garden.id).get()).toMatchObject({ by: [{ name: 'Ann', isMe: true }] })
    await wait(bens.members, (list) => list.find(({ name }) => name === 'Ann')?.deviceCount === 1)
    await wait(his, (list) => list.length === 1)
    expect(errors).toEqual([])
    await end()
  })

  it('opens everything again from its own disk', async () => {
    const { clock, laptop, phone, ben, phrase, garden, errors, wait, end } = await createTest(4)
    await drive(clock, phone.echo.identity.recover({ phrase }))
    await wait(phone.echo.spaces.list, ([space]) => space?.state.status === 'ready')
    await clock.run(5_000)
    await drive(clock, laptop.echo.dispose())
    await drive(clock, ben.echo.dispose())
    await drive(clock, phone.restart())
    await drive(clock, phone.echo.spaces.open(garden.id))
    await wait(phone.echo.identity.devices, (devices) => devices.length === 2)
    expect(phone.echo.identity.contacts.get().map(({ name }) => name)).toEqual(['Ben'])
    expect(errors).toEqual([])
    await end()
  })
})

describe('the private space', () => {
  it('brings the name of somebody who never changed the profile, and keeps another name from taking its place', async () => {
    const { clock, laptop, phone, phrase, errors, wait, end } = await createTest(8)
    await clock.run(2_000)
    await drive(clock, phone.echo.identity.recover({ phrase, name: 'Somebody' }))
    await wait(phone.echo.identity.state, (state) => 'identity' in state && state.identity.name === 'Ann')
    expect(laptop.echo.identity.state.get()).toMatchObject({ identity: { name: 'Ann' } })
    expect(errors).toEqual([])
    await end()
  })

  it('is not among the spaces of the app, and is there without a word from the user', async () => {
    const { clock, laptop, garden, errors, end } = await createTest(5)
    await clock.run(5_000)
    expect(laptop.echo.spaces.list.get().map(({ id }) => id)).toEqual([garden.id])
    expect(laptop.echo.identity.devices.get()).toMatchObject([{ id: expect.any(String), isThis: true, isOnline: true }])
    expect(laptop.echo.identity.contacts.get().map(({ name }) => name)).toEqual(['Ben'])
    expect(errors).toEqual([])
    await end()
  })

  it('is one for all tabs', async () => {
    const { clock, laptop, errors, wait, end } = await createTest(6)
    const tab = await drive(clock, laptop.openTab())
    await wait(tab.identity.contacts, (contacts) => contacts.length === 1)
    await drive(clock, tab.dispose())
    expect(errors).toEqual([])
    await end()
  })

  it('begins anew where the person says that no other device is left', async () => {
    const { clock, laptop, phone, phrase, errors, end } = await createTest(7)
    await drive(clock, laptop.echo.dispose())
    await drive(clock, phone.echo.identity.recover({ phrase, alone: true }))
    const shed = await drive(clock, phone.echo.spaces.create({ name: 'Shed' }))
    await drive(clock, phone.restart())
    await drive(clock, phone.echo.spaces.open(shed.id))
    expect(phone.echo.identity.devices.get()).toHaveLength(1)
    expect(errors).toEqual([])
    await end()
  })
})
