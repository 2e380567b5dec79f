import { describe, expect, it } from 'vitest'
import type { Link } from '../../../src/replication/link/link.ts'
import { createPresenceExchange, type PresenceExchange } from '../../../src/replication/presence/presenceExchange.ts'
import type { Activity, PresenceMessage } from '../../../src/replication/presence/presenceMessage.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import { utf8 } from '../../../src/shared/bytes.ts'
import { createWritable, type Readable } from '../../../src/shared/readable.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createTestSpace, type TestSpace } from '../documents/createTestSpace.ts'

interface Station {
  readonly presence: PresenceExchange
  readonly links: Map<Station, Link>
  seen(): string[]
}

let stationCount = 0

function createStation(world: TestSpace, identity: LocalIdentity, name: string, activity?: Readable<Activity>): Station {
  const links = new Map<Station, Link>()
  const presence = createPresenceExchange({
    clock: world.clock,
    random: createSeededRandom(`station ${stationCount++}`),
    device: identity.signing.publicKey,
    log: world.log,
    ownName: () => name,
    activity,
    links: () => links.values(),
  })
  return { presence, links, seen: () => presence.others.get().map((other) => `${other.name} ${JSON.stringify(other.data)}`) }
}

/** Links two stations; messages arrive at once. `undefined` peers make them tabs of one profile. */
function join(a: Station, b: Station, peerOfA?: LocalIdentity, peerOfB?: LocalIdentity): () => void {
  const end = (to: Station, peer: LocalIdentity | undefined): Link => {
    const link = {
      id: `${Math.random()}`,
      peer: peer && { identity: peer.id, device: peer.deviceId },
      send: (message: { type: string; presence?: PresenceMessage }) => {
        const back = [...to.links.entries()].find(([station]) => station.links.get(to) === link)?.[1]
        if (message.type === 'presence' && back !== undefined) to.presence.onMessage(back, message.presence!)
      },
    } as unknown as Link
    return link
  }
  const [toB, toA] = [end(b, peerOfB), end(a, peerOfA)]
  a.links.set(b, toB)
  b.links.set(a, toA)
  a.presence.onLink(toB)
  b.presence.onLink(toA)
  return () => {
    a.links.delete(b)
    b.links.delete(a)
    a.presence.onUnlink(toB)
    b.presence.onUnlink(toA)
  }
}

describe('presence', () => {
  it('shows each the other, with what is shared, while they are linked', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [createStation(world, world.alice, 'Alice'), createStation(world, world.bob, 'Bob')]
    const part = join(alice, bob, world.alice, world.bob)
    expect([alice.seen(), bob.seen()]).toEqual([['Bob {}'], ['Alice {}']])
    bob.presence.share('cursor', { line: 3 })
    expect(alice.seen()).toEqual(['Bob {"cursor":{"line":3}}'])
    bob.presence.share('cursor', undefined)
    expect(alice.seen()).toEqual(['Bob {}'])
    part()
    expect([alice.seen(), bob.seen()]).toEqual([[], []])
  })

  it('is relayed by the networking tab between its sister tabs and members, not from member to member', async () => {
    const world = await createTestSpace()
    const [lead, sister, bob, rita] = [
      createStation(world, world.alice, 'Alice 1'),
      createStation(world, world.alice, 'Alice 2'),
      createStation(world, world.bob, 'Bob'),
      createStation(world, world.rita, 'Rita'),
    ]
    join(lead, sister)
    join(lead, bob, world.alice, world.bob)
    join(lead, rita, world.alice, world.rita)
    expect(bob.seen()).toEqual(['Alice 1 {}', 'Alice 2 {}'])
    expect(sister.seen()).toEqual(['Alice 1 {}', 'Bob {}', 'Rita {}'])
    expect(rita.seen()).toEqual(['Alice 1 {}', 'Alice 2 {}'])
    sister.presence.share('at', 'x')
    expect(bob.seen()).toContain('Alice 2 {"at":"x"}')
  })

  it('of a sister tab ends for members when that tab ends', async () => {
    const world = await createTestSpace()
    const [lead, sister, bob] = [
      createStation(world, world.alice, 'Alice 1'),
      createStation(world, world.alice, 'Alice 2'),
      createStation(world, world.bob, 'Bob'),
    ]
    const part = join(lead, sister)
    join(lead, bob, world.alice, world.bob)
    expect(bob.seen()).toHaveLength(2)
    part()
    expect(bob.seen()).toEqual(['Alice 1 {}'])
  })

  it('of who is lost without a word is gone within fifteen seconds, and of who is silent and there stays', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [createStation(world, world.alice, 'Alice'), createStation(world, world.bob, 'Bob')]
    join(alice, bob, world.alice, world.bob)
    await world.clock.run(120_000)
    expect(alice.seen()).toEqual(['Bob {}'])
    // Bob's end goes silent without a word.
    bob.links.clear()
    await world.clock.run(8_000)
    expect(alice.seen()).toEqual(['Bob {}'])
    await world.clock.run(7_000)
    expect(alice.seen()).toEqual([])
  })

  it('says when somebody is idle or away, and nothing where a renewal brings nothing new', async () => {
    const world = await createTestSpace()
    const activity = createWritable<Activity>('idle')
    const [alice, bob] = [createStation(world, world.alice, 'Alice'), createStation(world, world.bob, 'Bob', activity)]
    join(alice, bob, world.alice, world.bob)
    const others = alice.presence.others
    expect(others.get()[0]!.activity).toBe('idle')
    let changes = 0
    others.subscribe(() => changes++)
    await world.clock.run(60_000)
    expect(changes).toBe(0)
    for (const next of ['away', 'active'] as const) {
      activity.set(next)
      expect(others.get()[0]!.activity).toBe(next)
    }
    expect(changes).toBe(2)
    bob.presence.dispose()
    activity.set('idle')
    expect(others.get()).toEqual([])
  })

  it('lets a member speak for no device but its own', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [createStation(world, world.alice, 'Alice'), createStation(world, world.bob, 'Bob')]
    join(alice, bob, world.alice, world.bob)
    const link = alice.links.get(bob)!
    const forged: PresenceMessage = {
      instance: new Uint8Array(16).fill(7),
      device: world.rita.signing.publicKey,
      counter: 10 ** 15,
      activity: 'active' as const,
      name: 'Rita',
      data: utf8('{}'),
    }
    alice.presence.onMessage(link, forged)
    expect(alice.seen()).toEqual(['Bob {}'])
    alice.presence.onMessage(link, { ...forged, device: world.bob.signing.publicKey, name: 'Bob 2' })
    expect(alice.seen()).toEqual(['Bob {}', 'Bob 2 {}'])
  })

  it('lets a member not take over or end the instance of another device', async () => {
    const world = await createTestSpace()
    const [alice, bob, rita] = [
      createStation(world, world.alice, 'Alice'),
      createStation(world, world.bob, 'Bob'),
      createStation(world, world.rita, 'Rita'),
    ]
    join(alice, bob, world.alice, world.bob)
    join(alice, rita, world.alice, world.rita)
    const ritas = alice.presence.others.get().find((other) => other.name === 'Rita')!
    const instance = Uint8Array.from(ritas.key.slice(-32).match(/../g)!, (byte) => parseInt(byte, 16))
    for (const here of [true, false]) {
      alice.presence.onMessage(alice.links.get(bob)!, {
        instance,
        device: world.bob.signing.publicKey,
        counter: here ? 2 ** 52 : 2 ** 52 + 1,
        activity: here ? 'active' : 'gone',
        name: 'Bob as Rita',
        data: utf8('{}'),
      })
      expect(alice.seen()).toContain('Rita {}')
    }
    expect(alice.seen()).toEqual(['Bob {}', 'Rita {}'])
  })

  it('shows a device whose number another had said before as its own', async () => {
    const world = await createTestSpace()
    const [alice, bob, rita] = [
      createStation(world, world.alice, 'Alice'),
      createStation(world, world.bob, 'Bob'),
      createStation(world, world.rita, 'Rita'),
    ]
    join(alice, bob, world.alice, world.bob)
    join(bob, rita, world.bob, world.rita)
    const ritas = bob.presence.others.get().find((other) => other.name === 'Rita')!
    const instance = Uint8Array.from(ritas.key.slice(-32).match(/../g)!, (byte) => parseInt(byte, 16))
    const squatting = {
      instance,
      device: world.bob.signing.publicKey,
      counter: 2 ** 52,
      activity: 'active' as const,
      name: 'Bob 2',
      data: utf8('{}'),
    }
    alice.presence.onMessage(alice.links.get(bob)!, squatting)
    join(alice, rita, world.alice, world.rita)
    expect(alice.seen()).toEqual(['Bob {}', 'Bob 2 {}', 'Rita {}'])
  })

  it('ignores an older message, junk in place of data, and more instances of a device than it can have tabs', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [createStation(world, world.alice, 'Alice'), createStation(world, world.bob, 'Bob')]
    join(alice, bob, world.alice, world.bob)
    const link = alice.links.get(bob)!
    const message = {
      instance: new Uint8Array(16).fill(7),
      device: world.bob.signing.publicKey,
      counter: 5,
      activity: 'active' as const,
      name: 'B2',
      data: utf8('{"a":1}'),
    }
    alice.presence.onMessage(link, message)
    alice.presence.onMessage(link, { ...message, counter: 4, data: utf8('{"a":0}') })
    expect(alice.seen()).toContain('B2 {"a":1}')
    alice.presence.onMessage(link, { ...message, counter: 6, data: utf8('[not json') })
    expect(alice.seen()).toContain('B2 {}')
    for (let i = 0; i < 1500; i++)
      alice.presence.onMessage(link, { ...message, instance: new Uint8Array(16).fill(0).map((_, at) => (i >> (at * 4)) & 255) })
    expect(alice.presence.others.get()).toHaveLength(32)
    const rita = createStation(world, world.rita, 'Rita')
    join(alice, rita, world.alice, world.rita)
    expect(alice.seen()).toContain('Rita {}')
  })

  it('says goodbye on dispose, and leaves no timer', async () => {
    const world = await createTestSpace()
    const [alice, bob] = [createStation(world, world.alice, 'Alice'), createStation(world, world.bob, 'Bob')]
    join(alice, bob, world.alice, world.bob)
    bob.presence.dispose()
    expect(alice.seen()).toEqual([])
    alice.presence.dispose()
    expect(world.clock.pendingCount()).toBe(0)
  })
})
