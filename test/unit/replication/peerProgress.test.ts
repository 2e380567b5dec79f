import { describe, expect, it } from 'vitest'
import { createPeerProgress, peerPatienceMs } from '../../../src/replication/peerProgress.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function createTest() {
  const clock = createSimulatedClock()
  const peer = { lacking: 0, isIdle: true, since: clock.now() }
  const progress = createPeerProgress({ lacking: () => peer.lacking, isIdle: () => peer.isIdle, waitsSince: () => peer.since }, clock)
  return { clock, peer, progress }
}

describe('what a link counts for', () => {
  it('is what it lacks, as long as that grows less, however long it takes', async () => {
    const { clock, peer, progress } = createTest()
    for (peer.lacking = 20; peer.lacking > 0; peer.lacking--) {
      expect(progress.lacking()).toBe(peer.lacking)
      await clock.run(peerPatienceMs / 2)
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
    // To name ever more is no progress.
    peer.lacking = 9
    expect(progress.lacking()).toBe(0)
    peer.lacking = 4
    expect(progress.lacking()).toBe(4)
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
