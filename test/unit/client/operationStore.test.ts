import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineType } from '../../../src/database/types/defineType.ts'
import { query } from '../../../src/database/query/query.ts'
import { setup } from '../../../src/testing/setup.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import type { StorageBatch } from '../../../src/storage/storage.ts'
import { storageFullError } from '../../../src/storage/storageError.ts'
import { drive } from '../../integration/simulation/drive.ts'

const Task = defineType('task', z.object({ title: z.string() }))

describe('a membership operation that the disk does not take', () => {
  let dispose = async (): Promise<void> => {}
  afterEach(() => dispose())

  const onlyAlone = (batch: StorageBatch): boolean => batch.putBlocks === undefined || batch.putBlocks.length === 0
  it.each([
    ['alone', onlyAlone],
    ['either', () => true],
  ])('leaves no block behind that names it when the page ends, where blocks beside it are refused: %s', async (_, refuses) => {
    const clock = createSimulatedClock()
    const world = await drive(
      clock,
      setup('alice', 'bob', 'carol', { types: [Task], seed: 1, clock, crypto: createSimulatedCrypto, onError: () => {} }),
    )
    dispose = () => drive(clock, world.dispose())
    const { alice, bob, carol } = world
    const [hers, his] = await drive(clock, world.shareSpace('Garden', alice, bob))
    await clock.run(1_000)
    bob.echo.network.setEnabled(false)

    const { commit } = alice.disk
    alice.disk.commit = async (batch, durability) => {
      if ((batch.putMembership?.length ?? 0) > 0 && refuses(batch)) throw storageFullError()
      return commit(batch, durability)
    }
    const invitation = hers!.invite()
    invitation.create({ role: 'editor' })
    await clock.run(100)
    const invited = invitation.state.get()
    if (invited.status !== 'waiting') throw new Error('no invitation')
    const joining = carol.echo.join(invited.url)
    joining.accept()
    await clock.run(3_000)
    expect(joining.state.get().status).not.toBe('success')
    hers!.create(Task, { title: 'one' })
    await drive(clock, hers!.flush())
    await clock.run(3_000)
    await drive(clock, alice.crash())
    alice.disk.commit = commit

    const again = await drive(clock, alice.echo.spaces.open(hers!.id))
    bob.echo.network.setEnabled(true)
    await clock.run(10_000)
    again.create(Task, { title: 'two' })
    await clock.run(10_000)
    expect(his!.run(query(Task)).map(({ title }) => title)).toEqual(['one', 'two'])
    expect(his!.sync.get().status).toBe('up-to-date')
  })
})
