import { describe, expect, it } from 'vitest'
import { compression } from '../../../src/crypto/compression.ts'
import type { CryptoPort } from '../../../src/crypto/cryptoPort.ts'
import { createBundle, maxBundlePayloadBytes, openBundle, openBundleHead, type Bundle } from '../../../src/feed/bundles/bundle.ts'
import { decodeHeader, type BlockHeader } from '../../../src/feed/header.ts'
import { openEnvelope, sealEnvelope } from '../../../src/feed/envelope.ts'
import { verifyBlock } from '../../../src/feed/block.ts'
import { concatBytes } from '../../../src/shared/bytes.ts'
import { decode, Writer } from '../../../src/shared/encoding.ts'
import { labelledHash } from '../../../src/crypto/labels.ts'
import { createAuthor, createFakeKeyRing, crypto as simulated, epochKey, flip } from './receiveFixtures.ts'
import { bytes32, spaceBytes } from './feedFixtures.ts'

/** The simulated port with the platform's own compression. */
const crypto: CryptoPort = { ...simulated, ...compression }
const keyRing = createFakeKeyRing(epochKey(1))
const reader = { space: spaceBytes, keyRing }
const sealer = { space: spaceBytes, key: epochKey(1), device: bytes32(9), slot: 3 }

/** Blocks of one author, with header and payload read again. */
async function blocksOf(count: number, changes: (i: number) => Partial<BlockHeader> = () => ({})) {
  const author = await createAuthor()
  const blocks = []
  for (let i = 0; i < count; i++) {
    const block = await author.cut(`word ${i} `, changes(i))
    const header = decodeHeader(block.header)
    const payload = await openEnvelope(crypto, { ...reader, blockId: block.id, envelope: block.envelope })
    if (!header.ok || !payload.ok) throw new Error('no block')
    blocks.push({ ...block, bytes: block.header, header: header.value, payload: payload.value })
  }
  return blocks
}

async function bundleOf(blocks: Awaited<ReturnType<typeof blocksOf>>): Promise<Bundle> {
  const bundle = await createBundle(crypto, sealer, blocks, blocks.at(-1)!.signature)
  if (bundle === undefined) throw new Error('too much for a bundle')
  return bundle
}

const fault = async (bundle: Bundle) => {
  const opened = await openBundle(crypto, reader, bundle)
  return opened.ok ? undefined : opened.error
}

const partsOf = (bundle: Bundle): Uint8Array[] => {
  const parts = decode(bundle.parts, (list) => list.list(2000, () => list.bytes(2 ** 24)))
  return parts.ok ? parts.value : []
}
const encodeParts = (parts: readonly Uint8Array[]) => new Writer().list(parts, (part, writer) => writer.bytes(part)).finish()

describe('a bundle', () => {
  it('gives back headers and payloads byte for byte, and the signature of the last proves them', async () => {
    const blocks = await blocksOf(50, (i) => ({ document: new Uint8Array(16).fill(i % 3), timeMs: 1_000_000 + i * 130 }))
    const opened = await openBundle(crypto, reader, await bundleOf(blocks))
    if (!opened.ok) throw new Error(opened.error)
    expect(opened.value.blocks.map(({ bytes }) => bytes)).toEqual(blocks.map(({ bytes }) => bytes))
    expect(opened.value.blocks.map(({ payload }) => payload)).toEqual(blocks.map(({ payload }) => payload))
    const last = opened.value.blocks.at(-1)!
    expect(await verifyBlock(crypto, last.header.device, { header: last.bytes, signature: opened.value.head.signature })).toBe(true)
  })

  it('takes a fraction of what the blocks take', async () => {
    const blocks = await blocksOf(128, (i) => ({ timeMs: 1_000_000 + i * 130 }))
    const { head, parts } = await bundleOf(blocks)
    const single = blocks.reduce((sum, block) => sum + block.bytes.length + block.signature.length + block.envelope.length, 0)
    expect(head.length + parts.length).toBeLessThan(single / 12)
  })

  it('lets its headers be read without a key', async () => {
    const blocks = await blocksOf(3)
    const head = await openBundleHead(crypto, (await bundleOf(blocks)).head)
    expect(head.ok && head.value.run.headers.map(({ seq, from, to }) => [seq, from, to])).toEqual(
      blocks.map(({ header: { seq, from, to } }) => [seq, from, to]),
    )
  })

  it('holds one part for each document', async () => {
    const blocks = await blocksOf(9, (i) => ({ document: new Uint8Array(16).fill(i % 3) }))
    expect(partsOf(await bundleOf(blocks)).length).toBe(3)
  })

  it('is not made of more than it may hold', async () => {
    const [block] = await blocksOf(1)
    const big = { ...block!, payload: new Uint8Array(maxBundlePayloadBytes / 2 + 1) }
    expect(await createBundle(crypto, sealer, [big, big], block!.signature)).toBe(undefined)
    expect(
      await createBundle(
        crypto,
        sealer,
        Array.from({ length: 1025 }, () => block!),
        block!.signature,
      ),
    ).toBe(undefined)
  })

  it('tells which key is missing from what is broken', async () => {
    const bundle = await bundleOf(await blocksOf(3))
    const opened = await openBundle(crypto, { space: spaceBytes, keyRing: createFakeKeyRing(epochKey(2)) }, bundle)
    expect(opened).toEqual({ ok: false, error: 'unknown-key' })
  })

  describe('from a hostile hand', () => {
    it('shows every change of a payload, of the order or of a header in the id of its last block', async () => {
      const blocks = await blocksOf(6)
      const good = await openBundle(crypto, reader, await bundleOf(blocks))
      const idOf = async (changed: typeof blocks) => {
        const opened = await openBundle(crypto, reader, await bundleOf(changed))
        return opened.ok ? opened.value.blocks.at(-1)!.id : opened.error
      }
      const id = good.ok ? good.value.blocks.at(-1)!.id : ''
      expect(await idOf(blocks)).toBe(id)
      expect(await idOf(blocks.with(2, { ...blocks[2]!, payload: flip(blocks[2]!.payload, 3) }))).not.toBe(id)
      expect(await idOf([blocks[0]!, blocks[2]!, blocks[1]!, ...blocks.slice(3)])).not.toBe(id)
      expect(await idOf(blocks.toSpliced(2, 1))).not.toBe(id)
      const header = { ...blocks[1]!.header, timeMs: blocks[1]!.header.timeMs + 1 }
      expect(await idOf(blocks.with(1, { ...blocks[1]!, header }))).not.toBe(id)
    })

    it('is refused with the reason of the layer that saw it', async () => {
      const bundle = await bundleOf(await blocksOf(40, (i) => ({ document: new Uint8Array(16).fill(i % 2) })))
      const other = await bundleOf(await blocksOf(40, (i) => ({ document: new Uint8Array(16).fill(i % 2) })))
      const parts = partsOf(bundle)
      const { head } = bundle
      expect(await fault(bundle)).toBe(undefined)
      expect(await fault({ ...bundle, head: head.subarray(0, -1) })).toBe('malformed')
      expect(await fault({ ...bundle, head: concatBytes(head, Uint8Array.of(0)) })).toBe('malformed')
      expect(await fault({ ...bundle, head: head.with(0, 2) })).toBe('newer-version')
      expect(await fault({ ...bundle, head: head.with(1, 2) })).toBe('newer-version')
      expect(await fault({ ...bundle, head: new Uint8Array(0) })).toBe('malformed')
      expect(await fault({ ...bundle, parts: bundle.parts.subarray(0, -1) })).toBe('malformed')
      expect(await fault({ ...bundle, parts: encodeParts(parts.slice(1)) })).toBe('parts')
      expect(await fault({ ...bundle, parts: encodeParts([...parts, parts[0]!]) })).toBe('parts')
      expect(await fault({ ...bundle, parts: encodeParts(parts.toReversed()) })).toBe('aead')
      expect(await fault({ ...bundle, parts: other.parts })).toBe('aead')
      expect(await fault({ ...bundle, parts: encodeParts([flip(parts[0]!, parts[0]!.length - 20), parts[1]!]) })).toBe('aead')
      expect(await fault({ ...bundle, head: flip(head, head.length - 1) })).toBe('aead')
    })

    it('is refused where a member sealed parts that lie', async () => {
      const bundle = await bundleOf(await blocksOf(4))
      const data = concatBytes(labelledHash(crypto, 'bundle', bundle.head), new Uint8Array(16).fill(3))
      const withPart = async (plaintext: Uint8Array) => ({
        ...bundle,
        parts: encodeParts([await sealEnvelope(crypto, sealer, plaintext, data)]),
      })
      const payload = (bytes: Uint8Array) =>
        new Writer()
          .uint(bytes.length + 1)
          .fixed(bytes)
          .finish()
      const four = concatBytes(...[1, 2, 3, 4].map((i) => payload(bytes32(i))))
      expect(await fault(await withPart(concatBytes(Uint8Array.of(0), four)))).toBe(undefined)
      expect(await fault(await withPart(concatBytes(Uint8Array.of(0), four, Uint8Array.of(0))))).toBe('parts')
      expect(await fault(await withPart(concatBytes(Uint8Array.of(0), four.subarray(33))))).toBe('parts')
      expect(await fault(await withPart(Uint8Array.of(0, 0xff, 0xff, 0x7f)))).toBe('parts')
      expect(await fault(await withPart(Uint8Array.of(0)))).toBe('parts')
      expect(await fault(await withPart(concatBytes(Uint8Array.of(1), four)))).toBe('inflate')
      expect(await fault(await withPart(concatBytes(Uint8Array.of(2), four)))).toBe('newer-version')
      const huge = concatBytes(payload(new Uint8Array(600_000)), payload(new Uint8Array(600_000)), payload(bytes32(3)), payload(bytes32(4)))
      expect(await fault(await withPart(concatBytes(Uint8Array.of(1), await crypto.deflate(huge))))).toBe('inflate')
    })

    it('unpacks no bomb: neither in a part nor in the head', async () => {
      const bundle = await bundleOf(await blocksOf(4))
      const bomb = await crypto.deflate(new Uint8Array(16 * 1024 * 1024))
      expect(bomb.length).toBeLessThan(20_000)
      const data = concatBytes(labelledHash(crypto, 'bundle', bundle.head), new Uint8Array(16).fill(3))
      const part = await sealEnvelope(crypto, sealer, concatBytes(Uint8Array.of(1), bomb), data)
      expect(await fault({ ...bundle, parts: encodeParts([part]) })).toBe('inflate')
      const head = new Writer().u8(1).u8(1).bytes(bomb).fixed(new Uint8Array(64)).finish()
      expect(await fault({ ...bundle, head })).toBe('inflate')
    })

    it('never makes the reader throw, whatever byte is changed', async () => {
      const bundle = await bundleOf(await blocksOf(3))
      for (let i = 0; i < bundle.head.length; i++) await openBundle(crypto, reader, { ...bundle, head: flip(bundle.head, i) })
      for (let i = 0; i < bundle.parts.length; i++) expect(await fault({ ...bundle, parts: flip(bundle.parts, i) })).not.toBe(undefined)
    })
  })
})
