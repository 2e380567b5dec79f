import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../src/client/echo.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import { setup, until } from '../../src/testing/setup.ts'

const Older = defineType('task', z.object({ title: z.string(), urgent: z.boolean(), done: z.boolean().default(false) }))
const Newer = defineType(
  'task',
  z.object({ name: z.string(), priority: z.enum(['low', 'normal', 'high']), done: z.boolean().default(false), due: z.string().optional() }),
  {
    version: 2,
    lenses: {
      1: {
        name: { from: 'title' },
        priority: {
          from: 'urgent',
          forward: (urgent: boolean) => (urgent ? 'high' : 'normal'),
          back: (priority: string) => priority === 'high',
        },
      },
    },
  },
)

describe('an older and a newer version of an app in one space', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => dispose())

  it('write in turn and both read the last write, live, and after both have started again', async () => {
    const world = await setup('older', 'newer', { types: (peer) => (peer === 'older' ? [Older] : [Newer]) })
    dispose = world.dispose
    let [old, now]: Space[] = await world.shareSpace('Garden', world.older, world.newer)
    const { id } = old!.create(Older, { title: 'Sow', urgent: true })
    const inOlder = () => old!.liveItem(Older, id)
    const inNewer = () => now!.liveItem(Newer, id)
    await until(inNewer(), (task) => task?.name === 'Sow' && task.priority === 'high')
    const urgent = old!.live(query(Older).where({ urgent: true }))
    const low = now!.live(query(Newer).where({ priority: 'low' }))
    for (let round = 0; round < 3; round++) {
      now!.update(id, { priority: 'low', due: 'May' })
      await until(inOlder(), (task) => task?.urgent === false)
      expect([urgent.get().length, low.get().length]).toEqual([0, 1])
      // What the older one does not know stays as it was while it writes something else.
      old!.update(id, { title: `Sow ${round}` })
      await until(inNewer(), (task) => task?.name === `Sow ${round}`)
      expect(now!.get(Newer, id)).toMatchObject({ priority: 'low', due: 'May' })
      old!.update(id, { urgent: true })
      await until(inNewer(), (task) => task?.priority === 'high')
      expect([urgent.get().length, low.get().length]).toEqual([1, 0])
      now!.set(id, 'name', `Reap ${round}`)
      await until(inOlder(), (task) => task?.title === `Reap ${round}`)
    }
    now!.update(id, { priority: 'low' })
    await until(inOlder(), (task) => task?.urgent === false)
    await Promise.all([old!.flush(), now!.flush()])
    await Promise.all([world.older.restart(), world.newer.restart()])
    old = await world.older.echo.spaces.open(old!.id)
    now = await world.newer.echo.spaces.open(now!.id)
    expect(old.get(Older, id)).toEqual({ id, title: 'Reap 2', urgent: false, done: false, due: 'May' })
    expect(now.get(Newer, id)).toEqual({ id, name: 'Reap 2', priority: 'low', done: false, due: 'May' })
    old.update(id, { urgent: true, done: true })
    await until(inNewer(), (task) => task?.priority === 'high' && task.done)
    for (const space of [old, now]) expect(space.faults).toEqual({ ignoredKeys: 0, unreadableValues: 0 })
  })
})
