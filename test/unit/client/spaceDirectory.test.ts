import { expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { feedKeyOf } from '../../../src/feed/feedKey.ts'
import { setup } from '../../../src/testing/setup.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { drive } from '../../integration/simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))

it('a tab that learns of a new name leaves to other tabs what they say of missing content', async () => {
  const clock = createSimulatedClock()
  const world = await drive(clock, setup('ann', 'ben', { seed: 1, clock, crypto: createSimulatedCrypto, latencyMs: [1, 3] }))
  const { ann, ben } = world
  const [hers] = await drive(clock, world.shareSpace('Garden', ann, ben))
  const second = await drive(clock, ben.openTab())
  const key = `space/${hers.id}`
  const awaiting = [{ feed: feedKeyOf(new Uint8Array(32).fill(1), 0), seq: 3 }]
  await ben.disk.commit({ putKeys: [{ key, value: { name: 'Garden', awaiting } }] }, 'strict')
  hers.setName('Yard')
  await clock.run(2000)
  expect(await ben.disk.run(({ keys }) => keys.get(key))).toEqual({ name: 'Yard', awaiting })
  await drive(clock, second.dispose())
  await drive(clock, world.dispose())
})

it('after a crash a space goes on waiting for what the disk had no room for in its first sync', async () => {
  const clock = createSimulatedClock()
  const world = await drive(
    clock,
    setup('ann', 'ben', { types: [Task], seed: 1, clock, crypto: createSimulatedCrypto, latencyMs: [1, 3], onError: () => {} }),
  )
  const { ann, ben, swarm } = world
  const hers = await drive(clock, ann.echo.spaces.create({ name: 'Garden' }))
  hers.create(Task, { title: 'x'.repeat(500) })
  await drive(clock, hers.flush())
  const invitation = hers.invite()
  invitation.create({ role: 'editor' })
  await clock.runUntil(() => invitation.state.get().status === 'waiting')
  const joining = ben.echo.join((invitation.state.get() as { url: string }).url)
  joining.accept()
  await clock.runUntil(() => ben.echo.spaces.list.get().length > 0, 10_000)
  const { disk } = ben
  const commit = disk.commit
  disk.commit = (batch, durability) => {
    // Records of spaces take less than what they replace.
    disk.quotaBytes = (batch.putBlocks ?? []).length > 0 ? disk.usedBytes : Infinity
    return commit(batch, durability)
  }
  await clock.runUntil(() => ben.echo.spaces.list.get()[0]!.state.status === 'ready', 20_000)
  // The record of the space is written anew.
  hers.setName('Yard')
  await clock.run(1000)
  expect(ben.echo.spaces.list.get()[0]!.name).toBe('Yard')
  await clock.run(1000)

  await drive(clock, ben.crash())
  disk.commit = commit
  disk.quotaBytes = Infinity
  swarm.partition([['ann'], ['ann 1'], ['ben'], ['ben 2']])
  const [row] = await disk.run(({ keys }) => [...keys].filter(([key]) => key.startsWith('space/')).map(([, value]) => value))
  expect(row).toMatchObject({ name: 'Yard' })
  await clock.runUntil(() => ben.echo.spaces.list.get()[0]!.state.status === 'first-sync', 10_000)
  expect(ben.echo.spaces.list.get()[0]!.state).toMatchObject({ status: 'first-sync', progress: 0 })

  swarm.heal()
  await clock.runUntil(() => ben.echo.spaces.list.get()[0]!.state.status === 'ready', 60_000)
  const his = await drive(clock, ben.echo.spaces.open(hers.id))
  expect(his.run(query(Task)).length).toBe(1)
  await clock.run(1000)
  const [after] = await disk.run(({ keys }) => [...keys].filter(([key]) => key.startsWith('space/')).map(([, value]) => value))
  expect(after).toMatchObject({ name: 'Yard', awaiting: [] })
  await drive(clock, world.dispose())
})

it('a space is there under its name when the page ends right after it was made', async () => {
  const clock = createSimulatedClock()
  const world = await drive(clock, setup('ann', { seed: 1, clock, crypto: createSimulatedCrypto, latencyMs: [1, 3] }))
  const { ann } = world
  const { disk } = ann
  const { commit } = disk
  let isOver = false
  // Edits take their time on the way to this disk; what is on its way when the page ends is lost.
  disk.commit = async (batch, durability) => {
    if ((batch.putPending ?? []).length > 0) await new Promise<void>((resolve) => clock.after(50, resolve))
    if (!isOver) await commit(batch, durability)
  }
  const { id } = await drive(clock, ann.echo.spaces.create({ name: 'Garden' }))
  isOver = true
  await drive(clock, ann.crash())
  disk.commit = commit
  const space = await drive(clock, ann.echo.spaces.open(id))
  expect(space.info.get().name).toBe('Garden')
  await drive(clock, world.dispose())
})
