import { deleteDB } from 'idb'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createEcho } from '../../../src/client/createEcho.ts'
import type { Echo } from '../../../src/client/echo.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'

const Task = defineType('task', z.object({ title: z.string() }))

let echoes: Echo[] = []
afterEach(async () => {
  for (const echo of echoes) await echo.dispose()
  echoes = []
})

async function open(app: string): Promise<Echo> {
  const echo = createEcho({ app, types: [Task], inviteUrl: 'https://app.test/' })
  echoes.push(echo)
  await echo.opened
  return echo
}

it(
  'an app whose database is deleted under it stores its keys and its newest work again, and a reload has them',
  { timeout: 30_000 },
  async () => {
    const app = `emptied-${Date.now()}`
    const echo = await open(app)
    await echo.identity.create({ name: 'Ann' })
    const space = await echo.spaces.create({ name: 'Garden' })
    space.create(Task, { title: 'dig' })
    await space.flush()
    const before = echo.identity.state.get()

    await deleteDB(`echo/${app}`)
    await expect.poll(() => echo.storage.state.get().status, { timeout: 10_000 }).toBe('emptied')
    space.create(Task, { title: 'plant' })
    await space.flush()
    await expect.poll(async () => (await indexedDB.databases()).some(({ name }) => name === `echo/${app}`)).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 500))
    await echo.dispose()

    const again = await open(app)
    expect(again.identity.state.get()).toEqual(before)
    const same = await again.spaces.open(space.id)
    expect(
      same
        .run(query(Task))
        .map(({ title }) => title)
        .toSorted(),
    ).toEqual(['dig', 'plant'])
    await again.dispose()
    await deleteDB(`echo/${app}`)
  },
)
