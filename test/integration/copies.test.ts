import { expect, it } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../src/client/echo.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import type { Readable } from '../../src/shared/readable.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const titles = (space: Space): readonly string[] => space.run(query(Task)).map(({ title }) => title)

it('counts who has stored what was written, on every tab, and what it says is true when they are killed', { timeout: 60_000 }, async () => {
  const clock = createSimulatedClock()
  const faults: string[] = []
  const world = await drive(
    clock,
    setup('laptop', 'phone', 'ben', {
      seed: 1,
      clock,
      crypto: createSimulatedCrypto,
      halo: true,
      identities: false,
      types: [Task],
      onError: (error, peer) => faults.push(`${peer}: ${error.code}`),
    }),
  )
  const { laptop, phone, ben } = world
  const wait = <T, Found>(readable: Readable<T>, pick: (value: T) => Found | undefined | false): Promise<Found> =>
    drive(clock, until(readable, pick, clock))
  const { phrase } = await drive(clock, laptop.echo.identity.create({ name: 'Ann' }))
  await drive(clock, laptop.echo.identity.confirmPhraseSaved())
  await drive(clock, ben.echo.identity.create({ name: 'Ben' }))
  const [garden, bens] = await drive(clock, world.shareSpace('Garden', laptop, ben))
  await clock.run(2_000)
  expect(garden.sync.get()).toMatchObject({ copies: { own: 0, others: 1 } })
  await drive(clock, phone.echo.identity.recover({ phrase }))
  await wait(phone.echo.spaces.list, (list) => list[0]?.state.status === 'ready')
  await wait(garden.sync, ({ copies }) => copies.own === 1)

  // A disk that is full has received, and not stored.
  ben.disk.quotaBytes = ben.disk.usedBytes
  garden.create(Task, { title: 'Dig' })
  expect(garden.sync.get()).toMatchObject({ copies: { own: 0, others: 0 }, waiting: 1 })
  await wait(garden.sync, ({ copies }) => copies.own === 1)
  await clock.run(5_000)
  expect(titles(bens)).toEqual(['Dig'])
  expect(garden.sync.get()).toMatchObject({ status: 'up-to-date', copies: { own: 1, others: 0 }, waiting: 0 })
  ben.disk.quotaBytes = Infinity
  await wait(garden.sync, ({ copies }) => copies.others === 1)

  // A tab that does not meet them itself hears of it, of what was before it came, too.
  const tab = await drive(
    clock,
    drive(clock, laptop.openTab()).then((echo) => echo.spaces.open(garden.id)),
  )
  await wait(tab.sync, ({ copies }) => copies.own === 1 && copies.others === 1)
  tab.create(Task, { title: 'Sow' })
  await wait(tab.sync, ({ copies }) => copies.others === 1)
  await wait(garden.sync, ({ copies }) => copies.others === 1)

  expect([...new Set(faults)]).toEqual(['ben: storage-full'])
  // Who is away has it still; and nobody can hand it back to him.
  world.swarm.partition([[ben.network.name], [laptop.network.name], [phone.network.name]])
  await drive(clock, ben.crash())
  const again = await drive(clock, ben.echo.spaces.open(bens.id))
  await clock.run(5_000)
  expect(again.sync.get()).toMatchObject({ status: 'alone' })
  expect(titles(again).toSorted()).toEqual(['Dig', 'Sow'])
  expect(garden.sync.get()).toMatchObject({ status: 'alone', copies: { own: 1, others: 1 }, waiting: 0 })

  // Whoever is no member any more does not count, though he has it.
  await drive(clock, garden.removeMember(garden.members.get().find(({ name }) => name === 'Ben')!.id))
  await clock.run(1_000)
  expect(garden.sync.get()).toMatchObject({ copies: { own: 1, others: 0 } })
  await drive(clock, world.dispose())
})
