import { describe, expect, it } from 'vitest'
import { createDeviceQuotas, deviceAllowances, maxBrokenBlocks, type BlockCost } from '../../../src/feed/deviceQuotas.ts'
import type { DeviceId } from '../../../src/shared/ids.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

const [mel, ann] = ['mel', 'ann'] as DeviceId[] as [DeviceId, DeviceId]

function createTest() {
  const clock = createSimulatedClock()
  return { clock, quotas: createDeviceQuotas({ clock }) }
}

describe('the quotas of devices', () => {
  it.each(Object.keys(deviceAllowances) as (keyof BlockCost)[])('delay a device that has used up its %s, and nobody else', async (kind) => {
    const { clock, quotas } = createTest()
    quotas.spend(mel, { [kind]: deviceAllowances[kind].burst })
    expect([quotas.waitMs(mel), quotas.isExhausted(mel)]).toEqual([0, false])
    quotas.spend(mel, { [kind]: 1 })
    expect(quotas.waitMs(mel)).toBeGreaterThan(0)
    expect([quotas.isExhausted(mel), quotas.waitMs(ann), quotas.isExhausted(ann)]).toEqual([true, 0, false])
    // Half a second's worth comes at a time, so that it does not stop after each block.
    await clock.run(400)
    expect(quotas.waitMs(mel)).toBeGreaterThan(0)
    await clock.run(200)
    expect(quotas.waitMs(mel)).toBe(0)
    quotas.spend(mel, { [kind]: deviceAllowances[kind].perSecond / 4 })
    expect(quotas.waitMs(mel)).toBe(0)
  })

  it('wait exactly as long as they say', async () => {
    const { clock, quotas } = createTest()
    quotas.spend(mel, { blocks: deviceAllowances.blocks.burst + 2_000 })
    const waitMs = quotas.waitMs(mel)
    expect(waitMs).toBe(2_500)
    await clock.run(waitMs - 1)
    expect(quotas.waitMs(mel)).toBe(1)
    await clock.run(1)
    expect(quotas.waitMs(mel)).toBe(0)
  })

  it('shut nobody out for long, whatever one block seemed to take', () => {
    const { quotas } = createTest()
    quotas.spend(mel, { ms: 8 * 3_600_000 })
    expect(quotas.waitMs(mel)).toBeLessThan(5 * 60_000)
  })

  it('charge the time of work, also of work that fails', async () => {
    const { quotas, clock } = createTest()
    let nowMs = clock.now()
    const busy = createDeviceQuotas({ clock: { ...clock, now: () => nowMs } })
    const work = (ms: number): string => {
      nowMs += ms
      return 'done'
    }
    expect(busy.timed(mel, () => work(15_000))).toBe('done')
    expect(busy.isExhausted(mel)).toBe(false)
    expect(() =>
      busy.timed(mel, () => {
        work(2_000)
        throw new Error('an observer failed')
      }),
    ).toThrow('an observer failed')
    expect([busy.isExhausted(mel), quotas.isExhausted(mel)]).toEqual([true, false])
  })

  it('give nothing for a clock that is set back', () => {
    const { clock } = createTest()
    let nowMs = clock.now()
    const quotas = createDeviceQuotas({ clock: { ...clock, now: () => nowMs } })
    quotas.spend(mel, { blocks: deviceAllowances.blocks.burst + 1 })
    nowMs -= 3_600_000
    expect(quotas.isExhausted(mel)).toBe(true)
    nowMs += 1_000
    expect(quotas.isExhausted(mel)).toBe(false)
  })

  it('mute until unmuted, which is no matter of allowance', async () => {
    const { clock, quotas } = createTest()
    quotas.mute(mel, 'user')
    quotas.mute(mel, 'rules')
    await clock.run(3_600_000)
    expect([quotas.waitMs(mel), quotas.isExhausted(mel), quotas.waitMs(ann)]).toEqual([Infinity, false, 0])
    expect([...quotas.muted.get()]).toEqual([[mel, 'user']])
    quotas.unmute(mel)
    expect([quotas.waitMs(mel), quotas.muted.get().size]).toEqual([0, 0])
  })

  it('mute a device whose own blocks break rules again and again, and once more after it was forgiven', () => {
    const { quotas } = createTest()
    for (let i = 1; i < maxBrokenBlocks; i++) quotas.blame(mel)
    expect(quotas.waitMs(mel)).toBe(0)
    quotas.blame(mel)
    expect([...quotas.muted.get()]).toEqual([[mel, 'rules']])
    quotas.unmute(mel)
    quotas.blame(mel)
    expect(quotas.waitMs(mel)).toBe(0)
    for (let i = 1; i < maxBrokenBlocks; i++) quotas.blame(mel)
    expect(quotas.waitMs(mel)).toBe(Infinity)
  })
})
