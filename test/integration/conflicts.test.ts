import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../src/client/echo.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { setup, until } from '../../src/testing/setup.ts'

const Task = defineType('task', z.object({ title: z.string() }))

describe('concurrent writes of three members', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => dispose())

  it('leave the same losing values with their authors everywhere, after a reload too, until one who has seen all writes', async () => {
    const world = await setup('alice', 'bob', 'carol', { types: [Task] })
    dispose = world.dispose
    const peers = [world.alice, world.bob, world.carol]
    const spaces = await world.shareSpace('Garden', world.alice, world.bob, world.carol)
    const { id } = spaces[0].create(Task, { title: 'start' })
    for (const space of spaces) await until(space.liveItem(Task, id), (item) => item !== undefined)
    for (const peer of peers) peer.echo.network.setEnabled(false)
    for (const [i, space] of spaces.entries()) {
      space.update(id, { title: `draft of ${i}` })
      await space.flush()
      space.update(id, { title: `by ${i}` })
      await space.flush()
    }
    for (const peer of peers) peer.echo.network.setEnabled(true)
    const authors = peers.map(({ echo }) => {
      const state = echo.identity.state.get()
      return 'identity' in state ? state.identity.id : undefined
    })
    const seen = (space: Space): string[] =>
      space
        .conflicts(id, 'title')
        .map(({ value, author }) => `${String(value)} ${author}`)
        .sort()
    const expectedIn = (space: Space): string[] => {
      const won = space.get(Task, id)!.title
      return [0, 1, 2].filter((i) => won !== `by ${i}`).map((i) => `by ${i} ${authors[i]}`)
    }
    // Drafts lose for as long as the blocks behind them are on their way.
    for (const space of spaces) await expect.poll(() => seen(space).join() === expectedIn(space).join(), { timeout: 10_000 }).toBe(true)
    expect(new Set(spaces.map((space) => space.get(Task, id)!.title)).size).toBe(1)

    await world.bob.restart()
    const his = await world.bob.echo.spaces.open(spaces[1].id)
    expect(seen(his)).toEqual(expectedIn(his))
    const [lost] = his.conflicts(id)
    his.restoreConflict(id, lost!)
    expect(his.get(Task, id)!.title).toBe(lost!.value)
    for (const space of [spaces[0], his, spaces[2]]) {
      await until(space.liveConflicts(id), (conflicts) => conflicts.length === 0)
      expect(space.get(Task, id)!.title).toBe(lost!.value)
    }
  })
})
