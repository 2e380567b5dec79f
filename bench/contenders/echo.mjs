/** This library whole: checked by the schema, indexed, cut into blocks, guarded, signed, sealed, stored; loading reads the stored space. */
import { z } from 'zod'
import { createEcho, defineType, query } from '../../dist/core.js'
import { createMemoryDisk, createMemoryStorage, createMemorySwarm } from '../../dist/testing/index.js'
import { systemClock, systemRandom } from '../../dist/shared/ports.js'
import { itemAt, perBatch } from '../lib/items.mjs'

export const name = 'echo-react, sealed and signed'

export const Item = defineType(
  'item',
  z.object({ title: z.string(), done: z.boolean(), rank: z.number(), owner: z.string(), due: z.string() }),
)

/** @returns an echo on a disk in memory, with nobody to reach */
export async function openEcho(disk) {
  const ports = { clock: systemClock, random: systemRandom }
  const echo = createEcho({
    app: 'bench',
    types: [Item],
    ports: {
      storage: createMemoryStorage({ disk }),
      network: createMemorySwarm(ports).peer('bench'),
      tabs: createMemorySwarm({ ...ports, sameOrigin: true }).peer('bench'),
    },
  })
  await echo.opened
  return echo
}

export async function create(count) {
  const disk = createMemoryDisk()
  const echo = await openEcho(disk)
  await echo.identity.create({ name: 'Bench' })
  await echo.identity.confirmPhraseSaved()
  const space = await echo.spaces.create({ name: 'Bench' })
  for (let i = 0; i < count; i += perBatch) {
    space.batch(() => {
      for (let j = i; j < Math.min(i + perBatch, count); j++) space.create(Item, itemAt(j))
    })
  }
  await space.flush()
  return { disk, echo, space }
}

/** What is left is the disk. */
export async function save({ disk, echo, space }) {
  await echo.dispose()
  return { disk, id: space.id }
}

export async function load({ disk, id }) {
  const echo = await openEcho(disk)
  return { echo, space: await echo.spaces.open(id) }
}

export const count = ({ space }) => space.count(query(Item))
