import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Space } from '../../src/client/echo.ts'
import type { CryptoPort } from '../../src/crypto/cryptoPort.ts'
import { defineType } from '../../src/database/types/defineType.ts'
import { lookAhead } from '../../src/feed/fairQueue.ts'
import { query } from '../../src/database/query/query.ts'
import type { ItemId } from '../../src/shared/ids.ts'
import { soak } from '../setup/soak.ts'
import type { Random } from '../../src/shared/ports.ts'
import { createSimulatedClock, type SimulatedClock } from '../../src/testing/simulatedClock.ts'
import { createSimulatedCrypto } from '../../src/testing/simulatedCrypto.ts'
import { setup } from '../../src/testing/setup.ts'
import { drive } from './simulation/drive.ts'

const Note = defineType('note', z.object({ by: z.string(), n: z.number() }))

const blockCount = soak ? 10_000 : 2_000

let dispose = async (): Promise<void> => {}
afterEach(() => dispose())

/** A machine on which judging a block takes a while, by the bytes of its payload, one after the other. */
function slowCrypto(clock: SimulatedClock, costMs: (bytes: number) => number): (random: Random) => CryptoPort {
  return (random) => {
    const crypto = createSimulatedCrypto(random)
    let freeAt = 0
    return {
      ...crypto,
      async open(key, nonce, sealed, additionalData) {
        // What is bound to a block's id is an envelope; frames of a link are bound to nothing.
        if (additionalData.length === 32) freeAt = Math.max(freeAt, clock.now()) + costMs(sealed.length)
        const leftMs = freeAt - clock.now()
        if (additionalData.length === 32 && leftMs >= 1) await new Promise<void>((resolve) => clock.after(leftMs, resolve))
        return crypto.open(key, nonce, sealed, additionalData)
      },
    }
  }
}

async function createWorld(costMs: (bytes: number) => number) {
  const clock = createSimulatedClock()
  const options = { types: [Note], seed: 7, clock, latencyMs: [20, 30], crypto: slowCrypto(clock, costMs), onError: () => {} } as const
  const world = await drive(clock, setup('alice', 'bob', 'mel', options))
  dispose = () => drive(clock, world.dispose())
  const [hers, his, mels] = await drive(clock, world.shareSpace('Garden', world.alice, world.bob, world.mel))
  await clock.run(2_000)
  const mark = mels.create(Note, { by: 'mark', n: 0 })
  await clock.run(2_000)
  const mel = hers.get(Note, mark.id)!.$.createdBy!
  return { clock, world, hers, his, mels, mel }
}

/** Writes one note after the other and notes how long each takes to the other space. */
async function measure(clock: SimulatedClock, from: Space, to: Space, count: number): Promise<number[]> {
  const latencies: number[] = []
  for (let n = 0; n < count; n++) {
    const { id } = from.create(Note, { by: 'alice', n })
    const startedAt = clock.now()
    await clock.runUntil(() => to.get(Note, id) !== undefined, 60_000)
    latencies.push(clock.now() - startedAt)
    await clock.run(150)
  }
  return latencies.sort((a, b) => a - b)
}

const p95 = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length * 0.95)]!
const countBy = (space: Space, by: string): number => space.run(query(Note)).filter((note) => note.by === by).length

/** Writes away from the others, each time into a block of its own. @returns the id of the last one */
async function writeApart(clock: SimulatedClock, space: Space, count: number, by = 'mel'): Promise<ItemId> {
  let last: ItemId | undefined
  for (let n = 0; n < count; n++) {
    last = space.create(Note, { by, n }).id
    const flushed = space.flush()
    if (n % 100 === 99) await drive(clock, flushed)
  }
  await drive(clock, space.flush())
  return last!
}

describe('a member who floods the space', () => {
  it(`with ${blockCount} blocks delays nobody but himself, and all of them arrive`, { timeout: 240_000 }, async () => {
    const { clock, world, hers, his, mels } = await createWorld(() => 1)
    const calm = await measure(clock, hers, his, 20)
    world.swarm.partition([['mel 1']])
    const last = await writeApart(clock, mels, blockCount)
    world.swarm.heal()
    await clock.runUntil(() => countBy(hers, 'mel') > 0)
    const flooded = await measure(clock, hers, his, blockCount / 250)
    expect(countBy(his, 'mel')).toBeLessThan(blockCount)
    expect(p95(flooded)).toBeLessThanOrEqual(2 * p95(calm))
    await clock.runUntil(() => his.get(Note, last) !== undefined && hers.get(Note, last) !== undefined, 120_000)
    expect([countBy(hers, 'mel'), countBy(his, 'mel')]).toEqual([blockCount, blockCount])
    expect([...hers.diagnostics.get(), ...his.diagnostics.get()]).toEqual([])
  })

  it('with blocks that are costly to judge delays others by a few of them', { timeout: 120_000 }, async () => {
    const { clock, world, hers, his, mels } = await createWorld((bytes) => (bytes > 5_000 ? 20 : 1))
    const calm = await measure(clock, hers, his, 10)
    world.swarm.partition([['mel 1']])
    const last = await writeApart(clock, mels, 300, 'x'.repeat(6_000))
    world.swarm.heal()
    await clock.run(300)
    const flooded = await measure(clock, hers, his, 10)
    expect(his.get(Note, last)).toBeUndefined()
    // Some are being opened when hers comes, and it rests on one that she has seen and he has not.
    expect(p95(flooded)).toBeLessThanOrEqual(p95(calm) + (lookAhead + 1) * 20 + 10)
    await clock.runUntil(() => his.get(Note, last) !== undefined, 120_000)
  })

  it('is muted by one who has enough of it, sees nothing of that, and all is there once it is unmuted', { timeout: 60_000 }, async () => {
    const { clock, world, hers, his, mels, mel } = await createWorld(() => 0)
    await drive(clock, his.mute(mel))
    expect(his.diagnostics.get()).toMatchObject([{ code: 'peer-muted', identity: mel, count: 0 }])
    const first = mels.create(Note, { by: 'mel', n: 0 })
    await clock.run(3_000)
    expect([hers.get(Note, first.id) !== undefined, his.get(Note, first.id)]).toEqual([true, undefined])
    expect(his.sync.get().status).toBe('up-to-date')
    expect(mels.sync.get().status).toBe('up-to-date')
    // What others build on comes all the same: alice has seen mel's note when she writes.
    const answer = hers.create(Note, { by: 'alice', n: 1 })
    await clock.runUntil(() => his.get(Note, answer.id) !== undefined, 5_000)
    expect(his.get(Note, first.id)).toBeDefined()
    const second = mels.create(Note, { by: 'mel', n: 2 })
    await clock.run(3_000)
    expect(his.get(Note, second.id)).toBeUndefined()
    // It lasts over a restart, and ends for good.
    const echo = await drive(clock, world.bob.restart())
    const again = await drive(clock, echo.spaces.open(his.id))
    await clock.run(5_000)
    expect([again.sync.get().status, again.get(Note, second.id)]).toEqual(['up-to-date', undefined])
    await drive(clock, again.unmute(mel))
    await clock.runUntil(() => again.get(Note, second.id) !== undefined, 5_000)
    expect(again.diagnostics.get()).toEqual([])
    await expect(again.mute('nobody')).rejects.toMatchObject({ code: 'bad-value' })
  })

  it('is muted in every tab of the one who has enough of it', async () => {
    const { clock, world, hers, his, mels, mel } = await createWorld(() => 0)
    const tab = await drive(clock, world.bob.openTab())
    const other = await drive(clock, tab.spaces.open(his.id))
    await clock.run(2_000)
    await drive(clock, other.mute(mel))
    await clock.run(500)
    const first = mels.create(Note, { by: 'mel', n: 0 })
    await clock.run(3_000)
    expect([hers, his, other].map((space) => space.get(Note, first.id) !== undefined)).toEqual([true, false, false])
    await drive(clock, his.unmute(mel))
    await clock.run(3_000)
    expect([his, other].map((space) => space.get(Note, first.id) !== undefined)).toEqual([true, true])
  })
})
