import { describe, expect, it } from 'vitest'
import type { Connection } from '../../../../src/network/network.ts'
import { createMemorySwarm, type MemorySwarm, type MemorySwarmOptions } from '../../../../src/network/memory/memorySwarm.ts'
import { describeNetwork } from '../../../../src/testing/networkAcceptance.ts'
import { createSeededRandom } from '../../../../src/testing/seededRandom.ts'
import { createSimulatedClock, type SimulatedClock } from '../../../../src/testing/simulatedClock.ts'

describeNetwork('memory', () => {
  const swarm = createMemorySwarm()
  return { createPeer: (name) => swarm.peer(name), connectMs: 2_000, hasBinding: true, sameOrigin: false }
})

describeNetwork('memory between tabs', () => {
  const swarm = createMemorySwarm({ sameOrigin: true, maxFrameBytes: 262_144 })
  return { createPeer: (name) => swarm.peer(name), connectMs: 2_000, hasBinding: false, sameOrigin: true }
})

interface Peer {
  readonly connections: Connection[]
  readonly received: string[]
}

function setup(seed: number, options: MemorySwarmOptions = {}): { clock: SimulatedClock; swarm: MemorySwarm; join(name: string): Peer } {
  const clock = createSimulatedClock()
  const swarm = createMemorySwarm({ clock, random: createSeededRandom(seed), ...options })
  const join = (name: string): Peer => {
    const peer: Peer = { connections: [], received: [] }
    swarm.peer(name).enter({ name: 'room', password: 'p' }, (connection) => {
      peer.connections.push(connection)
      connection.onFrame = (frame) => peer.received.push(`${connection.id.split('-').at(-1)} ${frame.join(',')}`)
      connection.onClose = () => peer.connections.splice(peer.connections.indexOf(connection), 1)
    })
    return peer
  }
  return { clock, swarm, join }
}

const counting = (n: number): Uint8Array[] => Array.from({ length: n }, (_, i) => Uint8Array.of(i))

describe('a memory swarm', () => {
  it('needs the password as well as the name to meet', async () => {
    const { clock, swarm } = setup(1)
    swarm.peer('alice').enter({ name: 'room', password: 'a' }, () => expect.unreachable())
    swarm.peer('bob').enter({ name: 'room', password: 'b' }, () => expect.unreachable())
    await clock.run(1_000)
    expect(swarm.linkCount()).toBe(0)
  })

  it('stands still until its clock moves', async () => {
    const { clock, swarm, join } = setup(1)
    join('alice')
    join('bob')
    await clock.run(0)
    expect(swarm.linkCount()).toBe(0)
    await clock.run(10)
    expect(swarm.linkCount()).toBe(1)
  })

  it('holds frames up as long as told, in their order', async () => {
    const { clock, swarm, join } = setup(3)
    const [alice, bob] = [join('alice'), join('bob')]
    await clock.run(10)
    swarm.setFaults({ delayMs: 10_000 })
    for (const frame of counting(20)) alice.connections[0]!.send(frame)
    await clock.run(100)
    expect(bob.received.length).toBeLessThan(20)
    await clock.run(10_000)
    expect(bob.received.map((text) => Number(text.split(' ')[1]))).toEqual(counting(20).map(([n]) => n))
    swarm.setFaults({})
    alice.connections[0]!.send(Uint8Array.of(99))
    await clock.run(10)
    expect(bob.received).toHaveLength(21)
  })

  it('parts the groups of a partition, gathers the unnamed, and heals', async () => {
    const { clock, swarm, join } = setup(2)
    const peers = ['alice', 'bob', 'carol', 'dave'].map(join)
    await clock.run(100)
    expect(swarm.linkCount()).toBe(6)
    swarm.partition([['alice'], ['bob']])
    await clock.run(100)
    expect(peers.map(({ connections }) => connections.length)).toEqual([0, 0, 1, 1])
    swarm.heal()
    await clock.run(100)
    expect(swarm.linkCount()).toBe(6)
  })

  it('loses what is under way when a link is cut, and connects again', async () => {
    const { clock, swarm, join } = setup(3, { latencyMs: [10, 20] })
    const [alice, bob] = [join('alice'), join('bob')]
    await clock.run(100)
    const cut = alice.connections[0]!
    cut.send(Uint8Array.of(1))
    swarm.cut('alice', 'bob')
    expect([swarm.linkCount(), cut.send(Uint8Array.of(2))]).toEqual([0, false])
    await clock.run(100)
    expect([swarm.linkCount(), bob.received.length]).toEqual([1, 0])
    expect(alice.connections[0]).not.toBe(cut)
  })

  it('loses frames one way only, until healed', async () => {
    const { clock, swarm, join } = setup(4)
    const [alice, bob] = [join('alice'), join('bob')]
    await clock.run(100)
    swarm.oneWay('alice', 'bob')
    alice.connections[0]!.send(Uint8Array.of(1))
    bob.connections[0]!.send(Uint8Array.of(2))
    await clock.run(100)
    expect([alice.received.length, bob.received.length]).toEqual([1, 0])
    swarm.heal()
    alice.connections[0]!.send(Uint8Array.of(3))
    await clock.run(100)
    expect(bob.received).toEqual(['bob 3'])
  })

  it.each([
    ['drop', (n: number) => n < 100 && n > 20],
    ['duplicate', (n: number) => n > 100 && n < 180],
  ] as const)('can %s some frames', async (fault, isExpected) => {
    const { clock, swarm, join } = setup(5)
    const [alice, bob] = [join('alice'), join('bob')]
    await clock.run(100)
    swarm.setFaults({ [fault]: 0.4 })
    for (const frame of counting(100)) alice.connections[0]!.send(frame)
    await clock.run(100)
    expect(isExpected(bob.received.length)).toBe(true)
  })

  it('can reorder frames without losing one', async () => {
    const { clock, swarm, join } = setup(6)
    const [alice, bob] = [join('alice'), join('bob')]
    await clock.run(100)
    swarm.setFaults({ reorder: 0.3 })
    for (const frame of counting(100)) alice.connections[0]!.send(frame)
    await clock.run(1_000)
    const sent = counting(100).map((frame) => `bob ${frame.join(',')}`)
    expect(bob.received).not.toEqual(sent)
    expect([...bob.received].sort()).toEqual([...sent].sort())
  })

  it('shows every frame to a tap, which may alter or swallow it', async () => {
    const { clock, swarm, join } = setup(7)
    const [alice, bob] = [join('alice'), join('bob')]
    await clock.run(100)
    const seen: string[] = []
    const stop = swarm.tap((from, to, frame) => {
      seen.push(`${from} ${to} ${frame.join(',')}`)
      return frame[0] === 1 ? undefined : frame.map((byte) => byte ^ 255)
    })
    alice.connections[0]!.send(Uint8Array.of(1))
    alice.connections[0]!.send(Uint8Array.of(2))
    await clock.run(100)
    stop()
    alice.connections[0]!.send(Uint8Array.of(3))
    await clock.run(100)
    expect(seen).toEqual(['alice bob 1', 'alice bob 2'])
    expect(bob.received).toEqual(['bob 253', 'bob 3'])
  })

  it('can show both ends a fingerprint that the other does not have', async () => {
    const { clock, swarm, join } = setup(8)
    swarm.forgeBinding('bob', 'alice')
    const [alice, bob] = [join('alice'), join('bob')]
    await clock.run(100)
    const [a, b] = [alice.connections[0]!.binding!, bob.connections[0]!.binding!]
    expect(a.remote).not.toEqual(b.local)
    expect(b.remote).not.toEqual(a.local)
  })

  it('lets nobody meet without signaling, but keeps links', async () => {
    const { clock, swarm, join } = setup(9)
    join('alice')
    join('bob')
    await clock.run(100)
    swarm.setSignaling(false)
    const carol = swarm.peer('carol')
    carol.enter({ name: 'room', password: 'p' }, () => undefined)
    await clock.run(100)
    expect(swarm.linkCount()).toBe(1)
    expect(carol.state.get()).toMatchObject({ status: 'unreachable', connections: 0, error: { code: 'signaling-unreachable' } })
    swarm.setSignaling(true)
    await clock.run(100)
    expect(swarm.linkCount()).toBe(3)
    expect(carol.state.get()).toEqual({ status: 'online', connections: 2 })
  })

  it('doubles the wait with each failed handshake and forgets it after a success', async () => {
    const { clock, swarm, join } = setup(10)
    join('alice')
    const waits: number[] = []
    let endedMs = 0
    const room = swarm.peer('bob').enter({ name: 'room', password: 'p' }, (connection) => {
      if (endedMs > 0) waits.push(Math.round((clock.now() - endedMs) / 1_000))
      if (waits.length === 4) room.reportHandshake('succeeded')
      connection.onClose = () => {
        endedMs = clock.now()
        if (waits.length < 4) room.reportHandshake('failed')
      }
      if (waits.length < 6) connection.close()
    })
    await clock.run(60_000)
    expect(waits).toEqual([1, 2, 4, 8, 0, 0])
  })

  it('frees a name when its network is disposed', async () => {
    const { swarm } = setup(11)
    const alice = swarm.peer('alice')
    expect(() => swarm.peer('alice')).toThrowError(expect.objectContaining({ code: 'bad-config' }))
    await alice.dispose()
    expect(swarm.peer('alice')).not.toBe(alice)
  })

  it('runs the same way for the same seed, and another way for another', async () => {
    const history = async (seed: number): Promise<string> => {
      const { clock, swarm, join } = setup(seed, { latencyMs: [1, 50] })
      const lines: string[] = []
      swarm.setFaults({ drop: 0.1, duplicate: 0.1, reorder: 0.1 })
      const peers = ['alice', 'bob', 'carol'].map(join)
      for (let round = 0; round < 5; round++) {
        await clock.run(100)
        for (const { connections } of peers) for (const connection of connections) for (const frame of counting(10)) connection.send(frame)
        swarm.cut('alice', 'bob')
      }
      await clock.runUntilIdle()
      for (const { received } of peers) lines.push(received.join(' '))
      return lines.join('\n')
    }
    const first = await history(42)
    expect(await history(42)).toBe(first)
    expect(await history(43)).not.toBe(first)
  })
})
