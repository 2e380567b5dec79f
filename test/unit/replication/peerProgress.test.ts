import { describe, expect, it } from 'vitest'
import { createPeerProgress, peerPatienceMs } from '../../../src/replication/blocks/peerProgress.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function createTest() {
  const clock = createSimulatedClock()
  const peer = { lacking: 0, given: 0, isIdle: true, since: clock.now() }
  const exchange = {
    lacking: () => peer.lacking,
    get given() {
      return peer.given
    },
    isIdle: () => peer.isIdle,
    waitsSince: () => peer.since,
  }
  const progress = createPeerProgress(exchange, clock)
  return { clock, peer, progress }
}

describe('what a link counts for', () => {
  it('is what it lacks, as long as it gives of that, however long it takes', async () => {
    const { clock, peer, progress } = createTest()
    for (peer.lacking = 20; peer.lacking > 0; peer.lacking--) {
      expect(progress.lacking()).toBe(peer.lacking)
      await clock.run(peerPatienceMs / 2)
      peer.given++
    }
    expect(progress.lacking()).toBe(0)
  })

  it('is nothing after a minute without a block that was lacking, until one comes', async () => {
    const { clock, peer, progress } = createTest()
    peer.lacking = 5
    expect(progress.lacking()).toBe(5)
    await clock.run(peerPatienceMs - 1)
    expect(progress.lacking()).toBe(5)
    await clock.run(1)
    expect(progress.lacking()).toBe(0)
    // To name more is no progress, nor is it to name less.
    peer.lacking = 9
    expect(progress.lacking()).toBe(0)
    peer.lacking = 4
    expect(progress.lacking()).toBe(0)
    peer.given++
    expect(progress.lacking()).toBe(4)
  })

  it('is not what it makes less by names alone, or names anew after it named nothing', async () => {
    const { clock, peer, progress } = createTest()
    peer.lacking = 1_000
    let syncingMs = 0
    for (let i = 0; i < 1_000; i++) {
      if (progress.lacking() > 0) syncingMs += 5_000
      peer.lacking = i % 10 === 9 ? 0 : 1_000 - i
      await clock.run(5_000)
    }
    expect(syncingMs).toBeLessThanOrEqual(peerPatienceMs + (5_000 * 1_000) / 10)
    expect(syncingMs).toBeGreaterThanOrEqual(peerPatienceMs)
  })

  it('is what it names anew, where others gave what it named before', async () => {
    const { clock, peer, progress } = createTest()
    for (let i = 0; i < 1_000; i++) {
      peer.lacking = 1
      expect(progress.lacking()).toBe(1)
      await clock.run(500)
      peer.lacking = 0
      expect(progress.lacking()).toBe(0)
      await clock.run(10_000)
    }
  })

  it('is what it has not worked through, until an answer is owed for a minute', async () => {
    const { clock, peer, progress } = createTest()
    peer.isIdle = false
    await clock.run(peerPatienceMs - 1)
    expect(progress.isDelivered()).toBe(false)
    await clock.run(1)
    expect(progress.isDelivered()).toBe(true)
    peer.since = clock.now()
    expect(progress.isDelivered()).toBe(false)
  })
})
