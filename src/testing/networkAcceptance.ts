import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { equalBytes } from '../shared/bytes.ts'
import type { Connection, Network, Room } from '../network/network.ts'

/** Networks of one kind that can reach each other, as an adapter's tests provide them. */
export interface NetworkHarness {
  /** A new peer that has entered nothing. */
  createPeer(name: string): Network | Promise<Network>
  /** Milliseconds within which two peers in one room must be connected. */
  readonly connectMs: number
  /** Whether connections carry fingerprints. */
  readonly hasBinding: boolean
  readonly sameOrigin: boolean
  /** Called after each test, when all networks are disposed. */
  tearDown?(): Promise<void>
}

interface Visitor {
  readonly network: Network
  readonly room: Room
  /** Connections that stand. */
  readonly connections: Connection[]
  readonly received: Uint8Array[]
  readonly ended: string[]
}

/**
 * The behaviour that every adapter of the network contract owes; call it at the top of a test file (vitest).
 * @example
 * describeNetwork('memory', () => createMemoryHarness())
 */
export function describeNetwork(name: string, createHarness: () => NetworkHarness): void {
  describe(`the network contract on ${name}`, () => {
    let harness: NetworkHarness
    const networks: Network[] = []
    let roomNumber = 0
    const room = (): string => `acceptance-${name}-${roomNumber++}`

    beforeEach(() => {
      harness = createHarness()
    })

    afterEach(async () => {
      await Promise.all(networks.splice(0).map((network) => network.dispose()))
      await harness.tearDown?.()
    })

    async function visit(peerName: string, roomName: string): Promise<Visitor> {
      const network = await harness.createPeer(peerName)
      networks.push(network)
      return enter(network, roomName)
    }

    async function visitTogether(): Promise<{ roomName: string; alice: Visitor; bob: Visitor }> {
      const roomName = room()
      const alice = await visit('alice', roomName)
      const bob = await visit('bob', roomName)
      await connected(alice, bob)
      return { roomName, alice, bob }
    }

    function enter(network: Network, roomName: string): Visitor {
      const connections: Connection[] = []
      const received: Uint8Array[] = []
      const ended: string[] = []
      const entered = network.enter({ name: roomName, password: 'secret' }, (connection) => {
        connections.push(connection)
        connection.onFrame = (frame) => received.push(frame)
        connection.onClose = () => {
          connections.splice(connections.indexOf(connection), 1)
          ended.push(connection.id)
        }
      })
      return { network, room: entered, connections, received, ended }
    }

    const until = (isDone: () => boolean, timeoutMs = harness.connectMs): Promise<void> => waitUntil(isDone, timeoutMs)
    const connected = (...visitors: Visitor[]): Promise<void> =>
      until(() => visitors.every(({ connections }) => connections.length === visitors.length - 1))

    it('connects every pair in a room once', async () => {
      const roomName = room()
      const visitors = [await visit('alice', roomName), await visit('bob', roomName), await visit('carol', roomName)]
      await connected(...visitors)
      for (const { connections, network } of visitors) {
        expect(connections).toHaveLength(2)
        expect(new Set(connections.map(({ id }) => id)).size).toBe(2)
        expect(network.state.get()).toMatchObject({ status: 'online', connections: 2 })
      }
    })

    it('says whether peers share an origin, and gives both ends the same two fingerprints crosswise', async () => {
      const { alice, bob } = await visitTogether()
      const [a, b] = [alice.connections[0]!, bob.connections[0]!]
      expect([a.sameOrigin, b.sameOrigin]).toEqual([harness.sameOrigin, harness.sameOrigin])
      if (!harness.hasBinding) {
        expect([a.binding, b.binding]).toEqual([undefined, undefined])
        return
      }
      expect(a.binding!.local).toHaveLength(32)
      expect(equalBytes(a.binding!.local, b.binding!.remote)).toBe(true)
      expect(equalBytes(a.binding!.remote, b.binding!.local)).toBe(true)
      expect(equalBytes(a.binding!.local, a.binding!.remote)).toBe(false)
    })

    it('shows whoever inspects it the way of each connection, and none that is over', async () => {
      const { alice, bob } = await visitTogether()
      alice.connections[0]!.send(new Uint8Array(10_000))
      await until(() => bob.received.length === 1)
      const { connections } = await bob.network.inspect()
      expect(connections).toMatchObject([{ id: bob.connections[0]!.id, path: harness.sameOrigin ? 'same-browser' : 'direct' }])
      // An adapter that counts has counted that frame.
      expect(connections[0]!.bytesReceived ?? 10_000).toBe(10_000)
      await alice.room.leave()
      await until(() => bob.connections.length === 0)
      expect((await bob.network.inspect()).connections).toEqual([])
    })

    it('keeps peers of different rooms apart', async () => {
      const carol = await visit('carol', room())
      await visitTogether()
      expect(carol.connections).toHaveLength(0)
    })

    it('carries frames both ways, whole and in order', async () => {
      const { alice, bob } = await visitTogether()
      const sizes = [1, 0, 16_384, 3, 1_000]
      for (const [i, size] of sizes.entries()) {
        expect(alice.connections[0]!.send(new Uint8Array(size).fill(i + 1))).toBe(true)
        expect(bob.connections[0]!.send(new Uint8Array(size).fill(i + 101))).toBe(true)
      }
      await until(() => alice.received.length === sizes.length && bob.received.length === sizes.length)
      expect(bob.received.map(({ length }) => length)).toEqual(sizes)
      expect(bob.received.map(([first]) => first)).toEqual([1, undefined, 3, 4, 5])
      expect(alice.received.map(([first]) => first)).toEqual([101, undefined, 103, 104, 105])
    })

    it('does not see what the sender writes into a frame after sending it', async () => {
      const { alice, bob } = await visitTogether()
      const frame = Uint8Array.of(1, 2, 3)
      alice.connections[0]!.send(frame)
      frame.fill(9)
      await until(() => bob.received.length === 1)
      expect([...bob.received[0]!]).toEqual([1, 2, 3])
    })

    it('keeps frames that come before there is a handler', async () => {
      const { alice, bob } = await visitTogether()
      const end = bob.connections[0]!
      end.onFrame = undefined
      alice.connections[0]!.send(Uint8Array.of(1))
      alice.connections[0]!.send(Uint8Array.of(2))
      await pause(100)
      expect(bob.received).toHaveLength(0)
      end.onFrame = (frame) => bob.received.push(frame)
      alice.connections[0]!.send(Uint8Array.of(3))
      await until(() => bob.received.length === 3)
      expect(bob.received.map(([first]) => first)).toEqual([1, 2, 3])
    })

    it('refuses a frame over the maximum and goes on', async () => {
      const { alice, bob } = await visitTogether()
      const end = alice.connections[0]!
      expect(end.send(new Uint8Array(end.maxFrameBytes + 1))).toBe(false)
      expect(end.send(new Uint8Array(end.maxFrameBytes))).toBe(true)
      await until(() => bob.received.length === 1)
      expect(bob.received[0]).toHaveLength(end.maxFrameBytes)
    })

    it('says when it is full and when it takes frames again, and loses none', async () => {
      const { alice, bob } = await visitTogether()
      const end = alice.connections[0]!
      const total = 200
      let sent = 0
      let refusals = 0
      let drains = 0
      const pump = (): void => {
        while (sent < total) {
          const frame = new Uint8Array(16_384)
          new DataView(frame.buffer).setUint32(0, sent)
          if (!end.send(frame)) {
            expect(end.canSend()).toBe(false)
            refusals++
            return
          }
          sent++
        }
      }
      end.onDrain = () => {
        drains++
        expect(end.canSend()).toBe(true)
        pump()
      }
      pump()
      await until(() => bob.received.length === total)
      expect(refusals).toBeGreaterThan(0)
      expect(drains).toBeGreaterThan(0)
      expect(bob.received.map((frame) => new DataView(frame.buffer, frame.byteOffset).getUint32(0))).toEqual(
        Array.from({ length: total }, (_, i) => i),
      )
    })

    it('tells both ends of a close once, sends nothing afterwards, and connects them again', async () => {
      const { alice, bob } = await visitTogether()
      const [a, b] = [alice.connections[0]!, bob.connections[0]!]
      a.send(Uint8Array.of(7))
      a.close()
      expect(alice.ended).toEqual([])
      a.close()
      expect([a.send(Uint8Array.of(8)), a.canSend()]).toEqual([false, false])
      await until(() => alice.ended.length === 1 && bob.ended.length === 1)
      expect(bob.received.map(([first]) => first)).toEqual([7])
      expect(b.send(Uint8Array.of(9))).toBe(false)
      await connected(alice, bob)
      expect(alice.connections[0]!.id).not.toBe(a.id)
      expect([alice.ended, bob.ended]).toEqual([[a.id], [b.id]])
    })

    it('closes the connections of a room that is left, for good, and lets it be entered again', async () => {
      const { roomName, alice, bob } = await visitTogether()
      await alice.room.leave()
      await alice.room.leave()
      await until(() => alice.ended.length === 1 && bob.ended.length === 1)
      expect(alice.connections).toHaveLength(0)
      const again = enter(alice.network, roomName)
      await until(() => again.connections.length === 1 && bob.connections.length === 1)
      expect(alice.connections).toHaveLength(0)
    })

    it('lets a room be entered again while it is still being left', async () => {
      const { roomName, alice, bob } = await visitTogether()
      const left = alice.room.leave()
      const again = enter(alice.network, roomName)
      await left
      await until(() => again.connections.length === 1 && bob.connections.length === 1)
    })

    it('refuses to enter a room twice at a time', async () => {
      const roomName = room()
      const alice = await visit('alice', roomName)
      expect(() => enter(alice.network, roomName)).toThrowError(expect.objectContaining({ code: 'bad-config' }))
    })

    it('is away while switched off and comes back', async () => {
      const { alice, bob } = await visitTogether()
      alice.network.setEnabled(false)
      expect(alice.network.state.get()).toEqual({ status: 'off' })
      await until(() => alice.connections.length === 0 && bob.connections.length === 0)
      await pause(100)
      expect(bob.connections).toHaveLength(0)
      alice.network.setEnabled(true)
      await connected(alice, bob)
    })

    it('waits before it connects again after a failed handshake', async () => {
      const { alice, bob } = await visitTogether()
      alice.connections[0]!.close()
      alice.room.reportHandshake('failed')
      await until(() => alice.ended.length === 1 && bob.ended.length === 1)
      await pause(600)
      expect(alice.connections).toHaveLength(0)
      await connected(alice, bob)
    })

    it('refuses to be used after its end, and may be disposed twice', async () => {
      const { roomName, alice, bob } = await visitTogether()
      await alice.network.dispose()
      await alice.network.dispose()
      await until(() => alice.ended.length === 1 && bob.ended.length === 1)
      expect(() => enter(alice.network, roomName)).toThrowError(expect.objectContaining({ code: 'disposed' }))
    })
  })
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs))
}

async function waitUntil(isDone: () => boolean, timeoutMs: number): Promise<void> {
  const endMs = Date.now() + timeoutMs
  while (!isDone()) {
    if (Date.now() > endMs) throw new Error(`not reached within ${timeoutMs} ms: ${String(isDone)}`)
    await pause(5)
  }
}
