import { describe, expect, it } from 'vitest'
import { createRefusedPeers } from '../../../src/replication/link/refusedPeers.ts'
import type { DeviceId } from '../../../src/shared/ids.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

const device = (name: string) => name as DeviceId

describe('the peers that were refused', () => {
  it('are named once for each reason, for two minutes after the last time', async () => {
    const clock = createSimulatedClock()
    const refused = createRefusedPeers(clock)
    refused.note('removed', device('a'))
    await clock.run(100_000)
    refused.note('removed', device('a'))
    refused.note('newer-version', undefined)
    expect(refused.list().map(({ fault }) => fault)).toEqual(['removed', 'newer-version'])
    await clock.run(119_999)
    expect(refused.list()).toHaveLength(2)
    await clock.run(1)
    expect(refused.list()).toEqual([])
  })

  it('are forgotten when they are let in', () => {
    const refused = createRefusedPeers(createSimulatedClock())
    refused.note('timeout', device('a'))
    refused.note('unknown-device', device('a'))
    refused.note('timeout', device('b'))
    refused.forget(device('a'))
    expect(refused.list().map((peer) => peer.device)).toEqual(['b'])
  })

  it('are at most 16, the newest', () => {
    const refused = createRefusedPeers(createSimulatedClock())
    for (let i = 0; i < 100; i++) refused.note('unknown-device', device(String(i)))
    expect(refused.list().map((peer) => peer.device)).toEqual(Array.from({ length: 16 }, (_, i) => String(84 + i)))
  })
})
