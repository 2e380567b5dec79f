import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePresence } from '../../src/client/presence/definePresence.ts'
import { idleAfterMs } from '../../src/client/presence/pageActivity.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { setup } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))
const Place = definePresence('place', z.object({ itemId: z.string() }))

describe('presence of peers', () => {
  let end = async (): Promise<void> => {}
  afterEach(() => end())

  async function createTest() {
    const clock = createSimulatedClock()
    const world = await drive(
      clock,
      setup('alice', 'bob', { types: [Task], seed: 1, clock, latencyMs: [1, 3], crypto: createSimulatedCrypto }),
    )
    end = () => drive(clock, world.dispose())
    const [hers, his] = await drive(clock, world.shareSpace('Garden', world.alice, world.bob))
    await clock.run(1_000)
    const task = hers.create(Task, { title: 'Water' })
    const bob = () => hers.presence.others(Place).get()[0]
    const bobAsMember = () => hers.members.get().find((member) => !member.isMe)!.activity
    return { clock, world, hers, his, task, bob, bobAsMember }
  }

  it('says whether somebody is active, idle after two minutes without input, or away while the page is hidden', async () => {
    const { clock, world, hers, bob, bobAsMember } = await createTest()
    const seen = async (): Promise<readonly unknown[]> => {
      await clock.run(100)
      return [bob()?.activity, bobAsMember()]
    }
    world.bob.page.use()
    await clock.run(idleAfterMs - 1_000)
    expect(await seen()).toEqual(['active', 'active'])
    await clock.run(1_000)
    expect(await seen()).toEqual(['idle', 'idle'])
    expect(hers.members.get().find((member) => member.isMe)!.activity).toBe('idle')
    world.bob.page.use()
    expect(await seen()).toEqual(['active', 'active'])
    world.bob.page.hide()
    expect(await seen()).toEqual(['away', 'away'])
    // Hidden pages get events, too, such as those of a script.
    world.bob.page.use()
    await clock.run(idleAfterMs)
    expect(await seen()).toEqual(['away', 'away'])
    world.bob.page.show()
    expect(await seen()).toEqual(['active', 'active'])
  })

  it('shows of somebody with two tabs the livelier one', async () => {
    const { clock, world, his, bobAsMember } = await createTest()
    const tab = await drive(clock, world.bob.openTab())
    await drive(clock, tab.spaces.open(his.id))
    world.bob.page.hide()
    await clock.run(100)
    expect(bobAsMember()).toBe('active')
    await clock.run(idleAfterMs)
    expect(bobAsMember()).toBe('idle')
  })

  it('says who types where, until he pauses, stops, or hides the page', async () => {
    const { clock, world, his, task, bob } = await createTest()
    const seen = async (): Promise<unknown> => {
      await clock.run(100)
      return bob()?.typing
    }
    const type = async (): Promise<void> => {
      his.presence.setTyping(task.id)
      expect(await seen()).toBe(task.id)
    }
    await type()
    his.presence.setTyping(undefined)
    expect(await seen()).toBeUndefined()
    await type()
    for (let i = 0; i < 4; i++) {
      await clock.run(3_000)
      await type()
    }
    await clock.run(5_000)
    expect(await seen()).toBeUndefined()
    await type()
    world.bob.page.hide()
    expect(await seen()).toBeUndefined()
    his.presence.setTyping(task.id)
    expect(await seen()).toBeUndefined()
    expect(() => his.presence.setTyping('no id')).toThrowError(expect.objectContaining({ code: 'bad-value' }))
  })

  it('of a peer that is lost without a word is gone within fifteen seconds', async () => {
    const { clock, world, his, bob, bobAsMember } = await createTest()
    his.presence.share(Place, { itemId: 'x' })
    await clock.run(1_000)
    expect(bob()?.data).toEqual({ itemId: 'x' })
    world.swarm.oneWay('bob 1', 'alice 1')
    await clock.run(8_000)
    expect(bob()).toBeDefined()
    await clock.run(7_000)
    expect([bob(), bobAsMember()]).toEqual([undefined, 'offline'])
  })

  it('that a member makes up breaks nothing: no id, no schema, the names of what every object has', async () => {
    const { clock, his, hers, bob } = await createTest()
    const Odd = definePresence('constructor', z.any())
    for (const data of [5, 'x'.repeat(7_000), { itemId: 7 }, [[]], null]) {
      his.presence.share(definePresence<unknown>('place', z.any()), data)
      // The kit's own name, as a changed client says it.
      his.presence.share({ name: '$typing', schema: z.any() }, data)
      await clock.run(500)
      expect(bob()).toMatchObject({ data: undefined, typing: undefined, activity: 'active' })
      expect(hers.presence.others(Odd).get()[0]!.data).toBeUndefined()
    }
    expect(() => definePresence('$typing', z.any())).toThrowError(expect.objectContaining({ code: 'bad-value' }))
  })
})
