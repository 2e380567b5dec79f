import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { maxBrokenBlocks } from '../../../src/feed/deviceQuotas.ts'
import { createItemId, rootDocumentId, type DocumentId, type ItemId } from '../../../src/shared/ids.ts'
import { Writer } from '../../../src/shared/encoding.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { claimingUpdate, nestingBomb, type Claim } from './adjacencyBombs.ts'
import { createForger } from './createForger.ts'
import { createTestSpace, exchange, openReplica, type TestReplica } from './createTestSpace.ts'

const random = createSeededRandom('guard life cycle')
const length = 3000
const letters = 'x'.repeat(length)

/** A text of Alice's, which Bob has too, and a forger with a slot of Bob's who knows both. */
async function createScene() {
  const world = await createTestSpace()
  const alice = await openReplica(world, world.alice)
  const bob = await openReplica(world, world.bob)
  const item: ItemId = createItemId(random)
  const document = item as string as DocumentId
  const text = await alice.documents.openText(item)
  text.current.get().yText.insert(0, letters)
  alice.documents.root.write((map) => map.set('before', 1))
  await exchange(alice, bob)
  const knowing = await openReplica(world, world.bob)
  await knowing.receive(await alice.allBlocks())
  const forger = createForger(world, knowing, world.bob, 7)
  return { world, alice, bob, item, document, text, base: alice.stored[0]!.node.client, knowing, forger }
}

/** Ten structs, each behind another letter and before the end. */
const farClaims = (base: number): readonly Claim[] => Array.from({ length: 10 }, (_, i) => ({ origin: [base, i] as const }))

/** A value for a new key of the root document. */
function rootWrite(client: number, key: string): Uint8Array {
  return new Writer()
    .uint(1)
    .uint(1)
    .uint(client)
    .uint(0)
    .u8(0x28)
    .uint(1)
    .string('items')
    .string(key)
    .uint(1)
    .u8(125)
    .u8(1)
    .uint(0)
    .finish()
}

function deletion(client: number, clock: number): Uint8Array {
  return new Writer().uint(0).uint(1).uint(client).uint(1).uint(clock).uint(1).finish()
}

const told = ({ faults }: TestReplica) => faults.map(({ code, details }) => `${code} ${details['layer']} ${details['rule']}`)
const statuses = async (replica: TestReplica, blocks: readonly Uint8Array[]) => (await replica.receive(blocks)).map(({ status }) => status)

describe('a block of another device that breaks a rule of its document', () => {
  it('loses its payload with all that its slot writes there later, on every peer, with the document open or closed, and after a restart', async () => {
    const { world, alice, bob, item, document, text, base, forger } = await createScene()
    const bomb = await forger.forge(document, claimingUpdate(forger.client, 0, farClaims(base)), 0, 10)
    const later = await forger.forge(document, claimingUpdate(forger.client, 10, [{ origin: [base, length - 1] }]), 10, 11)
    const elsewhere = await forger.forge(rootDocumentId, rootWrite(forger.client, 'elsewhere'), 0, 1)

    // Alice has the text open and edits it at the same time, Bob has it closed, Rita gets all of it at once.
    text.current.get().yText.insert(0, 'hers ')
    expect(await statuses(alice, [bomb, later, elsewhere])).toEqual(['accepted', 'accepted', 'accepted'])
    expect(told(alice)).toEqual(['block-refused document g10'])
    expect(alice.faults[0]!.details).toMatchObject({ document, author: world.bob.id, device: world.bob.deviceId })
    await exchange(alice, bob)
    expect(told(bob)).toEqual([])
    const his = await bob.documents.openText(item)
    expect(told(bob)).toEqual(['block-refused document g10'])
    expect(bob.faults[0]!.message).toContain('A change of this device')
    const rita = await openReplica(world, world.rita)
    await rita.receive(await alice.allBlocks())
    const read = await rita.documents.openText(item)
    for (const handle of [text, his, read]) expect(handle.content.get()).toBe(`hers ${letters}`)
    for (const { documents, graph } of [alice, bob, rita]) {
      expect(documents.root.map.toJSON()).toEqual({ before: 1, elsewhere: 1 })
      expect(graph.size).toBe(alice.graph.size)
    }

    await alice.store.flush()
    await alice.documents.dispose()
    const again = await openReplica(world, world.alice, { disk: alice.disk })
    expect((await again.documents.openText(item)).content.get()).toBe(`hers ${letters}`)
    expect(told(again)).toEqual(['block-refused document g10'])
  })

  it('takes blocks of other slots with it that refer to its content, and no others', async () => {
    const { world, alice, bob, item, document, text, base, knowing, forger } = await createScene()
    const { client } = forger
    const bomb = await forger.forge(document, claimingUpdate(client, 0, farClaims(base)), 0, 10)
    // Writers with a kit that does not know the rule saw the bomb, and went on from there.
    const careless = [3, 4, 5].map((slot) => createForger(world, knowing, world.alice, slot))
    const refers = await careless[0]!.forge(document, claimingUpdate(careless[0]!.client, 0, [{ origin: [client, 9] }]), 0, 1)
    const deletes = await careless[1]!.forge(document, deletion(client, 3), 0, 0)
    const follows = await careless[2]!.forge(rootDocumentId, rootWrite(careless[2]!.client, 'follows'), 0, 1)
    const fine = await careless[2]!.forge(document, claimingUpdate(careless[2]!.client, 0, [{ origin: [base, length - 1] }]), 0, 1)

    const blocks = [bomb, refers, deletes, follows, fine]
    expect(await statuses(alice, blocks)).toEqual(blocks.map(() => 'accepted'))
    expect(await statuses(bob, blocks)).toEqual(blocks.map(() => 'accepted'))
    const his = await bob.documents.openText(item)
    for (const { documents } of [alice, bob]) expect(documents.root.map.toJSON()).toEqual({ before: 1, follows: 1 })
    for (const handle of [text, his]) {
      const { store } = handle.current.get().yText.doc!
      expect([client, careless[0]!.client, careless[2]!.client].map((of) => Y.getState(store, of))).toEqual([0, 0, 1])
    }
    expect(told(alice)).toEqual(['block-refused document g10'])
    his.current.get().yText.insert(0, 'on ')
    await exchange(alice, bob)
    for (const handle of [text, his]) expect(handle.content.get()).toBe(`on ${letters}`)
  })

  it('is held against its own device, and not against those who wrote what rests on it', async () => {
    const { world, alice, document, base, knowing, forger } = await createScene()
    const bomb = await forger.forge(document, claimingUpdate(forger.client, 0, farClaims(base)), 0, 10)
    await alice.receive([bomb])
    const careless = createForger(world, knowing, world.alice, 3)
    for (let i = 0; i < 2 * maxBrokenBlocks; i++) {
      await alice.receive([await careless.forge(document, claimingUpdate(careless.client, i, [{ origin: [forger.client, 9] }]), i, i + 1)])
    }
    expect(alice.quotas.muted.get().size).toBe(0)
    for (let i = 1; i < maxBrokenBlocks; i++) {
      const another = createForger(world, knowing, world.bob, 100 + i)
      await alice.receive([await another.forge(document, claimingUpdate(another.client, 0, farClaims(base)), 0, 10)])
    }
    expect([...alice.quotas.muted.get()]).toEqual([[world.bob.deviceId, 'rules']])
  })

  it('makes its own author write the root document under another slot from then on', async () => {
    const { world, alice, bob, item, document, base, knowing } = await createScene()
    // What Bob's own first slot wrote with a kit that did not know the rule.
    const before = createForger(world, knowing, world.bob, 0)
    const root = await before.forge(rootDocumentId, nestingBomb(before.client, 0, 500, 'items'), 0, 500)
    const text = await before.forge(document, claimingUpdate(before.client, 0, farClaims(base)), 0, 10)
    await bob.receive([root, text])
    await bob.store.flush()
    await bob.documents.dispose()
    const again = await openReplica(world, world.bob, { disk: bob.disk, hint: 0 })
    expect(again.documents.slot).not.toBe(0)
    again.documents.root.write((map) => map.set('after', 1))
    const handle = await again.documents.openText(item)
    handle.current.get().yText.insert(0, 'after ')
    await exchange(again, alice)
    expect(alice.documents.root.map.toJSON()).toEqual({ before: 1, after: 1 })
    expect((await alice.documents.openText(item)).content.get()).toBe(`after ${letters}`)
    expect(told(again)).toEqual(['block-refused document g11', 'block-refused document g10'])
  })

  it('makes its own author go on under another slot as soon as he opens the text, with what he types meanwhile', async () => {
    const { world, alice, bob, item, document, base, knowing } = await createScene()
    const before = createForger(world, knowing, world.bob, 0)
    await bob.receive([await before.forge(document, claimingUpdate(before.client, 0, farClaims(base)), 0, 10)])
    const { id, header } = bob.graph.blocksOf(document).at(-1)!
    await bob.store.put([], 'strict', { putMarks: [{ space: world.space, slot: 0, seq: header.seq, block: id }] })
    await bob.documents.dispose()
    const again = await openReplica(world, world.bob, { disk: bob.disk, hint: 0 })
    expect(again.documents.slot).toBe(0)
    const handle = await again.documents.openText(item)
    handle.current.get().yText.insert(0, 'at once ')
    await world.clock.run(1000)
    expect(again.documents.slot).not.toBe(0)
    await exchange(again, alice)
    expect((await alice.documents.openText(item)).content.get()).toBe(`at once ${letters}`)
    expect(handle.content.get()).toBe(`at once ${letters}`)
    expect(told(again)).toEqual(['block-refused document g10'])
  })

  it('locks nobody out with types nested so deep that Yjs cannot delete them', async () => {
    const { alice, bob, item, document, text, forger } = await createScene()
    const { client } = forger
    const blocks: Uint8Array[] = []
    for (let from = 0; from < 16_000; from += 2000)
      blocks.push(await forger.forge(document, nestingBomb(client, from, 2000), from, from + 2000))
    blocks.push(await forger.forge(document, deletion(client, 0), 16_000, 16_000))
    await alice.receive(blocks)
    await bob.receive(await alice.allBlocks())
    const his = await bob.documents.openText(item)
    for (const replica of [alice, bob]) expect(told(replica)).toEqual(['block-refused document g11'])
    for (const handle of [text, his]) expect(handle.content.get()).toBe(letters)
  })
})

/** Writes structs under the document's own id, as a local edit: what an app could do that handles Yjs' internals itself. */
function writeClaims(doc: Y.Doc, claims: readonly Claim[]): void {
  const update = claimingUpdate(doc.clientID, Y.getState(doc.store, doc.clientID), claims)
  doc.transact((transaction) => {
    Y.applyUpdate(doc, update)
    transaction.local = true
  })
}

describe('an own edit that breaks a rule of its document', () => {
  it('is taken back before anything is placed, and the next edits go on at once under the same slot', async () => {
    const { alice, bob, item, text, base } = await createScene()
    const { size } = alice.graph
    writeClaims(text.current.get().yText.doc!, farClaims(base))
    alice.documents.tick()
    expect(alice.faults).toMatchObject([{ code: 'block-refused', details: { rule: 'g10' } }])
    expect(alice.graph.size).toBe(size)
    for (let turns = 0; turns < 500 && text.current.get().generation === 1; turns++) await Promise.resolve()
    expect(text.current.get().generation).toBe(2)
    text.current.get().yText.insert(0, 'next ')
    await exchange(alice, bob)
    expect((await bob.documents.openText(item)).content.get()).toBe(`next ${letters}`)
    expect(alice.stored.at(-1)!.node.header).toMatchObject({ slot: 0, from: length })
    expect(alice.faults).toHaveLength(1)
    expect(alice.documents.unsaved.get()).toBe(0)
  })

  it('places nothing where only a later one of its parts is refused', async () => {
    const { alice, text } = await createScene()
    const { size } = alice.graph
    let deep: unknown = 'x'
    for (let i = 0; i < 40; i++) deep = { deep }
    const { yText } = text.current.get()
    yText.insert(0, 'y'.repeat(1_500_000))
    yText.insertEmbed(7, deep as object)
    alice.documents.tick()
    expect(alice.faults).toMatchObject([{ code: 'block-refused', details: { rule: 'g7' } }])
    expect(alice.graph.size).toBe(size)
  })

  it('is judged the same after a crash, when it is cut from the write-ahead log', async () => {
    const { world, alice, bob, item, text, base } = await createScene()
    writeClaims(text.current.get().yText.doc!, farClaims(base))
    text.current.get().yText.insert(0, 'rests on it ')
    alice.documents.root.write((map) => map.set('beside', 1))
    await world.clock.run(1)
    expect(await alice.storage.readPending(world.space)).toHaveLength(3)
    alice.disk.crash()
    const again = await openReplica(world, world.alice, { disk: alice.disk })
    expect(again.faults).toMatchObject([{ code: 'block-refused', details: { rule: 'g10' } }])
    const handle = await again.documents.openText(item)
    expect(handle.content.get()).toBe(letters)
    handle.current.get().yText.insert(0, 'next ')
    await exchange(again, bob)
    expect(bob.documents.root.map.toJSON()).toEqual({ before: 1, beside: 1 })
    expect((await bob.documents.openText(item)).content.get()).toBe(`next ${letters}`)
    expect(await again.storage.readPending(world.space)).toEqual([])
    expect(again.faults).toHaveLength(1)
  })
})
