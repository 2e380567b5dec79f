import { describe, expect, it } from 'vitest'
import { createCopyExchange, type StoredMessage } from '../../../src/replication/blocks/copyExchange.ts'
import type { Link } from '../../../src/replication/link/link.ts'
import { maxStoredHeads } from '../../../src/replication/link/linkMessages.ts'
import type { LocalIdentity } from '../../../src/identity/localIdentity.ts'
import type { BlockId, DeviceId } from '../../../src/shared/ids.ts'
import { createPerson } from '../access/people.ts'
import { createTestSpace, exchange, openReplica } from '../documents/createTestSpace.ts'

/** Alice's device, with a block on it, and links of which a test hears what goes over them. */
async function setup() {
  const world = await createTestSpace()
  const hers = await openReplica(world, world.alice)
  const links: Link[] = []
  /** Bob's other device. */
  const tablet = await createPerson(world.crypto)
  const disk = { fails: false, flushes: 0 }
  const copies = createCopyExchange({
    ...world,
    identity: world.alice,
    log: { device: (id) => world.log.device(id === tablet.deviceId ? world.bob.deviceId : id) },
    graph: hers.graph,
    store: {
      async flush() {
        disk.flushes++
        if (disk.fails) throw new Error('full')
        return hers.store.flush()
      },
    },
    links: () => links,
  })
  function link(peer?: LocalIdentity): Link & { readonly said: StoredMessage[] } {
    const said: StoredMessage[] = []
    const made = {
      peer: peer && { identity: peer.id, device: peer.deviceId },
      said,
      send: (message: { type: string } & StoredMessage) => void said.push({ by: message.by, blocks: message.blocks }),
    } as unknown as Link & { readonly said: StoredMessage[] }
    links.push(made)
    copies.onLink(made)
    return made
  }
  async function write(): Promise<BlockId> {
    hers.documents.root.write((map) => map.set(`key ${hers.graph.size}`, 1))
    await hers.documents.flush()
    const { node } = hers.stored.at(-1)!
    copies.note(node)
    return node.id
  }
  return { world, tablet, hers, copies, disk, link, write }
}

describe('the exchange of who has stored what', () => {
  it('believes a device of itself alone, and counts a person once, whatever number of links and devices says so', async () => {
    const { world, tablet, copies, link, write } = await setup()
    const { bob, rita, alice } = world
    const blocks = [await write()]
    const first = link(bob)
    const second = link(bob)
    copies.onMessage(first, { by: rita.deviceId, blocks })
    copies.onMessage(first, { by: alice.deviceId, blocks })
    copies.onMessage(first, { by: (await createPerson(world.crypto)).deviceId, blocks })
    expect(copies.count()).toEqual({ own: 0, others: 0 })
    copies.onMessage(first, { by: bob.deviceId, blocks })
    copies.onMessage(second, { by: bob.deviceId, blocks })
    copies.onMessage(link(tablet), { by: tablet.deviceId, blocks })
    expect(copies.count()).toEqual({ own: 0, others: 1 })
    copies.onMessage(link(rita), { by: rita.deviceId, blocks })
    expect(copies.count()).toEqual({ own: 0, others: 2 })
    const counted = copies.count()
    copies.onUnlink(first)
    expect(copies.count()).toBe(counted)
    // He lost his disk: his last word counts.
    copies.onMessage(second, { by: bob.deviceId, blocks: [] })
    copies.onMessage(link(tablet), { by: tablet.deviceId, blocks: [] })
    expect(copies.count()).toEqual({ own: 0, others: 1 })
    await write()
    expect(copies.count()).toEqual({ own: 0, others: 0 })
  })

  it('passes what members say on to tabs, and what tabs pass on to nobody', async () => {
    const { world, copies, link, write } = await setup()
    const blocks = [await write()]
    const [tab, bobs, ritas] = [link(), link(world.bob), link(world.rita)]
    const said = { by: world.bob.deviceId, blocks }
    copies.onMessage(bobs, said)
    copies.onMessage(tab, { by: world.rita.deviceId, blocks })
    expect(copies.count()).toEqual({ own: 0, others: 2 })
    expect([tab.said, bobs.said, ritas.said]).toEqual([[said], [], []])
    expect(link().said).toEqual([said, { by: world.rita.deviceId, blocks }])
  })

  it('says what of a peer is on the disk once it is there, and no more often than once a second', async () => {
    const { world, hers, copies, disk, link } = await setup()
    const his = await openReplica(world, world.bob)
    const { clock } = world
    const received = async (): Promise<BlockId> => {
      his.documents.root.write((map) => map.set('key', his.graph.size))
      await exchange(his, hers)
      copies.note(hers.graph.node(his.stored.at(-1)!.node.id)!)
      return his.stored.at(-1)!.node.id
    }
    await received()
    const bobs = link(world.bob)
    const ritas = link(world.rita)
    disk.fails = true
    await clock.run(500)
    expect([disk.flushes, bobs.said]).toEqual([1, []])
    disk.fails = false
    await clock.run(1_000)
    const head = hers.graph.tips().map(({ id }) => id)
    expect(bobs.said).toEqual([{ by: world.alice.deviceId as DeviceId, blocks: head }])
    for (let i = 0; i < 30; i++) {
      await received()
      await clock.run(100)
    }
    await clock.run(1_000)
    expect(bobs.said.length).toBeGreaterThanOrEqual(3)
    expect(bobs.said.length).toBeLessThanOrEqual(5)
    expect(bobs.said.at(-1)!.blocks).toEqual([his.stored.at(-1)!.node.id])
    expect(ritas.said).toEqual([])
    copies.onUnlink(bobs)
    await received()
    await clock.run(2_000)
    expect(bobs.said.length).toBeLessThanOrEqual(5)
    expect(maxStoredHeads).toBeGreaterThan(bobs.said.at(-1)!.blocks.length)
  })
})
