import { describe, expect, it } from 'vitest'
import type { Block } from '../../../src/feed/block.ts'
import { createBlockMender } from '../../../src/feed/store/blockMender.ts'
import { createBlockStore } from '../../../src/feed/store/blockStore.ts'
import { createBundler } from '../../../src/feed/bundles/createBundler.ts'
import { createReceivedBundle } from '../../../src/feed/bundles/receivedBundle.ts'
import { openBundle } from '../../../src/feed/bundles/bundle.ts'
import type { BlockId } from '../../../src/shared/ids.ts'
import { idBytes } from '../../../src/shared/ids.ts'
import { createTestSpace, exchange, openReplica, type TestReplica, type TestSpace } from '../documents/createTestSpace.ts'
import { flip } from './receiveFixtures.ts'

async function bundleAll(world: TestSpace, replica: TestReplica): Promise<void> {
  const bundler = createBundler({
    ...world,
    ...replica,
    device: world.alice.signing.publicKey,
    slot: replica.documents.slot,
    sizes: { blocks: 8, bundles: 3 },
    onFault: (error) => {
      throw error
    },
  })
  await world.clock.run(30_000)
  bundler.dispose()
}

/** Alice wrote eight blocks; Bob has them on a disk that goes bad, and looks for good copies. */
async function createTest(hasCompany = true) {
  const world = await createTestSpace()
  const alice = await openReplica(world, world.alice)
  for (let i = 0; i < 8; i++) {
    alice.documents.root.write((map) => map.set(`key ${i}`, 'value'))
    alice.documents.tick()
  }
  const bob = await openReplica(world, world.bob)
  await exchange(alice, bob)
  await bob.store.flush()
  const nodes = alice.graph.missingFor([])
  const asked: (readonly BlockId[])[] = []
  const told: BlockId[] = []

  /** A page that has just opened: nothing is in memory. */
  async function reopen() {
    await bob.documents.dispose()
    const again = await openReplica(world, world.bob, { disk: bob.disk })
    const store = createBlockStore({ ...world, storage: again.storage, onFault: () => {} })
    await store.readHeaders()
    const mender = createBlockMender({
      ...world,
      graph: again.graph,
      store,
      hasCompany: () => hasCompany,
      onWanted: (blocks) => asked.push(blocks),
      onMended: ({ id }) => told.push(id),
      onFault: (error) => {
        throw error
      },
    })
    const readable = async () => (await store.payloads(nodes)).map((payload) => payload !== undefined)
    return { mender, again, readable }
  }
  return { world, alice, bob, nodes, asked, told, reopen }
}

const all = Array.from({ length: 8 }, () => true)

describe('mending blocks', () => {
  it('asks for one that lies in a row, takes a good copy of it, and waits for that', async () => {
    const { world, alice, bob, nodes, asked, told, reopen } = await createTest()
    const { mender, readable } = await reopen()
    bob.disk.damageBlock(world.space, nodes[2]!.id, 'envelope')
    expect(await readable()).toEqual(all.with(2, false))
    const mended = mender.mend(nodes[2]!.id)
    expect([asked, mender.wanted()]).toEqual([[[nodes[2]!.id]], [nodes[2]!.id]])
    mender.offer(nodes[2]!.id, (await alice.store.get([nodes[2]!]))[0]!)
    expect(told).toEqual([])
    expect(await mended).toBe(true)
    expect([await readable(), mender.wanted(), told]).toEqual([all, [], [nodes[2]!.id]])
  })

  it('takes no copy that is not what its author signed and sealed, nor one that nobody wants', async () => {
    const { world, alice, bob, nodes, reopen } = await createTest()
    const { mender, readable } = await reopen()
    bob.disk.damageBlock(world.space, nodes[2]!.id, 'envelope')
    const mended = mender.mend(nodes[2]!.id)
    const [other, good] = (await alice.store.get([nodes[1]!, nodes[2]!])) as [Block, Block]
    const before = bob.disk.usedBytes
    mender.offer(nodes[2]!.id, { ...good, envelope: flip(good.envelope, 90) })
    mender.offer(nodes[2]!.id, { ...good, envelope: other.envelope })
    mender.offer(nodes[2]!.id, { ...good, signature: flip(good.signature, 3) })
    mender.offer(nodes[1]!.id, other)
    await world.clock.run(20_000)
    expect(await mended).toBe(false)
    expect([await readable(), bob.disk.usedBytes, mender.wanted()]).toEqual([all.with(2, false), before, [nodes[2]!.id]])
    // It is wanted still.
    mender.offer(nodes[2]!.id, good)
    await world.clock.run(0)
    expect(await readable()).toEqual(all)
  })

  it('goes on wanting what nobody is there to ask for', async () => {
    const { nodes, asked, reopen } = await createTest(false)
    const { mender } = await reopen()
    expect(await mender.mend(nodes[2]!.id)).toBe(false)
    expect([asked, mender.wanted()]).toEqual([[], [nodes[2]!.id]])
  })

  it.each(['single blocks', 'the same bundle'])('puts %s in the place of a damaged bundle', async (copies) => {
    const { world, alice, bob, nodes, asked, reopen } = await createTest()
    const singles = await alice.store.get(nodes)
    for (const replica of [alice, bob]) await bundleAll(world, replica)
    const { mender, again, readable } = await reopen()
    bob.disk.damageBlock(world.space, nodes[7]!.id, 'envelope')
    expect(await readable()).toEqual(all.map(() => false))
    const mended = mender.mend(nodes[2]!.id)
    expect(asked).toEqual([nodes.map(({ id }) => id)])
    if (copies === 'single blocks') nodes.forEach((node, i) => mender.offer(node.id, singles[i]!))
    else {
      const bundle = (await alice.store.readBundle(alice.store.bundleOf(nodes[0]!)!))!
      const opened = await openBundle(world.crypto, { space: idBytes(world.space), keyRing: world.keyRing }, bundle)
      if (!opened.ok) throw new Error('does not open')
      const received = createReceivedBundle(bundle, opened.value)
      for (const [index, { id, bytes, payload }] of opened.value.blocks.entries()) {
        received.note(index)
        mender.offer(id, { header: bytes, payload, received, index })
      }
    }
    await world.clock.run(1_000)
    expect(await mended).toBe(true)
    expect([await readable(), mender.wanted()]).toEqual([all, []])
    await again.documents.dispose()
    const third = await reopen()
    expect(await third.readable()).toEqual(all)
    expect(third.again.graph.size).toBe(8)
  })
})
