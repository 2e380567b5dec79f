import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createItemWaits } from '../../../src/client/spaces/waitForItem.ts'
import { defineType } from '../../../src/database/types/defineType.ts'
import { createTestReplica } from '../database/createTestReplica.ts'

const Task = defineType('task', z.object({ title: z.string() }))

function setUp() {
  const here = createTestReplica(1, [Task])
  const there = createTestReplica(2, [Task])
  return { here, there, waits: createItemWaits(here.db, here.clock) }
}

/** What a promise has settled with by the next turn. */
async function settled(promise: Promise<unknown>): Promise<unknown> {
  const waiting = Symbol('waiting')
  const turn = new Promise((resolve) => setTimeout(resolve, 0, waiting))
  const first = await Promise.race([promise, turn]).catch((error: { code: string }) => error.code)
  return first === waiting ? 'waiting' : first
}

describe('waiting for an item', () => {
  it('ends with the item at once where it is here, and when a peer’s has come where it is not', async () => {
    const { here, there, waits } = setUp()
    const own = here.db.create(Task, { title: 'Water' })
    expect(await settled(waits.waitForItem(Task, own.id))).toBe(own)
    const theirs = there.db.create(Task, { title: 'Weed' })
    const wait = waits.waitForItem(Task, theirs.id)
    expect(await settled(wait)).toBe('waiting')
    here.db.create(Task, { title: 'Another' })
    expect(await settled(wait)).toBe('waiting')
    here.pull(there)
    expect(await settled(wait)).toBe(here.db.get(Task, theirs.id))
  })

  it('is not over at once where it may take longer than a timer can', async () => {
    const { here, there, waits } = setUp()
    const theirs = there.db.create(Task, { title: 'Weed' })
    const delays: number[] = []
    const clock = {
      ...here.clock,
      after: (delayMs: number, callback: () => void) => (delays.push(delayMs), here.clock.after(delayMs, callback)),
    }
    const patient = createItemWaits(here.db, clock)
    const wait = patient.waitForItem(Task, theirs.id, { timeoutMs: 2 ** 31 })
    expect([await settled(wait), delays]).toEqual(['waiting', []])
    here.pull(there)
    expect(await settled(wait)).toMatchObject({ title: 'Weed' })
    waits.dispose()
  })

  it('goes on while the item does not fit, or is deleted, and ends when it is as asked for', async () => {
    const { here, there, waits } = setUp()
    const theirs = there.db.create(Task, { title: 'Weed' })
    there.plant({ [`${theirs.id}/title`]: 5 })
    here.pull(there)
    const wait = waits.waitForItem(Task, theirs.id)
    expect(await settled(wait)).toBe('waiting')
    there.plant({ [`${theirs.id}/title`]: 'Rake' })
    there.db.delete(theirs.id)
    here.pull(there)
    expect(await settled(wait)).toBe('waiting')
    there.db.restore(theirs.id)
    here.pull(there)
    expect(await settled(wait)).toMatchObject({ title: 'Rake' })
  })

  it('ends with timeout after the time given, by default half a minute, and not before', async () => {
    const { here, there, waits } = setUp()
    const { id } = there.db.create(Task, { title: 'Weed' })
    const short = waits.waitForItem(Task, id, { timeoutMs: 500 })
    const usual = waits.waitForItem(Task, id)
    const endless = waits.waitForItem(Task, id, { timeoutMs: Infinity })
    here.clock.advance(499)
    expect(await settled(short)).toBe('waiting')
    here.clock.advance(1)
    expect(await settled(short)).toBe('timeout')
    here.clock.advance(29_000)
    expect(await settled(usual)).toBe('waiting')
    here.clock.advance(500)
    expect(await settled(usual)).toBe('timeout')
    expect(await settled(endless)).toBe('waiting')
    here.pull(there)
    expect(await settled(endless)).toMatchObject({ title: 'Weed' })
  })

  it('ends when the space is closed, and refuses an unknown type and a time that is none', async () => {
    const { there, waits } = setUp()
    const { id } = there.db.create(Task, { title: 'Weed' })
    const wait = waits.waitForItem(Task, id, { timeoutMs: Infinity })
    expect(await settled(wait)).toBe('waiting')
    waits.dispose()
    expect(await settled(wait)).toBe('disposed')
    expect(await settled(waits.waitForItem(defineType('plant', z.object({})), id))).toBe('unknown-type')
    for (const timeoutMs of [0, -1, Number.NaN, 'soon' as never]) {
      expect(await settled(waits.waitForItem(Task, id, { timeoutMs }))).toBe('bad-value')
    }
  })
})
