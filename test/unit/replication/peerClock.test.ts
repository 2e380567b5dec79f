import { describe, expect, it } from 'vitest'
import { createPeerClock } from '../../../src/replication/link/peerClock.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

describe("a peer's clock", () => {
  it('is unknown before the peer has said a time that tells', () => {
    const clock = createSimulatedClock()
    const peer = createPeerClock(clock)
    expect(peer.aheadMs()).toBeUndefined()
    // A page that has been open for an hour.
    peer.atLeast(clock.now() - 3_600_000)
    expect(peer.aheadMs()).toBeUndefined()
  })

  it('is ahead where it said a time that has not come', () => {
    const clock = createSimulatedClock()
    const peer = createPeerClock(clock)
    peer.atLeast(clock.now() + 600_000)
    expect(peer.aheadMs()).toBe(600_000)
  })

  it('is behind only by what was dated just now, not by what was written while nobody was there', async () => {
    const clock = createSimulatedClock()
    const peer = createPeerClock(clock)
    peer.shows(clock.now() - 600_000, true)
    expect(peer.aheadMs()).toBeUndefined()
    await clock.run(10_000)
    peer.shows(clock.now() - 600_000, false)
    expect(peer.aheadMs()).toBeUndefined()
    peer.shows(clock.now() - 600_000, true)
    expect(peer.aheadMs()).toBe(-600_000)
  })

  it('is right again as soon as it says so', async () => {
    const clock = createSimulatedClock()
    const peer = createPeerClock(clock)
    await clock.run(10_000)
    peer.shows(clock.now() + 600_000, true)
    peer.atLeast(clock.now() + 600_000)
    peer.shows(clock.now() - 50, true)
    // The page goes on counting from the time at which it was opened.
    peer.atLeast(clock.now() + 600_000)
    expect(peer.aheadMs()).toBe(-50)
  })
})
