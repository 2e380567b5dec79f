import { describe, expect, it } from 'vitest'
import { createPeerPatience, maxStrains } from '../../../src/replication/blocks/peerPatience.ts'
import type { DeviceId } from '../../../src/shared/ids.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

const [mel, ann] = ['mel', 'ann'] as DeviceId[] as [DeviceId, DeviceId]

function createTest() {
  const clock = createSimulatedClock()
  const patience = createPeerPatience(clock)
  /** Strains until it is too much. @returns how often that took */
  const exhaust = (device: DeviceId): number => {
    let count = 1
    while (!patience.strain(device)) count++
    return count
  }
  return { clock, patience, exhaust }
}

describe('the patience with a peer', () => {
  it('ends after so many things that do not belong, for that peer alone', () => {
    const { patience, exhaust } = createTest()
    expect(exhaust(mel)).toBe(maxStrains + 1)
    expect([patience.barredMs(mel), patience.barredMs(ann)]).toEqual([1_000, 0])
  })

  it('is the same again after a while, and each bar is longer, up to a minute', async () => {
    const { clock, patience, exhaust } = createTest()
    const bars: number[] = []
    for (let i = 0; i < 8; i++) {
      expect(exhaust(mel)).toBe(maxStrains + 1)
      bars.push(patience.barredMs(mel) / 1_000)
      await clock.run(patience.barredMs(mel))
      expect(patience.barredMs(mel)).toBe(0)
    }
    expect(bars).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  })

  it('forgives one thing a minute', async () => {
    const { clock, patience } = createTest()
    for (let i = 0; i < 500; i++) {
      expect(patience.strain(ann)).toBe(false)
      await clock.run(60_000)
    }
  })

  it('weighs: what cannot be an honest mistake ends it at once, small things count little', () => {
    const { patience } = createTest()
    for (let i = 0; i < maxStrains * 100; i++) expect(patience.strain(ann, 1 / 128)).toBe(false)
    expect(patience.strain(mel, Infinity)).toBe(true)
  })
})
