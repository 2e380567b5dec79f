import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/defineType.ts'
import { query } from '../../src/database/query.ts'
import type { EchoError } from '../../src/shared/echoError.ts'
import { createMemoryStorage } from '../../src/storage/memoryStorage.ts'
import { setup, until } from '../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string() }))

describe('a device with a block that can no longer be read', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => dispose())

  it('opens the space without it, says so, writes on under another slot, and is whole again when a member is met', async () => {
    const errors: EchoError[] = []
    const world = await setup('alice', 'bob', { types: [Task], onError: (error) => errors.push(error) })
    dispose = world.dispose
    const { alice, bob } = world
    const [hers, his] = await world.shareSpace('Garden', alice, bob)
    for (const title of ['one', 'two', 'three', 'four']) {
      hers.create(Task, { title })
      await hers.flush()
    }
    await until(his.live(query(Task)), (rows) => rows.length === 4)
    await his.flush()

    const reader = createMemoryStorage({ disk: alice.disk })
    await reader.open()
    const { rows } = await reader.readHeaders(hers.id)
    const own = rows.filter((row) => row.feed.startsWith(rows[0]!.feed.split('/')[0]!))
    await reader.dispose()
    alice.disk.damageBlock(hers.id, own.at(-2)!.block, 'envelope')
    bob.echo.network.setEnabled(false)

    const again = await (await alice.restart()).spaces.open(hers.id)
    expect(again.run(query(Task)).map((task) => task.title)).toEqual(['one', 'two'])
    expect(errors.map((error) => error.code)).toContain('data-corrupt')
    again.create(Task, { title: 'five' })
    await again.flush()

    bob.echo.network.setEnabled(true)
    const titles = (rows: readonly { readonly title: string }[]): string =>
      rows
        .map((row) => row.title)
        .toSorted()
        .join()
    await until(again.live(query(Task)), (tasks) => titles(tasks) === 'five,four,one,three,two')
    await until(his.live(query(Task)), (tasks) => titles(tasks) === 'five,four,one,three,two')

    await again.flush()
    errors.length = 0
    const third = await (await alice.restart()).spaces.open(hers.id)
    expect(third.count(query(Task))).toBe(5)
    expect(errors).toEqual([])
  })
})
