import { describe, expect, it } from 'vitest'
import { createRoomOnDemand } from '../../../../src/network/webrtc/roomOnDemand.ts'
import { createSimulatedClock } from '../../../../src/testing/simulatedClock.ts'

/** A room that writes down what is asked of it; `arrive` and `miss` settle the fetch that is under way. */
function createTest() {
  const clock = createSimulatedClock()
  const calls: string[] = []
  const attempts: unknown[] = []
  let settle: { arrive(): void; miss(cause: Error): void } | undefined
  const room = createRoomOnDemand({
    clock,
    load: () => {
      calls.push('load')
      return new Promise((resolve, reject) => {
        const made = {
          start: () => void calls.push('start'),
          stop: () => Promise.resolve(void calls.push('stop')),
          probe: () => void calls.push('probe'),
        }
        settle = { arrive: () => resolve(made), miss: reject }
      })
    },
    onAttempt: (cause) => void attempts.push(cause),
  })
  return {
    room,
    clock,
    calls,
    attempts,
    async arrive() {
      settle!.arrive()
      await clock.run(0)
    },
    async miss(cause: Error) {
      settle!.miss(cause)
      await clock.run(0)
    },
  }
}

describe('a room whose code is fetched on demand', () => {
  it('fetches nothing before it is started, and once only', async () => {
    const { room, calls, attempts, arrive } = createTest()
    room.probe()
    expect(calls).toEqual([])
    room.start()
    await arrive()
    room.probe()
    await room.stop()
    room.start()
    expect(calls).toEqual(['load', 'start', 'probe', 'stop', 'start'])
    expect(attempts).toEqual([undefined])
  })

  it('does not start when it was stopped meanwhile, and starts once when it was started again', async () => {
    const stopped = createTest()
    stopped.room.start()
    await stopped.room.stop()
    await stopped.arrive()
    expect(stopped.calls).toEqual(['load'])

    const restarted = createTest()
    restarted.room.start()
    await restarted.room.stop()
    restarted.room.start()
    await restarted.arrive()
    expect(restarted.calls).toEqual(['load', 'start'])
  })

  it('tries again after a while and when asked to, and says what failed', async () => {
    const { room, clock, calls, attempts, arrive, miss } = createTest()
    const cause = new TypeError('Failed to fetch')
    room.start()
    await miss(cause)
    expect(attempts).toEqual([cause])
    await clock.run(4_999)
    expect(calls).toEqual(['load'])
    await clock.run(1)
    expect(calls).toEqual(['load', 'load'])
    room.probe()
    expect(calls).toEqual(['load', 'load'])
    await miss(cause)
    room.probe()
    await arrive()
    await clock.run(60_000)
    expect(calls).toEqual(['load', 'load', 'load', 'start'])
    expect(attempts).toEqual([cause, cause, undefined])
  })

  it('tries no more once it is stopped', async () => {
    const { room, clock, calls, miss } = createTest()
    room.start()
    await miss(new Error('offline'))
    await room.stop()
    await clock.run(60_000)
    room.probe()
    expect(calls).toEqual(['load'])
  })
})
