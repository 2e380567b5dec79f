import { describe, expect, it } from 'vitest'
import type { Block } from '../../../src/feed/block.ts'
import { createBundle, type Bundle } from '../../../src/feed/bundles/bundle.ts'
import { openEnvelope } from '../../../src/feed/envelope.ts'
import { decodeHeader } from '../../../src/feed/header.ts'
import type { ReceivedBundle } from '../../../src/feed/bundles/receivedBundle.ts'
import { toId, type DeviceId } from '../../../src/shared/ids.ts'
import { bytes32, space, spaceBytes } from './feedFixtures.ts'
import { brief, createAuthor, createFakeKeyRing, createReceiver, crypto, epochKey, flip, type Author } from './receiveFixtures.ts'

type Cut = Block & { readonly id: Uint8Array }

/** Any member bundles: here one that wrote none of it. */
async function bundleOf(blocks: readonly Cut[], keys = [epochKey(1)], signature = blocks.at(-1)!.signature): Promise<Bundle> {
  const keyRing = createFakeKeyRing(...keys)
  const opened = await Promise.all(
    blocks.map(async (block) => {
      const header = decodeHeader(block.header)
      const payload = await openEnvelope(crypto, { space: spaceBytes, keyRing, blockId: block.id, envelope: block.envelope })
      if (!header.ok || !payload.ok) throw new Error('no block')
      return { header: header.value, payload: payload.value }
    }),
  )
  const bundle = await createBundle(crypto, { space: spaceBytes, key: keys[0]!, device: bytes32(77), slot: 5 }, opened, signature)
  return bundle!
}

async function cutMany(author: Author, count: number, changes: Parameters<Author['cut']>[1] = {}): Promise<Cut[]> {
  const blocks: Cut[] = []
  for (let i = 0; i < count; i++) blocks.push(await author.cut(`${i} `, changes))
  return blocks
}

async function createTest() {
  const author = await createAuthor()
  const test = createReceiver([author])
  const takeBundle = async (bundle: Bundle) => (await test.receiver.receiveBundle(bundle)).map(brief)
  return { author, ...test, takeBundle }
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

describe('receiving a bundle', () => {
  it('accepts all its blocks in order, as if they had come one by one', async () => {
    const { author, takeBundle, accepted, text } = await createTest()
    const blocks = await cutMany(author, 20)
    expect(await takeBundle(await bundleOf(blocks))).toEqual(times(20, 'accepted'))
    expect(text()).toBe(author.doc.getText('text').toString())
    expect(accepted.map(({ node }) => node.id)).toEqual(blocks.map(({ id }) => toId(id)))
    expect(accepted.map(({ node }) => node.header.seq)).toEqual(blocks.map((_, i) => i))
  })

  it('says how much of it is good, for the place where it is stored', async () => {
    const { author, takeBundle, accepted } = await createTest()
    await takeBundle(await bundleOf(await cutMany(author, 5)))
    const { received } = { received: accepted[0]!.block as ReceivedBundle }
    expect(accepted.every(({ block }) => block === received)).toBe(true)
    expect(received.row(space)).toMatchObject({ first: 0, seq: 4, judged: 5, block: accepted[4]!.node.id })
  })

  it('takes of one that overlaps what is here the rest', async () => {
    const { author, take, takeBundle, text } = await createTest()
    const blocks = await cutMany(author, 10)
    for (const block of blocks.slice(0, 4)) await take(block)
    expect(await takeBundle(await bundleOf(blocks.slice(0, 8)))).toEqual([...times(4, 'known'), ...times(4, 'accepted')])
    expect(await takeBundle(await bundleOf(blocks.slice(2)))).toEqual([...times(6, 'known'), ...times(2, 'accepted')])
    expect(await takeBundle(await bundleOf(blocks))).toEqual(times(10, 'known'))
    expect(text()).toBe(author.doc.getText('text').toString())
  })

  it('waits for a block in its middle whose past comes in another bundle, in whatever order they come', async () => {
    for (const isReversed of [false, true]) {
      const [ann, ben] = [await createAuthor(), await createAuthor()]
      const { receiver, graph, held } = createReceiver([ann, ben])
      const [hers, his]: Cut[][] = [[], []]
      for (let i = 0; i < 6; i++) {
        hers!.push(await ann.cut('a', { document: new Uint8Array(16).fill(1), dependencies: his!.slice(-1).map(({ id }) => id) }))
        his!.push(await ben.cut('b', { document: new Uint8Array(16).fill(2), dependencies: hers!.slice(-1).map(({ id }) => id) }))
      }
      const bundles = [await bundleOf(hers!), await bundleOf(his!)]
      if (isReversed) bundles.reverse()
      const first = (await receiver.receiveBundle(bundles[0]!)).map(brief)
      expect(first).toEqual(isReversed ? times(6, 'held') : ['accepted', ...times(5, 'held')])
      await receiver.receiveBundle(bundles[1]!)
      expect([graph.size, receiver.held], held.toString()).toEqual([12, 0])
    }
  })

  it('waits whole where a key is missing, and goes on when it comes', async () => {
    const { author, takeBundle, ring, receiver, graph } = await createTest()
    const blocks = [await author.cut('a ', {}, epochKey(2)), await author.cut('b', {}, epochKey(2))]
    expect(await takeBundle(await bundleOf(blocks, [epochKey(2)]))).toEqual(['held'])
    ring.keys.push(epochKey(2))
    await receiver.retry()
    expect(graph.size).toBe(2)
  })

  it('is asked for again when the key has come, where too many wait for it', async () => {
    const author = await createAuthor()
    const second = epochKey(2)
    const blocks: Cut[] = []
    for (let i = 0; i < 6; i++) blocks.push(await author.cut(`${i}`, {}, second))
    const bundles = [await bundleOf(blocks.slice(0, 3), [second]), await bundleOf(blocks.slice(3), [second])]
    const bytes = Math.max(...bundles.map(({ head, parts }) => head.length + parts.length))
    const { receiver, ring, text } = createReceiver([author], undefined, { heldLimits: { blocks: 100, bytes } })
    const wanted: (readonly DeviceId[])[] = []
    receiver.onWantedAgain((devices) => wanted.push(devices))
    const outcomes = []
    for (const bundle of bundles) outcomes.push(...(await receiver.receiveBundle(bundle)).map(brief))
    expect([outcomes, wanted]).toEqual([['held', 'hold/too-many-held'], []])
    ring.keys.push(second)
    await receiver.retry()
    expect([text(), wanted]).toEqual(['012', [[author.device]]])
    await receiver.receiveBundle(bundles[1]!)
    expect(text()).toBe('012345')
  })

  it('waits for operations that it rests on', async () => {
    const { author, takeBundle, receiver } = await createTest()
    expect(await takeBundle(await bundleOf(await cutMany(author, 3, { membership: [bytes32(9)] })))).toEqual(times(3, 'held'))
    expect(receiver.held).toBe(3)
  })

  it('takes in the other branch of a fork, which can come in a bundle too', async () => {
    const { author, take, takeBundle, graph } = await createTest()
    const first = await author.cut('one ')
    const twin = await createAuthor(author.signing)
    await twin.cut('one ')
    const others = [await twin.cut('other ', { previous: first.id }), await twin.cut('and more')]
    const second = await author.cut('two ')
    for (const block of [first, second]) await take(block)
    expect(await takeBundle(await bundleOf([first, ...others]))).toEqual(['known', 'accepted', 'accepted'])
    graph.decide()
    expect([graph.tips().length, graph.size, graph.withdrawn().length > 0]).toEqual([2, 4, true])
  })

  describe('refuses, and keeps the good blocks before', () => {
    it('a block that the guard refuses, with all that follow it', async () => {
      const { author, takeBundle, graph, receiver } = await createTest()
      const good = await cutMany(author, 2)
      const bad = await author.forge(Uint8Array.of(0, 0))
      expect(await takeBundle(await bundleOf([...good, bad]))).toEqual(['accepted', 'accepted', 'guard/g1'])
      expect(graph.size).toBe(2)
      expect([...receiver.refusals().keys()]).toHaveLength(1)
    })

    it('a block from before its author was a writer', async () => {
      const { author, takeBundle, roles, graph } = await createTest()
      roles.set(author.device, 'reader')
      expect(await takeBundle(await bundleOf(await cutMany(author, 3)))).toEqual(['membership/never-writer'])
      expect(graph.size).toBe(0)
    })
  })

  describe('refuses whole, without any effect', () => {
    const refuses = async (change: (blocks: readonly Cut[], good: Bundle) => Promise<Bundle> | Bundle, reason: string) => {
      const { author, takeBundle, graph, receiver } = await createTest()
      const blocks = await cutMany(author, 4)
      expect(await takeBundle(await change(blocks, await bundleOf(blocks)))).toEqual([reason])
      expect([graph.size, receiver.held, [...receiver.refusals()]]).toEqual([0, 0, [[reason, 1]]])
    }

    it('one whose signature is of another block', () =>
      refuses((blocks) => bundleOf(blocks, undefined, blocks[0]!.signature), 'signature/bad-signature'))

    it('one that leaves a block out', () => refuses((blocks) => bundleOf(blocks.toSpliced(1, 1)), 'signature/bad-signature'))

    it('one in another order', () =>
      refuses((blocks) => bundleOf([blocks[1]!, blocks[0]!, blocks[2]!, blocks[3]!]), 'signature/bad-signature'))

    it('one without its end', () => refuses((_, { head, parts }) => ({ head, parts: parts.subarray(0, -1) }), 'decode/malformed'))

    it('one without a part', () => refuses((_, { head }) => ({ head, parts: Uint8Array.of(0) }), 'envelope/parts'))

    it('one whose part was changed', () =>
      refuses((_, { head, parts }) => ({ head, parts: flip(parts, parts.length - 1) }), 'envelope/aead'))

    it('one whose head was changed', () => refuses((_, { head, parts }) => ({ head: flip(head, head.length - 1), parts }), 'envelope/aead'))

    it('one of another space', async () => {
      const { author, takeBundle } = await createTest()
      expect(await takeBundle(await bundleOf(await cutMany(author, 2, { space: bytes32(3) })))).toEqual(['graph/space'])
    })
  })
})
