import { describe, expect, it } from 'vitest'
import type { EpochKey } from '../../../src/access/keys/keyRing.ts'
import type { Epoch } from '../../../src/access/operationLog.ts'
import { encodeBlock, type Block } from '../../../src/feed/block.ts'
import type { BlockNode } from '../../../src/feed/graph/blockGraph.ts'
import { createBundle, decodeParts } from '../../../src/feed/bundles/bundle.ts'
import { openEnvelope, sealingKeyOf, type Sealer } from '../../../src/feed/envelope.ts'
import { feedKeyOf } from '../../../src/feed/feedKey.ts'
import { decodeHeader } from '../../../src/feed/header.ts'
import { createSealAnew } from '../../../src/feed/sealAnew.ts'
import { compression } from '../../../src/crypto/compression.ts'
import { toId, type BlockId, type SpaceId } from '../../../src/shared/ids.ts'
import { createAuthor, createFakeKeyRing, crypto as simulated, epochKey } from './receiveFixtures.ts'
import { bytes32, spaceBytes } from './feedFixtures.ts'

const crypto = { ...simulated, ...compression }
const [former, next] = [epochKey(1), epochKey(2)]

/** Three own blocks under the former key, and the keys that may be used: all that are held, unless an end says otherwise. */
async function createTest() {
  const author = await createAuthor()
  const { publicKey: device } = author.signing
  const keyRing = createFakeKeyRing(former)
  const usable = new Set<EpochKey>([former])
  const blocks = []
  for (let i = 0; i < 3; i++) blocks.push(await author.cut(`word ${i} `))
  const nodes = blocks.map(({ id, header: bytes }) => {
    const header = decodeHeader(bytes)
    if (!header.ok) throw new Error('no header')
    return { id: toId<BlockId>(id), feed: feedKeyOf(device, 0), header: header.value } as unknown as BlockNode
  })
  const options = {
    crypto,
    space: toId<SpaceId>(spaceBytes),
    keyRing: { ...keyRing, newest: () => [...usable].at(-1) },
    log: { epochs: () => [former, next].map((key) => ({ keyId: key.id, usable: usable.has(key) }) as unknown as Epoch) },
    graph: { node: (id: BlockId) => nodes.find((node) => node.id === id) },
    slot: 5,
  }
  const removed = (): void => void usable.clear()
  const rotated = (): void => {
    keyRing.keys.push(next)
    usable.add(next)
  }
  return {
    sealAnew: createSealAnew({ ...options, device }),
    other: createSealAnew({ ...options, device: bytes32(8) }),
    keyRing,
    blocks,
    nodes,
    removed,
    rotated,
  }
}

const keyOf = (block: Block | undefined) =>
  block && [former, next].findIndex(({ id }) => String(id) === String(sealingKeyOf(block.envelope)))

describe('an own block that nobody has', () => {
  it('goes out as it is while its key may be used, waits while none may, and then goes out under the new key', async () => {
    const { sealAnew, keyRing, blocks, nodes, removed, rotated } = await createTest()
    expect(await sealAnew.block(nodes[0]!, blocks[0]!)).toBe(blocks[0])
    removed()
    expect(await sealAnew.block(nodes[0]!, blocks[0]!)).toBeUndefined()
    rotated()
    const sealed = (await sealAnew.block(nodes[0]!, blocks[0]!))!
    expect(keyOf(sealed)).toBe(1)
    expect({ ...sealed, envelope: undefined }).toEqual({ ...blocks[0]!, envelope: undefined })
    const open = (block: Block, ring = keyRing) =>
      openEnvelope(crypto, { space: spaceBytes, keyRing: ring, blockId: blocks[0]!.id, envelope: block.envelope })
    expect(await open(sealed)).toEqual(await open(blocks[0]!))
    expect(await open(sealed, createFakeKeyRing(former))).toEqual({ ok: false, error: 'unknown-key' })
    // It is sealed once more for the next peer, and not where it is under the new key already.
    expect(encodeBlock((await sealAnew.block(nodes[0]!, sealed))!)).toEqual(encodeBlock(sealed))
  })

  it('is sealed anew in a bundle too', async () => {
    const { sealAnew, blocks, nodes, keyRing, removed, rotated } = await createTest()
    const sealer: Sealer = { space: spaceBytes, key: former, device: bytes32(3), slot: 0 }
    const parts = await Promise.all(
      nodes.map(async ({ header }, i) => {
        const { id: blockId, envelope } = blocks[i]!
        const payload = await openEnvelope(crypto, { space: spaceBytes, keyRing, blockId, envelope })
        if (!payload.ok) throw new Error(payload.error)
        return { header, payload: payload.value }
      }),
    )
    const bundle = (await createBundle(crypto, sealer, parts, blocks[2]!.signature))!
    const last = { feed: nodes[2]!.feed, seq: 2 }
    expect(await sealAnew.bundle(last, bundle)).toBe(bundle)
    removed()
    expect(await sealAnew.bundle(last, bundle)).toBeUndefined()
    rotated()
    const sealed = (await sealAnew.bundle(last, bundle))!
    const decoded = decodeParts(sealed.parts)
    expect(decoded.ok && decoded.value.map((part) => String(sealingKeyOf(part)))).toEqual([String(next.id)])
    expect(sealed.head).toEqual(bundle.head)
  })
})

describe('a block', () => {
  it('that a member has, or that others wrote, goes out as it is', async () => {
    const { sealAnew, other, blocks, nodes, removed, rotated } = await createTest()
    removed()
    expect(await other.block(nodes[0]!, blocks[0]!)).toBe(blocks[0])
    sealAnew.noteElsewhere([
      { feed: nodes[1]!.feed, seq: 1, id: nodes[1]!.id },
      // A block that is not here proves nothing.
      { feed: nodes[1]!.feed, seq: 9, id: toId<BlockId>(bytes32(77)) },
    ])
    for (const i of [0, 1]) expect(await sealAnew.block(nodes[i]!, blocks[i]!)).toBe(blocks[i])
    rotated()
    expect(keyOf(await sealAnew.block(nodes[2]!, blocks[2]!))).toBe(1)
  })

  it('that cannot be opened here goes out as it is: it is for the receiver to judge', async () => {
    const { sealAnew, blocks, nodes, removed, rotated } = await createTest()
    removed()
    rotated()
    const envelope = blocks[0]!.envelope.slice()
    envelope.set([envelope.at(-1)! ^ 1], envelope.length - 1)
    const damaged = { ...blocks[0]!, envelope }
    expect(await sealAnew.block(nodes[0]!, damaged)).toBe(damaged)
  })
})
