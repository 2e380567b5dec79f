import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../src/network/network.ts'
import { createFrameInbox } from '../../../src/replication/link/frameInbox.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'

function createTest(maxBytes = 100, deadlineMs = 1000) {
  const clock = createSimulatedClock()
  const connection = {} as Connection
  const inbox = createFrameInbox(connection, clock, maxBytes, deadlineMs)
  return { clock, connection, inbox, arrive: (...bytes: number[]) => connection.onFrame!(Uint8Array.from(bytes)) }
}

describe('frameInbox', () => {
  it('gives frames in order, to who waited and to who comes late', async () => {
    const { inbox, arrive } = createTest()
    const waiting = inbox.next()
    arrive(1)
    arrive(2)
    arrive(3)
    expect(await waiting).toEqual(Uint8Array.of(1))
    expect(await inbox.next()).toEqual(Uint8Array.of(2))
    expect(inbox.release()).toEqual([Uint8Array.of(3)])
  })

  it('ends at the deadline, at the close, and not before', async () => {
    const { clock, inbox } = createTest()
    let ended = false
    void inbox.next().then((frame) => (ended = frame === undefined))
    await clock.run(999)
    expect(ended).toBe(false)
    await clock.run(1)
    expect(ended).toBe(true)
    const second = createTest()
    const next = second.inbox.next()
    second.connection.onClose!()
    expect(await next).toBeUndefined()
  })

  it('keeps nothing beyond the bytes that may come, however they are cut', async () => {
    const { inbox, arrive } = createTest(10)
    arrive(...Array.from({ length: 10 }, () => 7))
    arrive(1)
    for (let i = 0; i < 100; i++) arrive(2)
    expect(await inbox.next()).toHaveLength(10)
    expect(await inbox.next()).toBeUndefined()
    expect(inbox.release()).toEqual([])
  })

  it('gives a new stage bytes and time of its own', async () => {
    const { clock, inbox, arrive } = createTest(10)
    arrive(1, 2, 3, 4, 5, 6, 7, 8)
    await inbox.next()
    await clock.run(900)
    inbox.allow(10, 1000)
    arrive(1, 2, 3, 4, 5, 6, 7, 8)
    await clock.run(900)
    expect(await inbox.next()).toHaveLength(8)
    inbox.release()
    await clock.run(5000)
    expect(clock.pendingCount()).toBe(0)
  })
})
