import { describe, expect, it } from 'vitest'
import { createBroadcastExchange, maxBroadcastRate, type BroadcastExchange } from '../../../src/replication/presence/broadcastExchange.ts'
import type { BroadcastMessage } from '../../../src/replication/presence/broadcastMessage.ts'
import type { Link } from '../../../src/replication/link/link.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { utf8 } from '../../../src/shared/bytes.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace, type TestSpace } from '../documents/createTestSpace.ts'

interface Station {
  readonly exchange: BroadcastExchange
  readonly links: Map<Station, Link>
  readonly heard: string[]
}

let stationCount = 0

function createStation(world: TestSpace, identity: LocalIdentity, muted: readonly LocalIdentity[] = []): Station {
  const links = new Map<Station, Link>()
  const exchange = createBroadcastExchange({
    clock: world.clock,
    random: createSeededRandom(`station ${stationCount++}`),
    device: identity.signing.publicKey,
    log: world.log,
    links: () => links.values(),
    isMuted: (device) => muted.some(({ deviceId }) => deviceId === device),
    onFault: (error) => {
      throw error
    },
  })
  const heard: string[] = []
  const names = new Map([world.alice, world.bob, world.rita].map(({ id }, i) => [id, ['alice', 'bob', 'rita'][i]]))
  exchange.subscribe('chat', ({ identity: from, value }) => heard.push(`${names.get(from)}: ${JSON.stringify(value)}`))
  return { exchange, links, heard }
}

/** Links two stations; messages arrive at once. Without peers they are tabs of one profile. */
function join(a: Station, b: Station, peerOfA?: LocalIdentity, peerOfB?: LocalIdentity): void {
  const end = (from: Station, to: Station, peer: LocalIdentity | undefined): Link =>
    ({
      id: `${Math.random()}`,
      peer: peer && { identity: peer.id, device: peer.deviceId },
      send: (message: { type: string; broadcast: BroadcastMessage }) => to.exchange.onMessage(to.links.get(from)!, message.broadcast),
    }) as unknown as Link
  a.links.set(b, end(a, b, peerOfB))
  b.links.set(a, end(b, a, peerOfA))
}

describe('what is said on a channel', () => {
  it('is heard once by everyone who is here, in every tab, and by nobody who listens to another channel', async () => {
    const world = await createTestSpace()
    const [lead, sister, third] = [0, 1, 2].map(() => createStation(world, world.alice))
    const bob = createStation(world, world.bob)
    join(lead!, sister!)
    join(lead!, third!)
    join(sister!, third!)
    join(lead!, bob, world.alice, world.bob)
    const others: unknown[] = []
    bob.exchange.subscribe('other', ({ value }) => others.push(value))
    sister!.exchange.send('chat', { text: 'hello' })
    bob.exchange.send('chat', 1)
    const said = ['alice: {"text":"hello"}']
    expect([lead!.heard, sister!.heard, third!.heard, bob.heard]).toEqual([[...said, 'bob: 1'], ['bob: 1'], [...said, 'bob: 1'], said])
    expect(others).toEqual([])
  })

  it('is not passed on from member to member, and a member speaks for no device but its own', async () => {
    const world = await createTestSpace()
    const [alice, bob, rita] = [world.alice, world.bob, world.rita].map((identity) => createStation(world, identity))
    join(alice!, bob!, world.alice, world.bob)
    join(alice!, rita!, world.alice, world.rita)
    bob!.exchange.send('chat', 'to alice')
    expect([alice!.heard, rita!.heard]).toEqual([['bob: "to alice"'], []])
    const forged = { id: new Uint8Array(16), device: world.rita.signing.publicKey, channel: 'chat', data: utf8('"I am Rita"') }
    alice!.exchange.onMessage(alice!.links.get(bob!)!, forged)
    expect(alice!.heard).toHaveLength(1)
  })

  it('is not heard of who is muted, and not of a device that is no member', async () => {
    const world = await createTestSpace()
    const alice = createStation(world, world.alice, [world.bob])
    const bob = createStation(world, world.bob)
    join(alice, bob, world.alice, world.bob)
    bob.exchange.send('chat', 'muted')
    const stranger = { id: new Uint8Array(16).fill(1), device: new Uint8Array(32).fill(5), channel: 'chat', data: utf8('"stranger"') }
    join(alice, createStation(world, world.alice))
    alice.exchange.onMessage([...alice.links.values()][1]!, stranger)
    expect(alice.heard).toEqual([])
  })

  it('is heard once, also where it comes over two ways while tabs take turns at the network', async () => {
    const world = await createTestSpace()
    const [alice, sister, bob] = [world.alice, world.alice, world.bob].map((identity) => createStation(world, identity))
    join(alice!, sister!)
    join(alice!, bob!, world.alice, world.bob)
    join(sister!, bob!, world.alice, world.bob)
    bob!.exchange.send('chat', 'hello')
    expect([alice!.heard, sister!.heard]).toEqual([['bob: "hello"'], ['bob: "hello"']])
  })

  it('comes through as anything at all where it is no JSON: a schema has the last word', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [createStation(world, world.alice), createStation(world, world.bob)]
    join(alice, bob, world.alice, world.bob)
    const message = { id: new Uint8Array(16), device: world.bob.signing.publicKey, channel: 'chat', data: utf8('{') }
    alice.exchange.onMessage(alice.links.get(bob)!, message)
    expect(alice.heard).toEqual(['bob: undefined'])
  })

  it('is refused over 16 KiB and over the rate, and what comes over the rate is dropped until time has passed', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [createStation(world, world.alice), createStation(world, world.bob)]
    join(alice, bob, world.alice, world.bob)
    expect(() => bob.exchange.send('chat', 'x'.repeat(16_384))).toThrow(expect.objectContaining({ code: 'value-too-large' }))
    let sent = 0
    expect(() => {
      for (; ; sent++) bob.exchange.send('chat', sent)
    }).toThrow(expect.objectContaining({ code: 'rate-limited' }))
    expect([sent, alice.heard.length]).toEqual([99, 99])
    await world.clock.run(1_000)
    bob.exchange.send('chat', 'again')
    expect(alice.heard.at(-1)).toBe('bob: "again"')

    const link = alice.links.get(bob)!
    const before = alice.heard.length
    for (let i = 0; i < 1_000; i++) {
      const id = Uint8Array.from({ length: 16 }, (_, place) => (place === 0 ? i % 256 : place === 1 ? i >> 8 : 9))
      alice.exchange.onMessage(link, { id, device: world.bob.signing.publicKey, channel: 'chat', data: utf8('0') })
    }
    expect(alice.heard.length - before).toBeLessThanOrEqual(maxBroadcastRate.burst)
  })
})
