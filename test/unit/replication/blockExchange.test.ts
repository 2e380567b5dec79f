import { describe, expect, it } from 'vitest'
import { createMemorySwarm } from '../../../src/network/memory/memorySwarm.ts'
import type { Connection } from '../../../src/network/network.ts'
import { createBundler } from '../../../src/feed/bundles/createBundler.ts'
import { createBlockExchange, type BlockExchange } from '../../../src/replication/blocks/blockExchange.ts'
import { maxUnsentWanted } from '../../../src/replication/blocks/blockSender.ts'
import { createChannel } from '../../../src/replication/link/channel.ts'
import { createLink, type Link } from '../../../src/replication/link/link.ts'
import {
  decodeLinkMessage,
  encodeLinkMessage,
  maxSparedDevices,
  maxWantedBlocks,
  type LinkMessage,
} from '../../../src/replication/link/linkMessages.ts'
import type { ReceiveOutcome } from '../../../src/feed/blockReceiver.ts'
import { decodeBlock } from '../../../src/feed/block.ts'
import type { FeedKey } from '../../../src/feed/graph/blockGraph.ts'
import type { BlockId, DeviceId } from '../../../src/shared/ids.ts'
import { decodeHeader } from '../../../src/feed/header.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedClock } from '../../../src/testing/simulatedClock.ts'
import { createTestSpace, openReplica, type TestReplica, type TestSpace } from '../documents/createTestSpace.ts'

/** One end of a link without a network: what it sends waits in `out` until it is delivered. */
interface End {
  readonly exchange: BlockExchange
  readonly out: LinkMessage[]
  readonly outcomes: ReceiveOutcome[]
  readonly faults: unknown[]
  take(message: LinkMessage): Promise<void>
}

function createEnd(world: TestSpace, replica: TestReplica, identity = world.alice): End {
  const out: LinkMessage[] = []
  const outcomes: ReceiveOutcome[] = []
  const faults: unknown[] = []
  const link = {
    id: 'test',
    channel: { close: () => out.push({ type: 'unknown' }) },
    send: (message: Parameters<Link['send']>[0]) => {
      const decoded = decodeLinkMessage(encodeLinkMessage(message))
      if (!decoded.ok) throw new Error(`sent what nobody can read: ${message.type}`)
      out.push(decoded.value)
    },
  } as unknown as Link
  const exchange = createBlockExchange({
    link,
    clock: world.clock,
    device: identity.deviceId,
    graph: replica.graph,
    store: replica.store,
    receiver: replica.receiver,
    isMuted: (device) => replica.quotas.muted.get().has(device),
    onFault: (error) => faults.push(error),
  })
  return {
    exchange,
    out,
    outcomes,
    faults,
    async take(message) {
      if (message.type === 'heads') exchange.onHeads(message.heads)
      else if (message.type === 'blocks') {
        const judged = exchange.onBlocks(message.blocks).then((judgements) => outcomes.push(...judgements))
        // What a muted device sent is judged some day, or never.
        if (replica.quotas.muted.get().size === 0) await judged
      } else if (message.type === 'spare') exchange.onSpare(message.devices)
      else if (message.type === 'want') exchange.onWant(message.blocks)
      else if (message.type === 'bundle') outcomes.push(...(await exchange.onBundle(message.bundle)))
      else if (message.type === 'received') exchange.onReceived(message.count)
      await settle()
    },
  }
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0))
}

/** Delivers until neither end has anything to say. */
async function deliverAll(a: End, b: End): Promise<void> {
  await settle()
  while (a.out.length + b.out.length > 0) {
    for (const message of a.out.splice(0)) await b.take(message)
    for (const message of b.out.splice(0)) await a.take(message)
  }
}

async function createTest() {
  const world = await createTestSpace()
  const [alice, bob] = [await openReplica(world, world.alice), await openReplica(world, world.bob)]
  return { world, alice, bob, hers: createEnd(world, alice), his: createEnd(world, bob, world.bob) }
}

async function write(replica: TestReplica, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    replica.documents.root.write((map) => map.set(key, 1))
    replica.documents.tick()
  }
  await replica.documents.flush()
}

const blocksIn = (messages: readonly LinkMessage[]) => messages.flatMap((message) => (message.type === 'blocks' ? message.blocks : []))

function seqOf(block: Uint8Array): number {
  const decoded = decodeBlock(block)
  const header = decoded.ok ? decodeHeader(decoded.value.header) : decoded
  if (!header.ok) throw new Error('no block')
  return header.value.seq
}

/** Bundles what a replica has stored, eight blocks a time, and ends. */
async function bundleAll(world: TestSpace, replica: TestReplica, bundles = 3): Promise<void> {
  const bundler = createBundler({
    ...world,
    ...replica,
    device: world.alice.signing.publicKey,
    slot: replica.documents.slot,
    sizes: { blocks: 8, bundles },
    onFault: (error) => {
      throw error
    },
  })
  await world.clock.run(30_000)
  bundler.dispose()
}

const keys = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `key ${from + i}`)
const typesOf = (messages: readonly LinkMessage[]) =>
  messages.map(({ type }) => type).filter((type) => type === 'blocks' || type === 'bundle')

describe('blockExchange', () => {
  it('gives each end what it lacks, so that nothing has to wait for its past', async () => {
    const { alice, bob, hers, his } = await createTest()
    await write(alice, 'a', 'b', 'c')
    await write(bob, 'd', 'e')
    hers.exchange.sayHeads()
    his.exchange.sayHeads()
    await deliverAll(hers, his)
    expect([alice.graph.size, bob.graph.size]).toEqual([5, 5])
    expect([...hers.outcomes, ...his.outcomes]).toEqual(Array.from({ length: 5 }, () => ({ status: 'accepted' })))
    expect([hers.exchange.isIdle(), his.exchange.isIdle(), hers.exchange.lacking(), his.exchange.lacking()]).toEqual([true, true, 0, 0])
  })

  it('sends nothing that the peer has', async () => {
    const { alice, bob, hers, his } = await createTest()
    await write(alice, 'a', 'b')
    await bob.receive(await alice.allBlocks())
    await write(alice, 'c')
    his.exchange.sayHeads()
    await hers.take(his.out.shift()!)
    expect(blocksIn(hers.out).map(seqOf)).toEqual([2])
  })

  it('sends a bundle as it is stored in place of its blocks, and single blocks after it', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    await write(alice, ...keys(0, 30))
    await bundleAll(world, alice)
    const [bundle] = await alice.store.bundlesOf(alice.graph.heads()[0]!.feed)
    his.exchange.sayHeads()
    await hers.take(his.out.shift()!)
    expect(typesOf(hers.out)).toEqual(['bundle', 'blocks'])
    expect(hers.out[0]).toMatchObject({
      bundle: await alice.storage.readBundle(world.space, bundle!).then((row) => ({ head: row!.head, parts: row!.parts })),
    })
    await deliverAll(hers, his)
    expect([bob.graph.size, his.outcomes.every(({ status }) => status === 'accepted')]).toEqual([30, true])
    expect([hers.exchange.isIdle(), his.exchange.lacking()]).toEqual([true, 0])
  })

  it('stores a bundle as it came, and sends it on to others', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    await write(alice, ...keys(0, 24))
    await bundleAll(world, alice)
    his.exchange.sayHeads()
    await deliverAll(hers, his)
    await bob.store.flush()
    const rows = await bob.storage.readBundles(world.space)
    expect(rows).toEqual(await alice.storage.readBundles(world.space))
    expect((await bob.storage.readHeaders(world.space)).rows).toEqual([])

    const rita = await openReplica(world, world.rita)
    const [hers2, ritas] = [createEnd(world, bob, world.bob), createEnd(world, rita, world.rita)]
    ritas.exchange.sayHeads()
    await deliverAll(hers2, ritas)
    expect(rita.graph.size).toBe(24)
    const again = await openReplica(world, world.bob, { disk: bob.disk })
    expect([again.graph.size, again.faults, again.documents.root.map.size]).toEqual([24, [], 24])
  })

  it('gives a peer who lacks a part of a bundle the whole, of which it takes the rest', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    await write(alice, ...keys(0, 5))
    await bob.receive(await alice.allBlocks())
    await write(alice, ...keys(5, 8))
    await bundleAll(world, alice)
    his.exchange.sayHeads()
    await deliverAll(hers, his)
    expect(his.outcomes.map(({ status }) => status)).toEqual([...keys(0, 5).map(() => 'known'), ...keys(5, 8).map(() => 'accepted')])
    bob.documents.tick()
    expect(bob.documents.root.map.size).toBe(8)
    await bob.store.flush()
    const again = await openReplica(world, world.bob, { disk: bob.disk })
    expect([again.graph.size, again.faults]).toEqual([8, []])
  })

  it('sends what was bundled between the asking and the sending', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    await write(alice, ...keys(0, 8))
    // Another tab bundles, of which this one does not know; and it holds nothing in memory.
    const tab = await openReplica(world, world.alice, { disk: alice.disk })
    const other = await openReplica(world, world.alice, { disk: alice.disk })
    await bundleAll(world, other)
    const end = createEnd(world, tab, world.alice)
    his.exchange.sayHeads()
    hers.out.length = 0
    await deliverAll(end, his)
    expect(bob.graph.size).toBe(8)
  })

  it('sends bundles that another tab has joined since this one learnt of them', async () => {
    const { world, alice, bob, his } = await createTest()
    await write(alice, ...keys(0, 24))
    await bundleAll(world, alice, 100)
    const tab = await openReplica(world, world.alice, { disk: alice.disk })
    const other = await openReplica(world, world.alice, { disk: alice.disk })
    await bundleAll(world, other)
    const end = createEnd(world, tab, world.alice)
    his.exchange.sayHeads()
    await deliverAll(end, his)
    expect([bob.graph.size, end.faults]).toEqual([24, []])
  })

  it('sends a bundle once more where the peer asks for what it lacks of a device again', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    await write(alice, ...keys(0, 8))
    await bundleAll(world, alice)
    his.exchange.sayHeads()
    await hers.take(his.out.pop()!)
    // The peer had no room for it.
    expect(typesOf(hers.out)).toEqual(['bundle'])
    hers.exchange.onReceived(hers.out.splice(0).length)
    his.exchange.spareUs([{ device: world.alice.deviceId, spared: false }])
    await deliverAll(hers, his)
    expect(bob.graph.size).toBe(8)
  })

  it('sends again what the peer asks for by name, as a block or in its bundle, whomever it wants to be spared', async () => {
    const { world, alice, hers, his } = await createTest()
    await write(alice, ...keys(0, 9))
    await bundleAll(world, alice)
    his.exchange.sayHeads()
    await deliverAll(hers, his)
    const [first, last] = [alice.graph.missingFor([])[0]!, alice.graph.missingFor([]).at(-1)!]
    his.exchange.spareUs([{ device: world.alice.deviceId, spared: true }])
    await deliverAll(hers, his)
    his.exchange.want([first.id, last.id, first.id])
    for (const message of his.out.splice(0)) await hers.take(message)
    expect(typesOf(hers.out)).toEqual(['bundle', 'blocks'])
    await deliverAll(hers, his)
    hers.exchange.onWant(['what nobody knows' as BlockId])
    await settle()
    expect(hers.out).toEqual([])
  })

  it('lets no block that is pushed before the peer has said its heads hide those before it', async () => {
    const { alice, bob, hers, his } = await createTest()
    await write(alice, 'a', 'b')
    hers.exchange.sayHeads()
    his.exchange.sayHeads()
    // The link is up, the peer's heads are on their way, and a new edit is stored.
    await write(alice, 'c')
    hers.exchange.push(alice.stored.at(-1)!.node)
    await settle()
    expect(blocksIn(hers.out)).toEqual([])
    expect(hers.exchange.isIdle()).toBe(false)
    await deliverAll(hers, his)
    expect(bob.graph.size).toBe(3)
    expect(his.outcomes).toEqual(Array.from({ length: 3 }, () => ({ status: 'accepted' })))
  })

  it('leaves it to their author to push new blocks, and sends them to a peer who still lacks them a moment later', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    const rita = createEnd(world, await openReplica(world, world.rita), world.rita)
    const toRita = createEnd(world, alice, world.alice)
    toRita.exchange.sayHeads()
    rita.exchange.sayHeads()
    await deliverAll(toRita, rita)

    await write(bob, 'a', 'b')
    await alice.receive(await bob.allBlocks())
    await write(alice, 'c')
    rita.exchange.sayHeads()
    await toRita.take(rita.out.shift()!)
    expect(blocksIn(toRita.out.splice(0)).length).toBe(1)
    await world.clock.run(1400)
    await settle()
    expect(toRita.out).toEqual([])
    await world.clock.run(200)
    await settle()
    expect(blocksIn(toRita.out)).toEqual(await bob.allBlocks())
    expect([hers.out, his.out]).toEqual([[], []])
  })

  it("does not send others' new blocks that the peer names before the moment is over", async () => {
    const { world, alice, bob } = await createTest()
    const rita = await openReplica(world, world.rita)
    const [toRita, fromRita] = [createEnd(world, alice, world.alice), createEnd(world, rita, world.rita)]
    fromRita.exchange.sayHeads()
    await toRita.take(fromRita.out.shift()!)

    await write(bob, 'a')
    const fromBob = await bob.allBlocks()
    await alice.receive(fromBob)
    fromRita.exchange.sayHeads()
    await toRita.take(fromRita.out.shift()!)
    await rita.receive(fromBob)
    fromRita.exchange.sayHeads()
    await toRita.take(fromRita.out.shift()!)
    // A push of our own gives no reason either, not even one that comes out of turn.
    await write(alice, 'b', 'c')
    toRita.exchange.push(alice.stored.at(-1)!.node)
    await world.clock.run(5000)
    await settle()
    expect(blocksIn(toRita.out)).toHaveLength(2)
  })

  it('sends a block that was cut but not stored when the heads came, as soon as it is stored', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    his.exchange.sayHeads()
    alice.disk.quotaBytes = alice.disk.usedBytes
    await write(alice, 'a', 'b')
    expect(alice.stored).toEqual([])
    expect(alice.graph.size).toBe(2)
    // An empty store's memory must not help: it is as if the blocks were still being signed.
    await deliverAll(hers, his)
    alice.disk.quotaBytes = Infinity
    await world.clock.run(5000)
    expect(alice.stored).toHaveLength(2)
    for (const { node } of alice.stored) hers.exchange.push(node)
    await deliverAll(hers, his)
    expect(bob.graph.size).toBe(2)
  })

  it('sends a block that was not stored when the heads came also where its peer is only told of it', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    his.exchange.sayHeads()
    alice.disk.quotaBytes = alice.disk.usedBytes
    await write(alice, 'a', 'b')
    await deliverAll(hers, his)
    alice.disk.quotaBytes = Infinity
    await world.clock.run(5000)
    for (const { node } of alice.stored) hers.exchange.tell(node)
    await deliverAll(hers, his)
    expect(bob.graph.size).toBe(2)
    // One that the peer can have from its author is not sent.
    await write(alice, 'c')
    hers.exchange.tell(alice.stored.at(-1)!.node)
    await deliverAll(hers, his)
    expect(bob.graph.size).toBe(2)
  })

  it('sends a block that was stored while it was being read in vain', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    his.exchange.sayHeads()
    alice.disk.quotaBytes = alice.disk.usedBytes
    await write(alice, 'a')
    const { get } = alice.store
    let answer = (): void => undefined
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    alice.store.get = async (nodes) => {
      await held
      return nodes.map(() => undefined)
    }
    await hers.take(his.out.shift()!)
    alice.disk.quotaBytes = Infinity
    await world.clock.run(5000)
    expect(alice.stored).toHaveLength(1)
    hers.exchange.push(alice.stored[0]!.node)
    alice.store.get = get
    answer()
    await deliverAll(hers, his)
    expect(bob.graph.size).toBe(1)
  })

  it('passes over a block that is damaged on this disk; the peer gets it elsewhere and then the rest', async () => {
    const { world, alice, bob } = await createTest()
    await write(alice, 'a', 'b', 'c')
    const all = await alice.allBlocks()
    // A text's block, say: the space is open, and the block turns out to be unreadable when it is asked for.
    const broken: TestReplica = {
      ...alice,
      store: {
        ...alice.store,
        get: async (nodes) => (await alice.store.get(nodes)).map((block, i) => (nodes[i]!.header.seq === 1 ? undefined : block)),
      },
    }
    const [hers, his] = [createEnd(world, broken), createEnd(world, bob)]
    his.exchange.sayHeads()
    hers.exchange.sayHeads()
    await deliverAll(hers, his)
    expect(bob.graph.size).toBe(1)
    expect(his.exchange.lacking()).toBe(2)
    await bob.receive([all[1]!])
    expect(bob.graph.size).toBe(3)
    expect(his.exchange.lacking()).toBe(0)
  })

  it('goes on when the disk could not be read once, and says so', async () => {
    const { world, alice, bob } = await createTest()
    let failures = 1
    const flaky: TestReplica = {
      ...alice,
      store: {
        ...alice.store,
        get: async (nodes) => {
          if (failures-- > 0) throw new Error('the database was closed under the app')
          return alice.store.get(nodes)
        },
      },
    }
    const [hers, his] = [createEnd(world, flaky), createEnd(world, bob)]
    await write(alice, 'a')
    his.exchange.sayHeads()
    await deliverAll(hers, his)
    expect([hers.faults.length, bob.graph.size, hers.exchange.isIdle()]).toEqual([1, 0, false])
    await write(alice, 'b')
    hers.exchange.push(alice.stored.at(-1)!.node)
    await deliverAll(hers, his)
    expect(bob.graph.size).toBe(2)
    failures = 1
    await write(alice, 'c')
    hers.exchange.push(alice.stored.at(-1)!.node)
    await world.clock.run(2000)
    await deliverAll(hers, his)
    expect(bob.graph.size).toBe(3)
  })

  it('sends what lies behind a damaged block once, not again with each new one', async () => {
    const { world, alice, bob } = await createTest()
    await write(alice, 'a', 'b', 'c', 'd')
    const broken: TestReplica = {
      ...alice,
      store: {
        ...alice.store,
        get: async (nodes) => (await alice.store.get(nodes)).map((block, i) => (nodes[i]!.header.seq === 1 ? undefined : block)),
      },
    }
    const [hers, his] = [createEnd(world, broken), createEnd(world, bob)]
    his.exchange.sayHeads()
    await hers.take(his.out.shift()!)
    for (const key of ['e', 'f']) {
      await write(alice, key)
      hers.exchange.push(alice.stored.at(-1)!.node)
      await settle()
    }
    expect(blocksIn(hers.out).map(seqOf)).toEqual([0, 2, 3, 4, 5])
  })

  it('acknowledges also what a fault of our own keeps from being judged, so that the peer goes on', async () => {
    const { world, bob } = await createTest()
    const receiver = { ...bob.receiver, receive: () => Promise.reject(new Error('a fault of ours')) }
    const his = createEnd(world, { ...bob, receiver })
    await expect(his.exchange.onBlocks([new Uint8Array(1)])).rejects.toThrow('a fault of ours')
    expect(his.out).toEqual([{ type: 'received', count: 1 }])
  })

  it('closes on a peer that makes up ever new feeds', async () => {
    const { his } = await createTest()
    const heads = (round: number) =>
      Array.from({ length: 10_000 }, (_, i) => ({ feed: `${round}/${i}` as FeedKey, seq: 0, id: `${round}/${i}` as BlockId }))
    his.exchange.onHeads(heads(1))
    his.exchange.onHeads(heads(1))
    expect(his.out).toEqual([])
    his.exchange.onHeads(heads(2))
    expect(his.out).toEqual([{ type: 'unknown' }])
  })

  it('runs no more than 16 messages ahead of what the peer has worked through', async () => {
    const { alice, hers, his } = await createTest()
    for (let i = 0; i < 1200; i++) {
      alice.documents.root.write((map) => map.set(`k${i}`, i))
      alice.documents.tick()
    }
    await alice.documents.flush()
    his.exchange.sayHeads()
    await hers.take(his.out.shift()!)
    await settle()
    const sent = hers.out.filter((message) => message.type === 'blocks')
    expect(sent).toHaveLength(16)
    expect(hers.exchange.isIdle()).toBe(false)
    hers.exchange.onReceived(1)
    await settle()
    expect(hers.out.filter((message) => message.type === 'blocks')).toHaveLength(17)
    // An acknowledgement of what was never sent opens no flood.
    hers.exchange.onReceived(2 ** 50)
    await settle()
    expect(hers.out.filter((message) => message.type === 'blocks').length).toBeLessThanOrEqual(17 + 16)
  })

  it('keeps nobody waiting for a device that is muted, and gets all of it when it is not any more', async () => {
    const { world, alice, bob, hers, his } = await createTest()
    const rita = await openReplica(world, world.rita)
    const [theirs, forRita] = [createEnd(world, rita), createEnd(world, alice)]
    await write(bob, ...Array.from({ length: 1_500 }, (_, i) => `flood ${i}`))
    await alice.receive(await bob.allBlocks())
    rita.quotas.mute(world.bob.deviceId, 'user')
    theirs.exchange.sayHeads()
    await deliverAll(forRita, theirs)
    // More than a window has come and waits, and all of it is acknowledged.
    expect([rita.graph.size, forRita.exchange.isIdle(), theirs.exchange.lacking()]).toEqual([0, true, 0])
    expect(rita.receiver.queued()).toBe(1_500)
    theirs.exchange.spareUs([{ device: world.bob.deviceId, spared: true }])
    await deliverAll(forRita, theirs)
    await write(bob, 'more')
    await bob.documents.flush()
    await alice.receive([(await bob.allBlocks()).at(-1)!])
    forRita.exchange.push(alice.graph.node(bob.stored.at(-1)!.node.id)!)
    await deliverAll(forRita, theirs)
    expect(rita.receiver.queued()).toBe(1_500)
    // Alice's block rests on all that bob has written.
    await write(alice, 'an answer')
    forRita.exchange.push(alice.stored.at(-1)!.node)
    await deliverAll(forRita, theirs)
    expect(rita.graph.size).toBe(1_502)
    await write(bob, 'and more', 'and more still')
    const last = (await bob.allBlocks()).slice(-2)
    await alice.receive(last)
    for (const { node } of bob.stored.slice(-2)) forRita.exchange.push(node)
    await deliverAll(forRita, theirs)
    expect([rita.graph.size, forRita.exchange.isIdle()]).toEqual([1_502, true])
    rita.quotas.unmute(world.bob.deviceId)
    rita.receiver.wake()
    theirs.exchange.spareUs([{ device: world.bob.deviceId, spared: false }])
    await deliverAll(forRita, theirs)
    expect([rita.graph.size, forRita.exchange.isIdle(), theirs.exchange.lacking()]).toEqual([1_504, true, 0])
    expect([hers.out, his.out]).toEqual([[], []])
  })

  it('closes on a peer that asks to be spared ever new devices', async () => {
    const { his } = await createTest()
    const devices = (round: number, spared: boolean) =>
      Array.from({ length: 1_000 }, (_, i) => ({ device: `${round}/${i}` as DeviceId, spared }))
    his.exchange.onSpare(devices(1, true))
    his.exchange.onSpare(devices(1, true))
    expect(his.out).toEqual([])
    his.exchange.onSpare(devices(2, true))
    expect(his.out).toEqual([{ type: 'unknown' }])
    const { hers } = await createTest()
    for (const round of [1, 2]) hers.exchange.onSpare(devices(round, false))
    expect(hers.out).toEqual([{ type: 'unknown' }])
  })

  describe('whose peer asks for all blocks of a big space by name and acknowledges nothing', () => {
    /** Of the space there is only the graph, and that knows nothing but names and feeds. */
    function createAsked(blocks: number) {
      const nodes = new Map(
        Array.from({ length: blocks }, (_, i) => {
          const header = { seq: i, previous: new Uint8Array(32), dependencies: [] }
          return [`block ${i}` as BlockId, { id: `block ${i}`, feed: `author/${i % 7}`, branch: i % 7, header }] as const
        }),
      )
      let isClosed = false
      const exchange = createBlockExchange({
        link: { send: () => {}, channel: { close: () => (isClosed = true) } },
        clock: createSimulatedClock(),
        device: 'own',
        graph: { node: (id: BlockId) => nodes.get(id) },
        store: { bundleOf: () => undefined, get: () => new Promise(() => {}) },
        onFault: () => {},
      } as unknown as Parameters<typeof createBlockExchange>[0])
      const ids = [...nodes.keys()]
      for (let i = 0; i < ids.length; i += maxWantedBlocks) exchange.onWant(ids.slice(i, i + maxWantedBlocks))
      return { exchange, ids, isClosed: () => isClosed }
    }

    it('goes through them once when the peer names a thousand devices of which to begin anew', { timeout: 60_000 }, () => {
      const { exchange, isClosed } = createAsked(30_000)
      const devices = Array.from({ length: maxSparedDevices }, (_, i) => ({ device: `made up ${i}` as DeviceId, spared: false }))
      const begun = performance.now()
      exchange.onSpare(devices)
      exchange.onSpare(devices.map(() => ({ device: 'made up' as DeviceId, spared: false })))
      // Once for each device it takes a hundred times as long.
      expect(performance.now() - begun).toBeLessThan(2_000)
      expect(isClosed()).toBe(true)
    })

    it('closes beyond what an honest peer can ask for, and counts nothing twice', () => {
      const { exchange, ids, isClosed } = createAsked(maxUnsentWanted)
      exchange.onWant([...ids.slice(0, 500), ...ids.slice(0, 500)])
      expect(isClosed()).toBe(false)
      expect(createAsked(maxUnsentWanted + 1).isClosed()).toBe(true)
      // Those that were sent, or are asked for anew, make room.
      exchange.onSpare([{ device: 'author' as DeviceId, spared: false }])
      exchange.onWant(ids.slice(0, 1000))
      expect(isClosed()).toBe(false)
    })
  })

  it('says heads once for many blocks, within a second', async () => {
    const { world, alice, hers } = await createTest()
    await write(alice, 'a')
    const { node } = alice.stored[0]!
    for (let i = 0; i < 10; i++) hers.exchange.tell(node)
    await world.clock.run(999)
    expect(hers.out).toEqual([])
    await world.clock.run(1)
    expect(hers.out.map(({ type }) => type)).toEqual(['heads'])
    hers.exchange.tell(node)
    hers.exchange.dispose()
    await world.clock.run(5000)
    expect(hers.out).toHaveLength(1)
  })

  it('catches up with 5,000 blocks over a real channel, with progress, while presence passes by', { timeout: 60_000 }, async () => {
    const { world, alice, bob } = await createTest()
    for (let i = 0; i < 5000; i++) {
      alice.documents.root.write((map) => map.set(`k${i}`, 'x'.repeat(100)))
      alice.documents.tick()
    }
    await alice.documents.flush()
    const swarm = createMemorySwarm({ clock: world.clock, random: createSeededRandom(1), latencyMs: [20, 20], connectMs: [1, 1] })
    const connections: Connection[] = []
    for (const name of ['alice', 'bob'])
      swarm.peer(name).enter({ name: 'r', password: 'p' }, (connection) => void connections.push(connection))
    await world.clock.run(5)
    const links = connections.map((connection) => createLink(createChannel(connection, undefined), undefined))
    const ends = [alice, bob].map((replica, i) =>
      createBlockExchange({
        link: links[i]!,
        clock: world.clock,
        device: [world.alice, world.bob][i]!.deviceId,
        graph: replica.graph,
        store: replica.store,
        receiver: replica.receiver,
        isMuted: () => false,
        onFault: () => {},
      }),
    )
    const progress: number[] = []
    let mostQueued = 0
    let pongAt = 0
    links.forEach((link, i) => {
      link.channel.onMessage = (bytes) => {
        const message = decodeLinkMessage(bytes)
        if (!message.ok) throw new Error('unreadable')
        if (message.value.type === 'heads') ends[i]!.onHeads(message.value.heads)
        if (message.value.type === 'received') ends[i]!.onReceived(message.value.count)
        if (message.value.type === 'ping') link.send({ type: 'pong' })
        if (message.value.type === 'pong') pongAt = world.clock.now()
        if (message.value.type === 'blocks') {
          mostQueued = Math.max(mostQueued, links[0]!.channel.queuedBytes())
          void ends[i]!.onBlocks(message.value.blocks).then(() => progress.push(ends[i]!.lacking()))
        }
      }
    })
    const startedAt = performance.now()
    for (const end of ends) end.sayHeads()
    await world.clock.run(60)
    const askedAt = world.clock.now()
    links[0]!.send({ type: 'ping' })
    await world.clock.runUntil(() => pongAt > 0)
    const halfway = bob.graph.size
    await world.clock.runUntil(() => bob.graph.size === 5000, 60_000)
    const ms = performance.now() - startedAt
    // The ping overtook what was queued: a round trip is 40 ms.
    expect(halfway).toBeLessThan(5000)
    expect(pongAt - askedAt).toBeLessThanOrEqual(120)
    expect(progress.length).toBeGreaterThan(20)
    expect(progress).toEqual([...progress].sort((a, b) => b - a))
    expect(mostQueued).toBeLessThan(2 * 1024 * 1024)
    bob.documents.tick()
    expect(bob.documents.root.map.size).toBe(5000)
    expect(ms).toBeLessThan(30_000)
  })
})
