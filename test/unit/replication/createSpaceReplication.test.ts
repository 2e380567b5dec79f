import { describe, expect, it } from 'vitest'
import { signOperation } from '../../../src/access/operation.ts'
import type { Block } from '../../../src/feed/block.ts'
import type { Network } from '../../../src/network/network.ts'
import { decodeHeader } from '../../../src/feed/header.ts'
import { idBytes } from '../../../src/shared/ids.ts'
import { admit, createPerson, seededCrypto } from '../access/people.ts'
import { createTestSpace, type TestSpace } from '../documents/createTestSpace.ts'
import { createSide, createSwarm } from './sideFixtures.ts'

/** An operation of a kind that this version keeps and passes on. */
function createStatement(world: TestSpace, bytes: number, parents = world.log.heads()): Promise<Uint8Array> {
  const { log, alice, space } = world
  const body = new Uint8Array(bytes)
  const { as } = log.signingEntry(alice.id, alice.deviceId, 'reader')!
  return signOperation(alice.signing, { space: idBytes(space), kind: 99, as, by: alice.record.sign, parents, body })
}

/** Carol was admitted while Bob was away: who she is he learns from her. */
async function createNewcomer() {
  const world = await createTestSpace()
  const his = await createSide(world, world.bob)
  const carol = await createPerson(world.crypto)
  await admit(world, world.alice, carol, 'editor')
  await world.log.add(await createStatement(world, 1))
  return { world, swarm: createSwarm(world), his, hers: await createSide(world, carol) }
}

describe('the replication of a space', () => {
  it('hands over more operations than one message holds', async () => {
    const world = await createTestSpace()
    const [hers, his] = [await createSide(world, world.alice), await createSide(world, world.bob)]
    for (let i = 0; i < 40; i++) await hers.log.add(await createStatement(world, 60_000 + i))
    const swarm = createSwarm(world)
    hers.replication.enterNetwork(swarm.peer('alice'))
    his.replication.enterNetwork(swarm.peer('bob'))
    await world.clock.run(9_000)
    expect(his.replication.state.get().peers).toBe(1)
    expect(his.log.operations()).toHaveLength(hers.log.operations().length)
  })

  it('gets what it had no room for from a peer that counts it as sent, once the block has come on which it all rests', async () => {
    const world = await createTestSpace()
    const isFirst = (block: Block): boolean => {
      const header = decodeHeader(block.header)
      return header.ok && header.value.seq === 0
    }
    const hers = await createSide(world, world.alice, { alter: (block) => (isFirst(block) ? undefined : block) })
    const his = await createSide(world, world.bob, { heldLimits: { blocks: 16, bytes: 1_000_000 } })
    for (let i = 0; i < 100; i++) {
      hers.documents.root.write((map) => map.set(`key ${i}`, 1))
      hers.documents.tick()
    }
    await hers.documents.flush()
    const swarm = createSwarm(world)
    hers.replication.enterNetwork(swarm.peer('alice'))
    his.replication.enterNetwork(swarm.peer('bob'))
    await world.clock.run(20_000)
    expect([his.receiver.held, his.replica.graph.size, his.replication.state.get().lacking]).toEqual([16, 0, 100])
    await his.replica.receive((await hers.replica.allBlocks()).slice(0, 1))
    await world.clock.run(5_000)
    expect([his.receiver.held, his.replica.graph.size, his.replication.state.get()]).toEqual([
      0,
      100,
      expect.objectContaining({ lacking: 0, peers: 1 }),
    ])
  })

  it('gives a block that a full disk did not take when the peer asked for it also to a peer that was silent when there was room', async () => {
    const world = await createTestSpace()
    const [hers, his] = [await createSide(world, world.alice), await createSide(world, world.bob)]
    hers.replica.disk.quotaBytes = hers.replica.disk.usedBytes
    hers.documents.root.write((map) => map.set('key', 1))
    await hers.documents.flush()
    const swarm = createSwarm(world)
    hers.replication.enterNetwork(swarm.peer('alice'))
    his.replication.enterNetwork(swarm.peer('bob'))
    await world.clock.run(2_000)
    expect([his.replica.graph.size, his.replication.state.get().lacking]).toEqual([0, 1])
    // As on a machine that wakes up: for a moment everyone seems to have been silent for long, and too short for a new link.
    swarm.tap((from, _to, frame) => (from === 'bob' ? undefined : frame))
    await world.clock.run(20_000)
    expect(hers.replication.state.get().peers).toBe(1)
    hers.replica.disk.quotaBytes = Infinity
    await world.clock.run(2_000)
    hers.replication.announce(hers.replica.stored[0]!.node)
    swarm.tap((_from, _to, frame) => frame)
    await world.clock.run(5_000)
    expect([his.replica.graph.size, his.replication.state.get().lacking]).toEqual([1, 0])
  })

  it('is shut out by no peer for asking again, however often a member makes it drop blocks and have room again', async () => {
    const world = await createTestSpace()
    const [hers, his] = [await createSide(world, world.alice), await createSide(world, world.bob)]
    const swarm = createSwarm(world)
    hers.replication.enterNetwork(swarm.peer('alice'))
    his.replication.enterNetwork(swarm.peer('bob'))
    await world.clock.run(1_000)
    for (let i = 0; i < 200; i++) {
      his.wantAgain(world.alice.deviceId)
      await world.clock.run(50)
    }
    expect(hers.barred).toEqual([])
    expect(his.replication.state.get().peers).toBe(1)
  })

  it('keeps to what a peer takes before it has verified the proof, however slow it is', async () => {
    // Which end speaks first is drawn anew each time.
    for (let round = 0; round < 6; round++) {
      const world = await createTestSpace(seededCrypto(`round ${round}`))
      const hers = await createSide(world, world.alice)
      for (let i = 0; i < 4; i++) await hers.log.add(await createStatement(world, 10_000 + i))
      const his = await createSide(world, world.bob)
      his.pace.verifyMs = 100
      const swarm = createSwarm(world)
      let hellos = 0
      swarm.tap((_from, _to, frame) => {
        if (frame[0] === 1) hellos++
        return frame
      })
      hers.replication.enterNetwork(swarm.peer('alice'))
      his.replication.enterNetwork(swarm.peer('bob'))
      await world.clock.run(5_000)
      expect([round, his.replication.state.get().peers, hellos]).toEqual([round, 1, 2])
      expect(his.log.operations()).toHaveLength(hers.log.operations().length)
    }
  })

  it('has one lasting link with a peer whom it learns to be a member from the operations that the peer sends', async () => {
    const { world, swarm, hers, his } = await createNewcomer()
    hers.replication.enterNetwork(swarm.peer('carol'))
    his.replication.enterNetwork(swarm.peer('bob'))
    await world.clock.run(1_000)
    expect([hers.replication.state.get().peers, his.replication.state.get().peers]).toEqual([1, 1])
    const links = swarm.linkCount()
    let closed = 0
    swarm.tap((_from, _to, frame) => {
      if (frame[0] === 1) closed++
      return frame
    })
    await world.clock.run(120_000)
    expect([links, closed, his.replication.state.get().peers]).toEqual([1, 0, 1])
  })

  it('has no link with a peer that was gone before its operations were read', async () => {
    const { world, swarm, hers, his } = await createNewcomer()
    const before = his.log.operations().length
    his.pace.verifyMs = 100
    hers.replication.enterNetwork(swarm.peer('carol'))
    his.replication.enterNetwork(swarm.peer('bob'))
    await world.clock.runUntil(() => hers.replication.state.get().peers === 1)
    await world.clock.run(50)
    expect(his.log.operations()).toHaveLength(before)
    swarm.partition([['carol'], ['bob']])
    await world.clock.run(60_000)
    expect(his.log.operations()).toHaveLength(hers.log.operations().length)
    expect([hers.replication.state.get().peers, his.replication.state.get().peers]).toEqual([0, 0])
  })

  it('hands over an operation that comes at any moment of the handshake', async () => {
    for (let moment = 0; moment < 12; moment++) {
      const { world, swarm, hers, his } = await createNewcomer()
      const statement = await createStatement(world, 2, his.log.heads())
      let frames = 0
      swarm.tap((_from, _to, frame) => {
        if (frames++ === moment) void his.log.add(statement)
        return frame
      })
      his.pace.verifyMs = 100
      hers.replication.enterNetwork(swarm.peer('carol'))
      his.replication.enterNetwork(swarm.peer('bob'))
      await world.clock.run(5_000)
      expect(frames).toBeGreaterThan(moment)
      const total = world.log.operations().length + 1
      expect(
        [hers, his].map(({ log }) => log.operations().length),
        `frame ${moment}`,
      ).toEqual([total, total])
    }
  })

  it('goes on after a network that let it into no room', async () => {
    const world = await createTestSpace()
    const [hers, his] = [await createSide(world, world.alice), await createSide(world, world.bob)]
    const swarm = createSwarm(world)
    const network = swarm.peer('alice')
    const closed: Network = {
      ...network,
      enter: () => {
        throw new Error('no room')
      },
    }
    hers.replication.enterNetwork(closed)
    await world.clock.run(100)
    await hers.replication.leaveNetwork()
    hers.replication.enterNetwork(network)
    his.replication.enterNetwork(swarm.peer('bob'))
    await world.clock.run(2_000)
    expect(hers.faults).toEqual([new Error('no room')])
    expect(his.replication.state.get().peers).toBe(1)
  })

  it.each(['blocks', 'operations'])('keeps and passes on %s of a newer version, says so once, and goes on with all else', async (what) => {
    const world = await createTestSpace()
    const [carol, dave] = [await createPerson(world.crypto), await createPerson(world.crypto)]
    for (const person of [carol, dave]) await admit(world, world.alice, person, 'editor')
    const ofVersion2 = (bytes: Uint8Array) => Uint8Array.of(2, ...bytes.subarray(1))
    const future = await createSide(world, carol, {
      ...(what === 'blocks' ? { alter: (block: Block) => ({ ...block, header: ofVersion2(block.header) }) } : {}),
      operations: what === 'operations' ? [ofVersion2(await createStatement(world, 1))] : [],
    })
    for (const key of ['a', 'b']) {
      future.documents.root.write((map) => map.set(key, 1))
      await future.documents.flush()
    }
    const [his, hers, late] = [await createSide(world, world.bob), await createSide(world, world.alice), await createSide(world, dave)]
    his.documents.root.write((map) => map.set('his', 1))
    await his.documents.flush()
    // Only Bob reaches Carol. Alice is linked to him before, Dave comes later.
    const swarm = createSwarm(world)
    swarm.tap((from, to, frame) => ([from, to].includes('carol') && ![from, to].includes('bob') ? undefined : frame))
    his.replication.enterNetwork(swarm.peer('bob'))
    hers.replication.enterNetwork(swarm.peer('alice'))
    await world.clock.run(5_000)
    future.replication.enterNetwork(swarm.peer('carol'))
    await world.clock.run(5_000)
    expect(his.newer).toEqual([carol.id])
    expect(hers.newer).toEqual([world.bob.id])
    await future.replication.leaveNetwork()
    late.replication.enterNetwork(swarm.peer('dave'))
    await world.clock.run(5_000)
    expect(late.newer).toHaveLength(1)

    for (const { replication, faults, documents, receiver } of [his, hers, late]) {
      expect(replication.state.get()).toMatchObject({ peers: 2, newer: true, delivered: true })
      expect(documents.root.map.get('his')).toBe(1)
      expect(receiver.refusals().size).toBe(0)
      expect(faults).toEqual([])
    }
  })
})
