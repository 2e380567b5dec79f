import { describe, expect, it, vi } from 'vitest'
import type { SignalingConnection } from '../../../../src/network/webrtc/signalingGuard.ts'
import { createSignalingWatch } from '../../../../src/network/webrtc/signalingWatch.ts'
import { createSeededRandom } from '../../../../src/testing/seededRandom.ts'
import { createSimulatedClock, type SimulatedClock } from '../../../../src/testing/simulatedClock.ts'

function createConnection(url = 'ws://one') {
  const listeners = new Map<() => void, string>()
  const connection = {
    connected: false,
    url,
    connect: vi.fn<() => void>(),
    send: vi.fn<(message: unknown) => void>(),
    ws: null as { close: () => void } | null,
    unsuccessfulReconnects: 0,
    shouldConnect: true,
    lastMessageReceived: 0,
    on: (name: string, listener: () => void) => void listeners.set(listener, name),
    off: (_: string, listener: () => void) => void listeners.delete(listener),
    become: (connected: boolean) => {
      connection.connected = connected
      for (const [listener, name] of listeners) if (name === (connected ? 'connect' : 'disconnect')) listener()
    },
    listeners,
  }
  return connection
}

const asConnection = (fake: ReturnType<typeof createConnection>): SignalingConnection => fake as unknown as SignalingConnection

/** A connection of which every try fails at once. */
function failing(clock: SimulatedClock) {
  const connection = createConnection()
  const triedAt = [clock.now()]
  connection.connect.mockImplementation(() => {
    connection.shouldConnect = true
    connection.unsuccessfulReconnects++
    triedAt.push(clock.now())
  })
  return { connection, pauses: () => triedAt.slice(1).map((at, i) => at - triedAt[i]!) }
}

const random = createSeededRandom('watch')

describe('the watch over signaling servers', () => {
  it('knows since when each server is connected, or lost', async () => {
    const clock = createSimulatedClock()
    const watch = createSignalingWatch({ clock, random, onChange: () => {} })
    const connection = createConnection()
    const since = () => watch.connections().get(asConnection(connection))
    const stop = watch.add([asConnection(connection)])
    const began = clock.now()
    await clock.run(1_000)
    expect(since()).toBe(began)
    connection.become(true)
    await clock.run(5_000)
    expect(since()).toBe(began + 1_000)
    connection.become(false)
    expect(since()).toBe(began + 6_000)
    stop()
    expect(since()).toBeUndefined()
  })

  it('is unreachable once none has been connected for three seconds, and online as soon as one is', async () => {
    const clock = createSimulatedClock()
    const onChange = vi.fn<() => void>()
    const watch = createSignalingWatch({ clock, random, onChange })
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
    const watch = createSignalingWatch({ clock, random, onChange: () => undefined })
    const a = createConnection()
    const [first, second] = [watch.add([asConnection(a)]), watch.add([asConnection(a)])]
    first()
    expect(a.listeners.size).toBe(2)
    second()
    expect([a.listeners.size, clock.pendingCount()]).toEqual([0, 0])
  })

  it('connects what is not connected when nudged', () => {
    const watch = createSignalingWatch({ clock: createSimulatedClock(), random, onChange: () => undefined })
    const [a, b] = [createConnection(), createConnection()]
    watch.add([asConnection(a), asConnection(b)])
    a.become(true)
    watch.nudge()
    expect([a.connect.mock.calls.length, b.connect.mock.calls.length]).toEqual([0, 1])
  })

  it('says of each server whether it answers', () => {
    const onChange = vi.fn<() => void>()
    const watch = createSignalingWatch({ clock: createSimulatedClock(), random, onChange })
    const [a, b] = [createConnection('ws://one'), createConnection('ws://two')]
    const end = watch.add([asConnection(a), asConnection(b)])
    b.become(true)
    expect(watch.servers()).toEqual([
      { url: 'ws://one', isConnected: false },
      { url: 'ws://two', isConnected: true },
    ])
    const before = onChange.mock.calls.length
    a.become(true)
    expect([onChange.mock.calls.length - before, watch.servers()[0]!.isConnected]).toEqual([1, true])
    end()
    expect(watch.servers()).toEqual([])
  })

  it('gives up a server that takes the connection and says nothing, after eight to ten seconds, and one that opens in time never', async () => {
    const clock = createSimulatedClock()
    const watch = createSignalingWatch({ clock, random, onChange: () => undefined })
    const [hanging, slow] = [createConnection(), createConnection()]
    const [ws, slowWs] = [{ close: vi.fn<() => void>() }, { close: vi.fn<() => void>() }]
    Object.assign(hanging, { ws })
    Object.assign(slow, { ws: slowWs })
    watch.add([asConnection(hanging), asConnection(slow)])
    await clock.run(7_900)
    slow.become(true)
    expect(ws.close).not.toHaveBeenCalled()
    await clock.run(2_100)
    expect(ws.close).toHaveBeenCalled()
    await clock.run(60_000)
    expect(slowWs.close).not.toHaveBeenCalled()
  })

  it('spreads the first tries to come back over more than a second', () => {
    const watch = createSignalingWatch({ clock: createSimulatedClock(), random, onChange: () => undefined })
    const a = createConnection()
    watch.add([asConnection(a)])
    const pauses = Array.from({ length: 200 }, () => {
      a.become(true)
      a.become(false)
      // As the connection reckons.
      return Math.log10(a.unsuccessfulReconnects + 1) * 1_200
    })
    expect(Math.min(...pauses)).toBeLessThan(100)
    expect(Math.max(...pauses)).toBeGreaterThan(1_100)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_200)
    expect(pauses.filter((pause) => pause < 600).length).toBeGreaterThan(70)
  })

  it('has a connection that fails again and again try ever less often, down to twice a minute, and each at a moment of its own', async () => {
    const clock = createSimulatedClock()
    const watch = createSignalingWatch({ clock, random, onChange: () => undefined })
    const connections = Array.from({ length: 20 }, () => failing(clock))
    watch.add(connections.map(({ connection }) => asConnection(connection)))
    await clock.run(10_000)
    // So often it has failed by itself.
    for (const { connection } of connections) connection.unsuccessfulReconnects = 8
    await clock.run(600_000)
    for (const { connection, pauses } of connections) {
      expect(connection.shouldConnect).toBe(false)
      const gaps = pauses()
      expect(Math.max(...gaps)).toBeLessThanOrEqual(32_000)
      expect(Math.min(...gaps.slice(3))).toBeGreaterThanOrEqual(15_000)
      expect(gaps.length).toBeGreaterThanOrEqual(600 / 32)
      expect(gaps.length).toBeLessThan(45)
    }
    expect(new Set(connections.map(({ pauses }) => pauses().join())).size).toBeGreaterThan(15)
  })

  it('tries by itself again, and at once, when it is nudged, a room is entered, or it was connected', async () => {
    const clock = createSimulatedClock()
    const watch = createSignalingWatch({ clock, random, onChange: () => undefined })
    const { connection, pauses } = failing(clock)
    const hold = async (): Promise<void> => {
      connection.unsuccessfulReconnects = 8
      await clock.run(4_000)
      expect(connection.shouldConnect).toBe(false)
    }
    watch.add([asConnection(connection)])
    for (const resume of [watch.nudge, () => watch.add([asConnection(connection)])]) {
      await hold()
      const before = pauses().length
      resume()
      expect(pauses().length).toBe(before + 1)
      expect([connection.shouldConnect, connection.unsuccessfulReconnects]).toEqual([true, 1])
    }
    await hold()
    connection.become(true)
    connection.become(false)
    expect(connection.shouldConnect).toBe(true)
    const before = pauses().length
    watch.add([asConnection(connection)])
    expect(pauses().length).toBe(before)
  })

  it('has a connected server answer when nudged, or closes the connection after five seconds', async () => {
    const clock = createSimulatedClock()
    const watch = createSignalingWatch({ clock, random, onChange: () => undefined })
    const [dead, alive] = [createConnection(), createConnection()]
    for (const connection of [dead, alive]) Object.assign(connection, { ws: { close: vi.fn<() => void>() } })
    watch.add([asConnection(dead), asConnection(alive)])
    dead.become(true)
    alive.become(true)
    watch.nudge()
    expect(dead.send.mock.calls).toEqual([[{ type: 'ping' }]])
    alive.lastMessageReceived++
    await clock.run(5_000)
    expect(dead.ws!.close).toHaveBeenCalledTimes(1)
    expect(alive.ws!.close).not.toHaveBeenCalled()
  })

  it('tries anew when nudged while a socket hangs from before', async () => {
    const clock = createSimulatedClock()
    const watch = createSignalingWatch({ clock, random, onChange: () => undefined })
    const a = createConnection()
    const ws = { close: vi.fn<() => void>() }
    Object.assign(a, { ws })
    watch.add([asConnection(a)])
    watch.nudge()
    expect(ws.close).not.toHaveBeenCalled()
    await clock.run(3_000)
    watch.nudge()
    expect(ws.close).toHaveBeenCalledTimes(1)
  })
})
