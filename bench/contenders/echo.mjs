/** This library whole: checked by the schema, indexed, cut into blocks, guarded, signed, sealed, stored; loading reads the stored space. */
import { z } from 'zod'
import { defineType, query } from '../../dist/core.js'
import { createMemoryDisk } from '../../dist/testing/index.js'
import { itemAt, perBatch } from '../lib/items.mjs'
import { openEcho, openNewEcho } from '../lib/openEcho.mjs'

export const name = 'echo-react, sealed and signed'

export const Item = defineType(
  'item',
  z.object({ title: z.string(), done: z.boolean(), rank: z.number(), owner: z.string(), due: z.string() }),
)

export async function create(count) {
  const disk = createMemoryDisk()
  const echo = await openNewEcho([Item], disk)
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
  const echo = await openEcho([Item], disk)
  return { echo, space: await echo.spaces.open(id) }
}

export const count = ({ space }) => space.count(query(Item))
