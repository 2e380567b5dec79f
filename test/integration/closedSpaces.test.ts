import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../src/database/types/defineType.ts'
import { query } from '../../src/database/query/query.ts'
import { EchoError } from '../../src/shared/echoError.ts'
import type { Readable } from '../../src/shared/readable.ts'
import { setup, until } from '../../src/testing/setup.ts'
import { createSimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { drive } from './simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))
vi.setConfig({ testTimeout: 60_000 })

/** A space of Ann's and Ben's. */
async function createTest(seed: number) {
  const clock = createSimulatedClock()
  const errors: string[] = []
  const world = await drive(
    clock,
    setup('ann', 'ben', {
      types: [Task],
      seed,
      clock,
      crypto: createSimulatedCrypto,
      latencyMs: [1, 3],
      onError: (error, peer) => errors.push(`${peer} ${error.code}`),
    }),
  )
  const wait = <T, Found>(readable: Readable<T>, pick: (value: T) => Found | undefined | false): Promise<Found> =>
    drive(clock, until(readable, pick, clock))
  const [hers, his] = await drive(clock, world.shareSpace('Garden', world.ann, world.ben))
  await clock.run(1000)
  return { clock, ...world, errors, wait, hers, his, end: () => drive(clock, world.dispose()) }
}

it('a space that is closed is exchanged with nobody, also after a restart, and goes on where it was when it is opened again', async () => {
  const { clock, ann, hers, his, wait, errors, end } = await createTest(1)
  const { id } = hers
  hers.create(Task, { title: 'Last words' })
  await drive(clock, ann.echo.spaces.close(id))
  expect(ann.echo.spaces.state(id).get()).toEqual({ status: 'closed', byChoice: true })
  expect([ann.echo.spaces.get(id), ann.echo.spaces.list.get().map(({ name, state }) => [name, state.status])]).toEqual([
    undefined,
    [['Garden', 'closed']],
  ])
  expect(() => hers.create(Task, { title: 'Too late' })).toThrow(expect.objectContaining({ code: 'disposed' }))
  // What was edited just before has gone out.
  await wait(his.live(query(Task)), (tasks) => tasks.length === 1)
  await wait(his.sync, ({ status }) => status === 'alone')
  his.create(Task, { title: 'Meanwhile' })
  await clock.run(5000)

  const after = await drive(clock, ann.restart())
  await clock.run(5000)
  expect(after.spaces.state(id).get()).toEqual({ status: 'closed', byChoice: true })
  expect(his.sync.get().status).toBe('alone')
  await expect(after.spaces.open(id, { unlessClosed: true })).rejects.toMatchObject({ code: 'space-closed' })

  const again = await drive(clock, after.spaces.open(id))
  await wait(again.live(query(Task)), (tasks) => tasks.length === 2)
  expect(after.spaces.get(id)).toBe(again)
  const third = await drive(clock, ann.restart())
  await wait(third.spaces.state(id), ({ status }) => status === 'ready')
  await wait(his.sync, ({ status }) => status === 'up-to-date')
  expect(errors).toEqual([])
  await end()
})

it('other tabs follow, both ways, whichever of them meets the members', async () => {
  const { clock, ann, his, hers, wait, errors, end } = await createTest(2)
  const { id } = hers
  const second = await drive(clock, ann.openTab())
  const there = await drive(clock, second.spaces.open(id))
  await clock.run(1000)
  there.create(Task, { title: 'From the second tab' })
  await drive(clock, second.spaces.close(id))
  await wait(ann.echo.spaces.state(id), (state) => state.status === 'closed' && state.byChoice)
  await wait(his.sync, ({ status }) => status === 'alone')
  const opened = await drive(clock, second.spaces.open(id))
  // The other one networks.
  await wait(ann.echo.spaces.state(id), ({ status }) => status === 'ready')
  opened.create(Task, { title: 'Again' })
  await wait(his.live(query(Task)), (tasks) => tasks.length === 2)
  expect(errors).toEqual([])
  await end()
})

it('closing twice, opening at once, and closing what is just being opened end as was asked for last', async () => {
  const { clock, ann, hers, end } = await createTest(3)
  const { id } = hers
  const { spaces } = ann.echo
  await drive(clock, Promise.all([spaces.close(id), spaces.close(id)]))
  await drive(clock, spaces.close(id))
  expect(spaces.state(id).get().status).toBe('closed')
  const closing = spaces.open(id).then(() => spaces.close(id))
  await drive(clock, closing)
  expect(spaces.state(id).get().status).toBe('closed')
  void spaces.open(id).catch(() => {})
  const shut = spaces.close(id)
  const opened = await drive(
    clock,
    shut.then(() => spaces.open(id)),
  )
  expect(spaces.get(id)).toBe(opened)
  const both = await drive(clock, Promise.all([spaces.close(id), spaces.open(id)]))
  expect(spaces.get(id)).toBe(both[1])
  expect(both[1]).not.toBe(opened)
  await clock.run(3000)
  expect(spaces.state(id).get().status).toBe('ready')
  await expect(spaces.close('A'.repeat(43))).rejects.toMatchObject({ code: 'space-not-found' })
  await end()
})

it('a space stays open where its edits cannot be stored, and says why', async () => {
  const { clock, ann, hers, end } = await createTest(4)
  const { spaces } = ann.echo
  const { disk } = ann
  const { commit } = disk
  // Room for a row, but for no edit.
  disk.commit = (batch, durability) => {
    const isEdit = (batch.putBlocks ?? []).length + (batch.putPending ?? []).length > 0
    return isEdit ? Promise.reject(new EchoError('storage-full', 'No room.')) : commit(batch, durability)
  }
  hers.create(Task, { title: 'Nowhere to go' })
  await expect(drive(clock, spaces.close(hers.id))).rejects.toMatchObject({ code: 'storage-full' })
  expect(spaces.get(hers.id)).toBe(hers)
  disk.commit = commit
  await clock.run(5000)
  await drive(clock, spaces.close(hers.id))
  const again = await drive(clock, spaces.open(hers.id))
  expect(again.run(query(Task)).map(({ title }) => title)).toEqual(['Nowhere to go'])
  await end()
})
