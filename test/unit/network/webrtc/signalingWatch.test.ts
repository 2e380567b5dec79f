import { describe, expect, it, vi } from 'vitest'
import type { SignalingConnection } from '../../../../src/network/webrtc/signalingGuard.ts'
import { createSignalingWatch } from '../../../../src/network/webrtc/signalingWatch.ts'
import { createSimulatedClock } from '../../../../src/testing/simulatedClock.ts'

function createConnection() {
  const listeners = new Set<() => void>()
  const connection = {
    connected: false,
    connect: vi.fn<() => void>(),
    on: (_: string, listener: () => void) => void listeners.add(listener),
    off: (_: string, listener: () => void) => void listeners.delete(listener),
    become: (connected: boolean) => {
      connection.connected = connected
      for (const listener of listeners) listener()
    },
    listeners,
  }
  return connection
}

const asConnection = (fake: ReturnType<typeof createConnection>): SignalingConnection => fake as unknown as SignalingConnection

describe('the watch over signaling servers', () => {
  it('is unreachable once none has been connected for three seconds, and online as soon as one is', async () => {
    const clock = createSimulatedClock()
    const onChange = vi.fn<() => void>()
    const watch = createSignalingWatch(clock, onChange)
    const [a, b] = [createConnection(), createConnection()]
    watch.add([asConnection(a), asConnection(b)])
    await clock.run(2_999)
    expect(watch.status()).toBe('connecting')
    await clock.run(1)
    expect(watch.status()).toBe('unreachable')
    expect(onChange).toHaveBeenCalledTimes(2)
    b.become(true)
    expect(watch.status()).toBe('online')
    a.become(true)
    b.become(false)
    await clock.run(5_000)
    expect(watch.status()).toBe('online')
    a.become(false)
    await clock.run(2_000)
    expect(watch.status()).toBe('connecting')
    a.become(true)
    await clock.run(2_000)
    expect(watch.status()).toBe('online')
  })

  it('forgets a connection when its last room has ended', async () => {
    const clock = createSimulatedClock()
    const watch = createSignalingWatch(clock, () => undefined)
    const a = createConnection()
    const [first, second] = [watch.add([asConnection(a)]), watch.add([asConnection(a)])]
    first()
    expect(a.listeners.size).toBe(1)
    second()
    expect([a.listeners.size, clock.pendingCount()]).toEqual([0, 0])
  })

  it('connects what is not connected when nudged', () => {
    const watch = createSignalingWatch(createSimulatedClock(), () => undefined)
    const [a, b] = [createConnection(), createConnection()]
    watch.add([asConnection(a), asConnection(b)])
    a.become(true)
    watch.nudge()
    expect([a.connect.mock.calls.length, b.connect.mock.calls.length]).toEqual([0, 1])
  })
})
