import { describe, expect, it, vi } from 'vitest'
import { encodeBlock } from '../../../src/feed/block.ts'
import { deviceAllowances, maxBrokenBlocks } from '../../../src/feed/deviceQuotas.ts'
import { maxLaneJobs } from '../../../src/feed/fairQueue.ts'
import type { DeviceId } from '../../../src/shared/ids.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { brief, createAuthor, createFakeKeyRing, createReceiver, crypto, epochKey, flip, type Author } from './receiveFixtures.ts'

/** Allowances of so many blocks at once and a second. */
const few = (count: number) => ({ ...deviceAllowances, blocks: { burst: count, perSecond: count } })

async function createTest(options: { readonly blocks?: number } = {}) {
  const [mel, ann] = [await createAuthor(), await createAuthor()]
  const clock = createSimulatedClock()
  const allowances = options.blocks === undefined ? deviceAllowances : few(options.blocks)
  const receiver = createReceiver([mel, ann], createFakeKeyRing(epochKey(1)), { clock, allowances })
  const by = (author: Author) => receiver.accepted.filter(({ node }) => node.feed.startsWith(author.device)).length
  return { mel, ann, clock, by, ...receiver }
}

async function cutMany(author: Author, count: number) {
  const blocks = []
  for (let i = 0; i < count; i++) blocks.push(await author.cut(`${i}`))
  return blocks
}

describe('receiving blocks of many devices', () => {
  it('judges a block of one after a few of another, however many of those have come', async () => {
    const { mel, ann, take, accepted } = await createTest()
    const flood = (await cutMany(mel, 500)).map((block) => take(block))
    const outcome = take(await ann.cut('hello'))
    await outcome
    expect(accepted.findIndex(({ node }) => node.feed.startsWith(ann.device))).toBeLessThan(80)
    expect((await Promise.all(flood)).every(({ status }) => status === 'accepted')).toBe(true)
  })

  it('opens some envelopes ahead of their turn, and not all that wait', async () => {
    const author = await createAuthor()
    const opening: (() => void)[] = []
    const { take, accepted } = createReceiver([author], undefined, {
      open: async (...sealed) => {
        await new Promise<void>((resolve) => opening.push(resolve))
        return crypto.open(...sealed)
      },
    })
    const outcomes = (await cutMany(author, 100)).map((block) => take(block))
    await Promise.resolve()
    expect([opening.length > 4, opening.length < 20, accepted.length]).toEqual([true, true, 0])
    for (let opened = 0; opened < 100; opened++) {
      await vi.waitFor(() => expect(opening.length).toBeGreaterThan(0))
      opening.shift()!()
    }
    expect((await Promise.all(outcomes)).every(({ status }) => status === 'accepted')).toBe(true)
  })

  it('makes a device wait that has used up its quota, and takes all it sent in the end', async () => {
    const { mel, ann, clock, take, by, receiver } = await createTest({ blocks: 20 })
    const onDelayed = vi.fn<() => void>()
    const flood = await cutMany(mel, 100)
    for (const block of flood) void receiver.receive(encodeBlock(block), onDelayed)
    await clock.run(0)
    expect(by(mel)).toBeLessThan(40)
    expect(onDelayed.mock.calls.length).toBe(receiver.queued(mel.device))
    expect([...receiver.delayed.get()]).toEqual([mel.device])
    expect((await take(await ann.cut('hello'))).status).toBe('accepted')
    await clock.run(3_000)
    expect(by(mel)).toBeGreaterThan(60)
    await clock.run(3_000)
    expect([by(mel), receiver.delayed.get().size, receiver.queued()]).toEqual([100, 0, 0])
  })

  it.each(['place', 'add'] as const)(
    'counts against a device what its blocks make the graph work (%s): forks are not free',
    async (what) => {
      const [mel, ann] = [await createAuthor(), await createAuthor()]
      let nowMs = 0
      const clock = { ...createSimulatedClock(), now: () => nowMs }
      const { take, quotas } = createReceiver([mel, ann], undefined, {
        clock,
        slow: (graph) => ({
          ...graph,
          [what]: (...given: unknown[]) => {
            nowMs += 20_000
            return (graph[what] as (...same: unknown[]) => unknown)(...given)
          },
        }),
      })
      expect((await take(await mel.cut('x'))).status).toBe('accepted')
      expect([quotas.isExhausted(mel.device), quotas.isExhausted(ann.device)]).toEqual([true, false])
    },
  )

  it('judges nothing of a muted device until it is unmuted', async () => {
    const { mel, ann, clock, take, by, quotas, receiver } = await createTest()
    quotas.mute(mel.device, 'user')
    for (const block of await cutMany(mel, 10)) void take(block)
    expect((await take(await ann.cut('hello'))).status).toBe('accepted')
    await clock.run(100_000)
    expect([by(mel), receiver.queued(mel.device)]).toEqual([0, 10])
    quotas.unmute(mel.device)
    receiver.wake()
    await clock.run(0)
    expect([by(mel), receiver.queued()]).toEqual([10, 0])
  })

  it(
    'asks for what did not fit into the line of a device, once most of the line has been worked through',
    { timeout: 60_000 },
    async () => {
      const { mel, clock, take, by, quotas, receiver } = await createTest()
      const wanted: (readonly DeviceId[])[] = []
      receiver.onWantedAgain((devices) => wanted.push(devices))
      const flood = await cutMany(mel, maxLaneJobs + 10)
      quotas.mute(mel.device, 'rules')
      const outcomes = flood.map((block) => take(block))
      expect(await Promise.all(outcomes.slice(-10)).then((refused) => refused.map(brief))).toEqual(
        Array.from({ length: 10 }, () => 'hold/too-many-queued'),
      )
      await clock.run(10_000)
      expect(wanted).toEqual([])
      quotas.unmute(mel.device)
      receiver.wake()
      await clock.run(10_000)
      expect([by(mel), wanted]).toEqual([maxLaneJobs, [[mel.device]]])
      for (const block of flood.slice(-10)) await take(block)
      expect(by(mel)).toBe(maxLaneJobs + 10)
    },
  )

  it("takes a muted device's blocks where another's rests on them, and no more", async () => {
    const { mel, ann, clock, take, by, quotas } = await createTest()
    const flood = await cutMany(mel, 10)
    quotas.mute(mel.device, 'user')
    const outcome = take(await ann.cut('answer', { dependencies: [flood[5]!.id] }))
    for (const block of flood.slice(0, 6)) void take(block)
    expect(await outcome).toEqual({ status: 'held', awaits: 'block' })
    await clock.run(0)
    expect([by(mel), by(ann)]).toEqual([6, 1])
    for (const block of flood.slice(6)) void take(block)
    await clock.run(100_000)
    expect(by(mel)).toBe(6)
  })

  it('judges a block that comes twice at once only once', async () => {
    const { mel, take, refusals } = await createTest()
    const block = await mel.cut('once')
    const bad = { ...block, signature: flip(block.signature, 3) }
    const outcomes = await Promise.all([take(bad), take(block), take(block), take(bad)])
    expect(outcomes.map(brief)).toEqual(['signature/bad-signature', 'accepted', 'known', 'signature/bad-signature'])
    expect([...refusals()]).toEqual([['signature/bad-signature', 1]])
  })

  it('mutes a device that goes on signing what breaks rules, and not one whose blocks others damage', async () => {
    const { mel, ann, take, quotas } = await createTest()
    const block = await ann.cut('fine')
    for (let i = 0; i < 2 * maxBrokenBlocks; i++) {
      await take({ ...block, signature: flip(block.signature, i % 64) })
      await take({ ...block, envelope: flip(block.envelope, block.envelope.length - 1) })
    }
    for (let i = 0; i < maxBrokenBlocks; i++) {
      expect(quotas.muted.get().size).toBe(0)
      expect(brief(await take(await mel.forge(Uint8Array.of(i, 1, 2))))).toMatch(/^guard/)
    }
    expect([...quotas.muted.get()]).toEqual([[mel.device, 'rules']])
    expect((await take(block)).status).toBe('accepted')
  })
})
