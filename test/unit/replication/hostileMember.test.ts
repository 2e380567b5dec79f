import { describe, expect, it } from 'vitest'
import { createRemoval } from '../../../src/access/making/createEnd.ts'
import { epochRendezvous } from '../../../src/access/keys/epochKeys.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import type { MemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import { maxUnacknowledged } from '../../../src/replication/blocks/blockIntake.ts'
import { createLink, type Link } from '../../../src/replication/link/link.ts'
import { linkHandshake } from '../../../src/replication/link/linkHandshake.ts'
import { maxQuestions } from '../../../src/replication/link/linkLimits.ts'
import { decodeLinkMessage, type LinkMessage } from '../../../src/replication/link/linkMessages.ts'
import { peerPatienceMs } from '../../../src/replication/blocks/peerProgress.ts'
import { maxStrains } from '../../../src/replication/blocks/peerPatience.ts'
import { utf8 } from '../../../src/shared/bytes.ts'
import { feedKeyOf } from '../../../src/feed/feedKey.ts'
import { idBytes, toId, type BlockId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createPerson } from '../access/people.ts'
import { createTestSpace, type TestSpace } from '../documents/createTestSpace.ts'
import { createSide, createSwarm } from './sideFixtures.ts'

/** A member's keys in the hands of code that does as it likes with each link it gets. */
function enterAs(world: TestSpace, swarm: MemorySwarm, identity: LocalIdentity, onLink: (link: Link) => void) {
  const { crypto, clock, space, log, keyRing } = world
  const key = keyRing.newest()!
  const { room, password } = epochRendezvous(crypto, idBytes(space), key.key)
  const random = createSeededRandom('hostile')
  const seen = { handshakes: 0, messages: [] as LinkMessage['type'][] }
  swarm.peer('mel').enter({ name: room, password }, (connection) => {
    void linkHandshake(connection, { crypto, clock, random, identity, space, key, log }).then((secure) => {
      if (!secure.ok) return
      seen.handshakes++
      const link = createLink(secure.value.channel, undefined)
      link.channel.onMessage = (bytes) => {
        const message = decodeLinkMessage(bytes)
        if (message.ok) seen.messages.push(message.value.type)
      }
      link.send({ type: 'ready' })
      onLink(link)
    })
  })
  return seen
}

/** Alice and Rita are honest, Bob's keys are not in honest hands. */
async function createAttack(onLink: (link: Link) => void) {
  const world = await createTestSpace()
  const [hers, ritas] = [await createSide(world, world.alice), await createSide(world, world.rita)]
  const swarm = createSwarm(world)
  hers.replication.enterNetwork(swarm.peer('alice'))
  ritas.replication.enterNetwork(swarm.peer('rita'))
  await world.clock.run(1_000)
  const seen = enterAs(world, swarm, world.bob, onLink)
  /** Whether the honest two still work together. */
  async function assertHonestWork(): Promise<void> {
    const before = ritas.replica.graph.size
    hers.replica.documents.root.write((map) => map.set(`after ${before}`, 1))
    hers.replica.documents.tick()
    await hers.replica.documents.flush()
    for (const { node } of hers.replica.stored.slice(-1)) hers.replication.announce(node)
    await world.clock.run(2_000)
    expect(ritas.replica.graph.size).toBe(before + 1)
    expect([hers.barred, ritas.barred].flat().filter(([device]) => device !== world.bob.deviceId)).toEqual([])
    expect([hers.faults, ritas.faults]).toEqual([[], []])
  }
  return { world, hers, ritas, swarm, seen, assertHonestWork }
}

const blocks = (count: number): readonly Uint8Array[] => Array.from({ length: count }, (_, i) => Uint8Array.of(i, 1, 2, 3))
const presence = (world: TestSpace, n: number, instance = 1, bytes = 0) =>
  ({
    type: 'presence',
    presence: {
      instance: new Uint8Array(16).fill(instance),
      device: world.bob.signing.publicKey,
      counter: n,
      activity: 'active',
      name: `n${n}`,
      data: utf8(JSON.stringify({ x: 'x'.repeat(bytes) })),
    },
  }) as const

describe('a hostile member', () => {
  it('who sends junk in place of blocks is closed, and comes back ever more seldom', async () => {
    const { world, hers, seen, assertHonestWork } = await createAttack((link) =>
      link.send({ type: 'blocks', blocks: blocks(2 * maxStrains) }, 'bulk'),
    )
    await world.clock.run(300_000)
    expect(hers.barred.slice(0, 4).map(([device, ms]) => [device, ms])).toEqual(
      [1_000, 2_000, 4_000, 8_000].map((ms) => [world.bob.deviceId, ms]),
    )
    // Two honest ones shut him out, and a connection that is shut out is kept, so that he does not come again at once.
    expect(hers.barred.length).toBeLessThan(12)
    expect(seen.handshakes).toBeLessThan(60)
    await assertHonestWork()
  })

  it('who sends junk now and then is put up with', async () => {
    const { world, hers, assertHonestWork } = await createAttack((link) =>
      link.send({ type: 'blocks', blocks: blocks(maxStrains) }, 'bulk'),
    )
    await world.clock.run(10_000)
    expect(hers.barred).toEqual([])
    expect(hers.replication.state.get().peers).toBe(2)
    await assertHonestWork()
  })

  it('who is removed, and whose code does not care, gets the end and from then on neither presence nor blocks nor names', async () => {
    const links: Link[] = []
    const { world, hers, ritas, seen } = await createAttack((link) => links.push(link))
    await world.clock.run(1_000)
    hers.replication.presence.share('cursor', 1)
    await world.clock.run(100)
    expect(seen.messages).toContain('presence')
    const { log } = hers
    await log.add(await createRemoval({ log, signer: world.alice, identity: world.bob.id, blocks: [] }))
    seen.messages.length = 0
    for (const side of [hers, ritas]) side.replication.presence.share('cursor', 2)
    await world.clock.run(200)
    // Who has not heard of it yet may say something meanwhile.
    expect(seen.messages.filter((type) => type !== 'ops').length).toBeLessThanOrEqual(1)
    seen.messages.length = 0
    for (const side of [hers, ritas]) side.replication.presence.share('cursor', 3)
    await world.clock.run(20_000)
    expect(seen.messages.filter((type) => type !== 'ops' && type !== 'ready')).toEqual([])
    expect(links.every(({ channel }) => channel.isClosed)).toBe(true)
    expect(hers.replication.presence.others.get().map(({ identity }) => identity)).toEqual([world.rita.id])
  })

  it('who sends what is no message is closed at once', async () => {
    const { world, hers, assertHonestWork } = await createAttack((link) => link.channel.send(Uint8Array.of(0x41, 0xff), 'bulk'))
    await world.clock.run(500)
    expect(hers.barred.length).toBe(1)
    await assertHonestWork()
  })

  it('whom the log never names has ten seconds to change that, however awake it is', async () => {
    const world = await createTestSpace()
    const hers = await createSide(world, world.alice)
    const swarm = createSwarm(world)
    hers.replication.enterNetwork(swarm.peer('alice'))
    const links: Link[] = []
    enterAs(world, swarm, await createPerson(world.crypto), (link) => {
      links.push(link)
      const ask = (): void => {
        link.send({ type: 'ping' })
        world.clock.after(1_000, ask)
      }
      ask()
    })
    await world.clock.run(9_000)
    expect(links.map(({ channel }) => channel.isClosed)).toEqual([false])
    await world.clock.run(1_500)
    expect(links[0]!.channel.isClosed).toBe(true)
    expect(hers.replication.state.get().peers).toBe(0)
  })

  it('who asks without end gets so many answers, and then none', async () => {
    const { world, hers, seen, assertHonestWork } = await createAttack((link) => {
      for (let i = 0; i < 10 * maxQuestions.burst; i++) link.send({ type: 'ping' })
    })
    await world.clock.run(900)
    expect(hers.barred.length).toBe(1)
    expect(seen.messages.filter((type) => type === 'pong').length).toBeLessThanOrEqual(2 * (maxQuestions.burst + maxQuestions.perSecond))
    await assertHonestWork()
  })

  it('who sends blocks without waiting for acknowledgements is closed before they fill the memory', async () => {
    let mostQueued = 0
    const { world, hers, assertHonestWork } = await createAttack((link) => {
      hers.quotas.mute(world.rita.deviceId, 'user')
      for (let i = 0; i < 10 * maxUnacknowledged; i++) link.send({ type: 'blocks', blocks: blocks(1) }, 'bulk')
    })
    for (let i = 0; i < 50; i++) {
      await world.clock.run(10)
      mostQueued = Math.max(mostQueued, hers.replica.receiver.queued())
    }
    expect(hers.barred.length).toBe(1)
    expect(mostQueued).toBeLessThanOrEqual(maxUnacknowledged)
    await assertHonestWork()
  })

  it('who makes up operations is closed', async () => {
    const { world, hers, assertHonestWork } = await createAttack((link) =>
      link.send({ type: 'ops', operations: blocks(100).map((bytes) => Uint8Array.of(1, ...bytes)) }),
    )
    await world.clock.run(500)
    expect(hers.barred.length).toBe(1)
    await assertHonestWork()
  })

  it.each<[string, (world: TestSpace, link: Link) => void]>([
    ['says no heads', () => {}],
    [
      'acknowledges nothing',
      (_world, link) => {
        link.send({ type: 'heads', heads: [] })
      },
    ],
    [
      'names a block that nobody has, and more of them each time',
      (world, link) => {
        const feed = feedKeyOf(world.bob.signing.publicKey, 1)
        let seq = 0
        const lie = (): void => {
          link.send({ type: 'heads', heads: [{ feed, seq: seq++, id: toId<BlockId>(new Uint8Array(32).fill(9)) }] })
          world.clock.after(10_000, lie)
        }
        lie()
      },
    ],
    [
      'names a block far ahead that nobody has, and one less of them each time',
      (world, link) => {
        const feed = feedKeyOf(world.bob.signing.publicKey, 1)
        let seq = 1_000_000
        const lie = (): void => {
          link.send({ type: 'heads', heads: [{ feed, seq: seq--, id: toId<BlockId>(new Uint8Array(32).fill(9)) }] })
          world.clock.after(10_000, lie)
        }
        lie()
      },
    ],
  ])('who %s, but is awake, keeps nobody syncing for longer than a minute', async (_, misbehave) => {
    const { world, hers, assertHonestWork } = await createAttack((link) => {
      const answer = link.channel.onMessage
      link.channel.onMessage = (bytes) => {
        const message = decodeLinkMessage(bytes)
        if (message.ok && message.value.type === 'ping') link.send({ type: 'pong' })
        return answer?.(bytes)
      }
      misbehave(world, link)
    })
    await assertHonestWork()
    await world.clock.run(10_000)
    const { lacking, delivered, peers } = hers.replication.state.get()
    expect(peers).toBe(2)
    expect(lacking === 0 && delivered).toBe(false)
    await world.clock.run(peerPatienceMs)
    expect(hers.replication.state.get()).toMatchObject({ peers: 2, lacking: 0, delivered: true })
    await assertHonestWork()
  })

  it('whose presence storms is shown at a bearable rate, with its last state, and delays no one', async () => {
    let n = 0
    let shown = 0
    const links: Link[] = []
    const { world, hers, assertHonestWork } = await createAttack((link) => links.push(link))
    hers.replication.presence.others.subscribe(() => shown++)
    await world.clock.run(500)
    for (let i = 0; i < 100; i++) {
      for (let k = 0; k < 100; k++) {
        n++
        for (const link of links) link.send(presence(world, n, 1 + (n % 3)))
      }
      await world.clock.run(10)
    }
    // 10,000 messages in a second; what is shown of them is the burst and a second's worth.
    expect(shown).toBeLessThan(400)
    await world.clock.run(1_000)
    const names = hers.replication.presence.others.get().map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([`n${n}`, `n${n - 1}`, `n${n - 2}`]))
    await assertHonestWork()
  })
})

describe('an honest member', () => {
  it('who shares a cursor at every move of the mouse loses no last state, and sends a bearable number', async () => {
    const world = await createTestSpace()
    const [hers, his] = [await createSide(world, world.alice), await createSide(world, world.bob)]
    const swarm = createSwarm(world)
    hers.replication.enterNetwork(swarm.peer('alice'))
    his.replication.enterNetwork(swarm.peer('bob'))
    await world.clock.run(1_000)
    let frames = 0
    swarm.tap((from, _to, frame) => {
      if (from === 'bob') frames++
      return frame
    })
    for (let x = 0; x < 1_000; x++) {
      his.replication.presence.share('cursor', { x })
      await world.clock.run(4)
    }
    await world.clock.run(200)
    expect(hers.replication.presence.others.get().map(({ data }) => data)).toEqual([{ cursor: { x: 999 } }])
    expect(frames).toBeLessThan(30 + 4 * 31 + 10)
  })
})
