import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { encodeBlock, signBlock, type Block } from '../../../src/feed/block.ts'
import { sealPayload } from '../../../src/feed/envelope.ts'
import { maxHeldBlocks, maxHeldBytes } from '../../../src/feed/graph/heldBlocks.ts'
import { maxUnknownTurnedAway } from '../../../src/feed/turnedAway.ts'
import { concatBytes } from '../../../src/shared/bytes.ts'
import { Writer } from '../../../src/shared/encoding.ts'
import type { DeviceId } from '../../../src/shared/ids.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { bytes32, spaceBytes, zero32 } from './feedFixtures.ts'
import { type Author, brief, createAuthor, createFakeKeyRing, createReceiver, crypto, epochKey, flip } from './receiveFixtures.ts'

describe('receiving blocks', () => {
  it('accepts a feed in order, each block once', async () => {
    const author = await createAuthor()
    const { take, text, accepted } = createReceiver([author])
    const blocks = [await author.cut('one '), await author.cut('two')]
    for (const block of blocks) expect(await take(block)).toEqual({ status: 'accepted' })
    expect(text()).toBe('one two')
    expect(await take(blocks[0]!)).toEqual({ status: 'known' })
    expect(accepted.map(({ node }) => node.header.seq)).toEqual([0, 1])
    expect(accepted[0]!.block).toMatchObject({ envelope: blocks[0]!.envelope })
  })

  it('judges blocks in the order of the calls, and each before what waits for it', async () => {
    const author = await createAuthor()
    const { take, text, accepted, receiver } = createReceiver([author])
    const blocks: Block[] = []
    for (let i = 0; i < 20; i++) blocks.push(await author.cut(`${i} `))
    const outcomes = await Promise.all([...blocks].reverse().map(take))
    expect(outcomes.map(brief)).toEqual([...Array.from({ length: 19 }, () => 'held'), 'accepted'])
    expect(accepted.map(({ node }) => node.header.seq)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect(text()).toBe(author.doc.getText('text').toString())
    expect(receiver.held).toBe(0)
  })

  it('holds a block until the blocks of others that it names are here', async () => {
    const [ann, ben] = [await createAuthor(), await createAuthor()]
    const { take, text } = createReceiver([ann, ben])
    const first = await ann.cut('ann')
    const second = await ben.cut('ben', { dependencies: [first.id] })
    expect(await take(second)).toEqual({ status: 'held', awaits: 'block' })
    expect(await take(second)).toEqual({ status: 'held', awaits: 'block' })
    expect(text()).toBe('')
    expect(await take(first)).toEqual({ status: 'accepted' })
    expect(text()).toHaveLength(6)
  })

  it('holds a block until its key is here', async () => {
    const author = await createAuthor()
    const { take, text, ring, retry } = createReceiver([author])
    expect(await take(await author.cut('new', {}, epochKey(2)))).toEqual({ status: 'held', awaits: 'key' })
    await retry()
    expect(text()).toBe('')
    ring.keys.push(epochKey(2))
    await retry()
    expect(text()).toBe('new')
  })

  it('holds a block until the operations that it names are here, and then judges its author', async () => {
    const [writer, stranger] = [await createAuthor(), await createAuthor()]
    const { receiver, text, take, refusals, learn } = createReceiver([writer])
    const head = { membership: [bytes32(2)] }
    expect(await take(await writer.cut('ok', head))).toEqual({ status: 'held', awaits: 'operations' })
    expect(await take(await stranger.cut('no', head))).toEqual({ status: 'held', awaits: 'operations' })
    await receiver.retry()
    expect(receiver.held).toBe(2)
    learn(bytes32(2))
    await receiver.retry()
    expect(text()).toBe('ok')
    expect(receiver.held).toBe(0)
    expect([...refusals()]).toEqual([['membership/never-writer', 1]])
  })

  it('opens what another member sealed again under a newer key', async () => {
    const author = await createAuthor()
    const { take, text } = createReceiver([author], createFakeKeyRing(epochKey(1), epochKey(2)))
    const block = await author.cut('again')
    const payload = concatBytes(await payloadOf(author))
    const envelope = await sealPayload(crypto, {
      space: spaceBytes,
      key: epochKey(2),
      device: bytes32(77),
      slot: 4,
      blockId: block.id,
      payload,
    })
    expect(await take({ ...block, envelope })).toEqual({ status: 'accepted' })
    expect(text()).toBe('again')
  })

  it('takes up blocks whose past came another way', async () => {
    const author = await createAuthor()
    const source = createReceiver([author])
    const { take, retry, graph, text, doc } = createReceiver([author])
    const [first, second] = [await author.cut('a'), await author.cut('b')]
    expect(await take(second)).toMatchObject({ status: 'held' })
    await source.take(first)
    const { node, payload } = source.accepted[0]!
    graph.add(node.id, node.header)
    Y.applyUpdate(doc, payload)
    await retry()
    expect(text()).toBe('ab')
  })
})

async function payloadOf(author: Author): Promise<Uint8Array> {
  return Promise.resolve(Y.encodeStateAsUpdate(author.doc))
}

describe('receiving hostile blocks', () => {
  /** Judges one block after an honest one and asserts that it left no trace. */
  async function judge(make: (author: Author) => Promise<Block>): Promise<string> {
    const author = await createAuthor()
    const { take, text, graph, refusals, receiver } = createReceiver([author])
    await take(await author.cut('honest'))
    const outcome = await take(await make(author))
    expect(text()).toBe('honest')
    expect(graph.size).toBe(1)
    expect(receiver.held).toBe(outcome.status === 'held' ? 1 : 0)
    if (outcome.status === 'refused') expect([...refusals()]).toEqual([[brief(outcome), 1]])
    return brief(outcome)
  }
  const own = (author: Author, structs: Uint8Array, count = 1, deletes = Uint8Array.of(0)) =>
    new Writer().u8(1).uint(count).uint(author.client).uint(6).fixed(structs).fixed(deletes).finish()
  const append = (author: Author, text: string) => new Writer().u8(0x84).uint(author.client).uint(5).string(text).finish()

  it('accepts the forged block that breaks no rule', async () => {
    const author = await createAuthor()
    const { take, text } = createReceiver([author])
    await take(await author.cut('honest'))
    expect(brief(await take(await author.forge(own(author, append(author, '!')), { from: 6, to: 7 })))).toBe('accepted')
    expect(text()).toBe('honest!')
  })

  it('refuses a block with one bit changed, by the layer that guards that part', async () => {
    expect(
      await judge(async (author) => {
        const block = await author.cut('x')
        return { ...block, signature: flip(block.signature, 9) }
      }),
    ).toBe('signature/bad-signature')
    for (const at of [40, 70, 100, 140, 200])
      expect(
        await judge(async (author) => {
          const block = await author.cut('x')
          return { ...block, header: flip(block.header, at) }
        }),
      ).toBe('signature/bad-signature')
    expect(
      await judge(async (author) => {
        const block = await author.cut('x')
        return { ...block, header: flip(block.header, 5) }
      }),
    ).toBe('graph/space')
    expect(
      await judge(async (author) => {
        const block = await author.cut('x')
        return { ...block, header: block.header.with(0, 2) }
      }),
    ).toBe('newer-version')
    // Sealing device, slot, nonce and ciphertext of the envelope; its key id names a key that is not here.
    for (const at of [40, 68, 75, 90])
      expect(
        await judge(async (author) => {
          const block = await author.cut('x')
          return { ...block, envelope: flip(block.envelope, at) }
        }),
      ).toBe('envelope/aead')
    expect(
      await judge(async (author) => {
        const block = await author.cut('x')
        return { ...block, envelope: flip(block.envelope, 3) }
      }),
    ).toBe('held')
    expect(
      await judge(async (author) => {
        const block = await author.cut('x')
        return { ...block, envelope: block.envelope.with(0, 2) }
      }),
    ).toBe('envelope/newer-version')
    expect(
      await judge(async (author) => {
        const block = await author.cut('x')
        return { ...block, envelope: block.envelope.slice(0, 20) }
      }),
    ).toBe('envelope/malformed')
  })

  it('refuses bytes that are no block, whatever they are', async () => {
    const author = await createAuthor()
    const { receiver } = createReceiver([author])
    const good = encodeBlock(await author.cut('x'))
    const random = createSeededRandom('bytes')
    for (let i = 0; i < 500; i++) {
      const bytes = random.chance(0.5)
        ? random.bytes(random.below(400))
        : good.with(random.below(good.length), random.below(256)).slice(0, random.below(good.length))
      expect((await receiver.receive(bytes)).status).toBe('refused')
    }
    expect(brief(await receiver.receive(concatBytes(good, Uint8Array.of(0))))).toBe('decode/trailing-bytes')
    expect(brief(await receiver.receive(new Uint8Array(2 ** 21)))).toBe('decode/too-large')
    expect(await receiver.receive(good)).toEqual({ status: 'accepted' })
  })

  it('refuses readers and strangers by their entry', async () => {
    const [reader, stranger] = [await createAuthor(), await createAuthor()]
    const { take, roles, text } = createReceiver([reader])
    roles.set(reader.device, 'reader')
    expect(brief(await take(await reader.cut('x')))).toBe('membership/never-writer')
    expect(brief(await take(await stranger.cut('x')))).toBe('membership/never-writer')
    expect(text()).toBe('')
  })

  it("refuses a block signed by another than its header's device", async () => {
    const mallory = await createAuthor()
    expect(
      await judge(async (author) => {
        const block = await author.cut('x')
        return { ...block, signature: await signBlock(mallory.signing, block.header) }
      }),
    ).toBe('signature/bad-signature')
  })

  it('refuses by the graph a place that cannot be', async () => {
    expect(await judge((author) => author.cut('x', { from: 5 }))).toBe('graph/clock')
    expect(await judge((author) => author.cut('x', { seq: 2 }))).toBe('graph/seq')
    expect(await judge((author) => author.cut('x', { previous: zero32 }))).toBe('graph/previous')
    expect(await judge((author) => author.cut('x', { space: bytes32(9) }))).toBe('graph/space')
  })

  it('refuses by the header a payload that it does not commit to', async () => {
    expect(await judge((author) => author.cut('x', { plaintextHash: bytes32(1) }))).toBe('header/plaintext-hash')
  })

  it('refuses by the guard what would harm a document, though everything around it is in order', async () => {
    expect(await judge((author) => author.forge(own(author, append(author, '!')).with(2, 5), { from: 6, to: 7 }))).toBe('guard/g2')
    const foreign = (author: Author) => new Writer().u8(1).uint(1).uint(12_345).uint(6).fixed(append(author, '!')).u8(0).finish()
    expect(await judge((author) => author.forge(foreign(author), { from: 6, to: 7 }))).toBe('guard/g2')
    expect(await judge((author) => author.forge(own(author, Uint8Array.of(10, 5)), { from: 6, to: 11 }))).toBe('guard/g3')
    expect(await judge((author) => author.forge(own(author, append(author, '!!')), { from: 6, to: 7 }))).toBe('guard/g4')
    const ahead = (author: Author) => own(author, new Writer().u8(0x84).uint(author.client).uint(6).string('!').finish())
    expect(await judge((author) => author.forge(ahead(author), { from: 6, to: 7 }))).toBe('guard/g5')
    const future = (author: Author) =>
      new Writer()
        .u8(0)
        .uint(1)
        .uint(author.client)
        .uint(1)
        .uint(0)
        .uint(2 ** 40)
        .finish()
    expect(await judge((author) => author.forge(future(author), { from: 6, to: 6 }))).toBe('guard/g8')
    const past = (author: Author) => new Writer().u8(0).uint(1).uint(author.client).uint(1).uint(0).uint(6).finish()
    expect(await judge((author) => author.forge(past(author), { from: 6, to: 6, document: new Uint8Array(16).fill(4) }))).toBe(
      'graph/clock',
    )
    expect(await judge((author) => author.forge(past(author), { from: 0, to: 0, document: new Uint8Array(16).fill(4) }))).toBe('guard/g8')
    expect(await judge((author) => author.forge(Y.encodeStateAsUpdateV2(author.doc), { from: 6, to: 12 }))).toMatch(/^guard\/g/)
  })

  it('takes in both of two histories of one slot, and the graph says which one stands', async () => {
    const device = await crypto.createSigningKey()
    const [one, other] = [await createAuthor(device), await createAuthor(device)]
    const { take, accepted, graph, receiver } = createReceiver([one])
    await take(await one.cut('first'))
    const second = await other.cut('second')
    expect(await take(second)).toEqual({ status: 'accepted' })
    expect(await take(second)).toEqual({ status: 'known' })
    expect(await take(await other.cut('third'))).toEqual({ status: 'accepted' })
    expect(await take(await one.cut(' more'))).toEqual({ status: 'accepted' })
    const feeds = accepted.map(({ node }) => graph.stands(node.id))
    expect([feeds.join(), feeds.map((stands) => !stands).join()]).toContain('true,false,false,true')
    expect(receiver.held).toBe(0)
  })

  it('counts a history that breaks a rule as no fork', async () => {
    const device = await crypto.createSigningKey()
    const [one, other] = [await createAuthor(device), await createAuthor(device)]
    const { take, graph } = createReceiver([one])
    await take(await one.cut('first'))
    expect(brief(await take(await other.forge(Uint8Array.of(0, 0), { to: 0 })))).toBe('guard/g1')
    expect(graph.tips()).toHaveLength(1)
  })

  it('takes a block that holds nothing where it takes others back', async () => {
    const author = await createAuthor()
    const { take, graph } = createReceiver([author])
    const first = await author.cut('first')
    await take(first)
    const nothing = await author.forge(Uint8Array.of(0, 0), { to: 5, from: 5 })
    expect(brief(await take(nothing))).toBe('guard/g1')
    const retracting = await author.forge(Uint8Array.of(0, 0), { to: 5, from: 5, retracts: [{ first: first.id, last: first.id }] })
    expect(await take(retracting)).toEqual({ status: 'accepted' })
    graph.decide()
    expect(graph.withdrawn()).toHaveLength(2)
  })

  it('lets no swapped envelope wait in the place of the good one', async () => {
    const author = await createAuthor()
    const { take, text } = createReceiver([author])
    const [first, second] = [await author.cut('a'), await author.cut('b')]
    expect(brief(await take({ ...second, envelope: flip(second.envelope, 90) }))).toBe('envelope/aead')
    expect(brief(await take(second))).toBe('held')
    await take(first)
    expect(text()).toBe('ab')
  })

  it('holds a bounded number of blocks of a device, and of all devices that nobody vouches for together', async () => {
    const author = await createAuthor()
    const { take, receiver } = createReceiver([author])
    for (let i = 0; i < maxHeldBlocks; i++)
      expect((await take(await author.forge(Uint8Array.of(0), { seq: 5, previous: bytes32(i) }))).status).toBe('held')
    expect(brief(await take(await author.forge(Uint8Array.of(0), { seq: 5, previous: bytes32(5_000) })))).toBe('hold/too-many-held')
    for (let i = 0; i < maxHeldBlocks; i++) {
      const stranger = await createAuthor()
      await take(await stranger.forge(Uint8Array.of(0), { membership: [bytes32(3)] }))
    }
    expect(receiver.held).toBe(2 * maxHeldBlocks)
    const stranger = await createAuthor()
    expect(brief(await take(await stranger.forge(Uint8Array.of(0), { membership: [bytes32(3)] })))).toBe('hold/too-many-held')
    // Blocks in order still come through.
    expect(await take(await author.cut('x'))).toEqual({ status: 'accepted' })
  }, 60_000)

  it('asks for what it turned away, once there is room for most of it', async () => {
    const author = await createAuthor()
    const { take, receiver, text } = createReceiver([author], undefined, { heldLimits: { blocks: 8, bytes: maxHeldBytes } })
    const wanted: (readonly DeviceId[])[] = []
    receiver.onWantedAgain((devices) => wanted.push(devices))
    const blocks = []
    for (let i = 0; i < 12; i++) blocks.push(await author.cut(String(i % 10)))
    const outcomes = []
    for (const block of blocks.slice(1)) outcomes.push(brief(await take(block)))
    expect(outcomes).toEqual([...Array.from({ length: 8 }, () => 'held'), ...Array.from({ length: 3 }, () => 'hold/too-many-held')])
    expect(wanted).toEqual([])
    await take(blocks[0]!)
    expect([wanted, text()]).toEqual([[[author.device]], '012345678'])
    for (const block of blocks.slice(9)) await take(block)
    expect(text()).toBe('012345678901')
    // Nothing was turned away since.
    expect(wanted).toHaveLength(1)
  })

  it.each([
    ['a key', (author: Author) => author.cut('a', {}, epochKey(2))],
    ['operations', (author: Author) => author.cut('a', { membership: [bytes32(7)] })],
  ])('asks for a block again of which a copy with a swapped envelope waited for %s', async (awaited, cut) => {
    const author = await createAuthor()
    const { take, receiver, ring, text, learn } = createReceiver([author])
    const wanted: (readonly DeviceId[])[] = []
    receiver.onWantedAgain((devices) => wanted.push(devices))
    const good = await cut(author)
    const bad = { ...good, envelope: flip(good.envelope, 90) }
    expect([brief(await take(bad)), brief(await take(bad)), brief(await take(good))]).toEqual(['held', 'held', 'held'])
    await receiver.retry()
    wanted.length = 0
    await take(good)
    if (awaited === 'a key') ring.keys.unshift(epochKey(2))
    else learn(bytes32(7))
    await receiver.retry()
    expect([wanted, receiver.held, text()]).toEqual([[[author.device]], 0, ''])
    expect(brief(await take(good))).toBe('accepted')
    expect(text()).toBe('a')
    // A copy that came twice is no other copy.
    await receiver.retry()
    expect(wanted).toHaveLength(1)
  })

  it('asks for the blocks of whoever is admitted after made-up devices took all places among those turned away', async () => {
    const author = await createAuthor()
    const { take, receiver, roles, learn, text } = createReceiver([author], undefined, { heldLimits: { blocks: 1, bytes: maxHeldBytes } })
    const wanted: (readonly DeviceId[])[] = []
    receiver.onWantedAgain((devices) => wanted.push(devices))
    const membership = [bytes32(7)]
    for (let i = 0; i < 1 + maxUnknownTurnedAway; i++) await take(await (await createAuthor()).cut('junk', { membership }))
    const newcomer = await createAuthor()
    const block = await newcomer.cut('hello', { membership })
    expect(brief(await take(block))).toBe('hold/too-many-held')
    learn(membership[0]!)
    roles.set(newcomer.device, 'editor')
    await receiver.retry()
    await receiver.retry()
    expect(wanted).toEqual([[newcomer.device]])
    expect(brief(await take(block))).toBe('accepted')
    expect(text()).toBe('hello')
  })

  it('holds a bounded number of bytes of a device', async () => {
    const author = await createAuthor()
    const { take, receiver } = createReceiver([author], createFakeKeyRing())
    const outcomes: string[] = []
    for (let i = 0; i < 5; i++) outcomes.push(brief(await take(await author.forge(new Uint8Array(1_000_000), { timeMs: i, seq: 0 }))))
    expect(outcomes).toEqual(['held', 'held', 'held', 'held', 'hold/too-many-held'])
    expect(receiver.held).toBe(4)
  })

  it('accepts nothing after it was disposed', async () => {
    const author = await createAuthor()
    const { take, text, receiver } = createReceiver([author])
    const [first, second] = [await author.cut('a'), await author.cut('b')]
    await take(second)
    const pending = take(first)
    receiver.dispose()
    expect(brief(await pending)).toBe('hold/disposed')
    expect(text()).toBe('')
    expect(receiver.held).toBe(0)
  })
})
