import { describe, expect, it } from 'vitest'
import type { EpochKey, KeyRing } from '../../../src/access/keys/keyRing.ts'
import { epochKeyId } from '../../../src/access/keys/epochKeys.ts'

import { decodeBlock, encodeBlock, maxBlockBytes, signBlock, verifyBlock } from '../../../src/feed/block.ts'
import {
  maxEnvelopeBytes,
  maxPayloadBytes,
  openEnvelope,
  plaintextHash,
  sealPayload,
  type SealOptions,
} from '../../../src/feed/envelope.ts'
import { maxHeaderBytes } from '../../../src/feed/header.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'
import { bytes32, spaceBytes } from './feedFixtures.ts'

const random = createSeededRandom('envelope')
const crypto = createSimulatedCrypto(random)
const keyOf = (seed: number): EpochKey => ({ id: epochKeyId(crypto, spaceBytes, bytes32(seed)), key: bytes32(seed) })
const key = keyOf(1)
const keyRing = { get: (id: Uint8Array) => (id.every((byte, i) => byte === key.id[i]) ? key : undefined) } as KeyRing

const options: SealOptions = { space: spaceBytes, key, device: bytes32(2), slot: 3, blockId: bytes32(4), payload: Uint8Array.of(1, 2, 3) }
const open = (envelope: Uint8Array, blockId: Uint8Array = bytes32(4), space: Uint8Array = spaceBytes) =>
  openEnvelope(crypto, { space, keyRing, blockId, envelope })

describe('the envelope of a payload', () => {
  it('gives back what was sealed, whoever sealed it, and never the same bytes twice', async () => {
    const envelopes = [
      await sealPayload(crypto, options),
      await sealPayload(crypto, options),
      await sealPayload(crypto, { ...options, device: bytes32(9), slot: 0xffff_ffff }),
    ]
    for (const envelope of envelopes) expect(await open(envelope)).toEqual({ ok: true, value: options.payload })
    expect(envelopes[0]).not.toEqual(envelopes[1])
    expect(envelopes[0]!.length).toBe(1 + 32 + 32 + 4 + 12 + 1 + 3 + 1 + 16)
  })

  it('holds the largest payload, and nothing beyond', async () => {
    const envelope = await sealPayload(crypto, { ...options, payload: new Uint8Array(maxPayloadBytes) })
    expect(envelope.length).toBeLessThanOrEqual(maxEnvelopeBytes)
    expect((await open(envelope)).ok).toBe(true)
    expect(await open(await sealPayload(crypto, { ...options, payload: new Uint8Array(maxEnvelopeBytes) }))).toEqual({
      ok: false,
      error: 'malformed',
    })
  })

  it('opens for its own block, space and key only', async () => {
    const envelope = await sealPayload(crypto, options)
    expect(await open(envelope, bytes32(5))).toEqual({ ok: false, error: 'aead' })
    expect(await open(envelope, bytes32(4), bytes32(6))).toEqual({ ok: false, error: 'aead' })
    expect(await open(await sealPayload(crypto, { ...options, key: keyOf(2) }))).toEqual({ ok: false, error: 'unknown-key' })
    expect(await open(await sealPayload(crypto, { ...options, key: { id: key.id, key: bytes32(3) } }))).toEqual({
      ok: false,
      error: 'aead',
    })
  })

  it('refuses damage in every byte, and tells a newer version', async () => {
    const envelope = await sealPayload(crypto, options)
    for (let at = 1; at < envelope.length; at++) expect((await open(envelope.with(at, envelope[at]! ^ 4))).ok).toBe(false)
    for (let length = 0; length < envelope.length; length++)
      expect(await open(envelope.slice(0, length))).toEqual({ ok: false, error: 'malformed' })
    expect(await open(envelope.with(0, 2))).toEqual({ ok: false, error: 'newer-version' })
    expect(await open(envelope.with(0, 0))).toEqual({ ok: false, error: 'malformed' })
  })
})

describe('the hash of a payload', () => {
  it('depends on the payload, the key and the space', () => {
    const hashes = [
      plaintextHash(crypto, spaceBytes, key, Uint8Array.of(1)),
      plaintextHash(crypto, spaceBytes, key, Uint8Array.of(2)),
      plaintextHash(crypto, spaceBytes, keyOf(2), Uint8Array.of(1)),
      plaintextHash(crypto, bytes32(9), key, Uint8Array.of(1)),
    ]
    expect(new Set(hashes.map(String)).size).toBe(4)
  })
})

describe('the encoded block', () => {
  it('comes back as it was written, and is signed by its device', async () => {
    const signing = await crypto.createSigningKey()
    const header = random.bytes(300)
    const block = { header, signature: await signBlock(signing, header), envelope: random.bytes(100) }
    expect(decodeBlock(encodeBlock(block))).toEqual({ ok: true, value: block })
    expect(await verifyBlock(crypto, signing.publicKey, block)).toBe(true)
    expect(await verifyBlock(crypto, signing.publicKey, { ...block, header: header.with(0, header[0]! ^ 1) })).toBe(false)
    expect(await verifyBlock(crypto, bytes32(1), block)).toBe(false)
  })

  it('is bounded in each part', () => {
    const encode = (header: number, envelope: number) =>
      encodeBlock({ header: new Uint8Array(header), signature: new Uint8Array(64), envelope: new Uint8Array(envelope) })
    expect(encode(maxHeaderBytes, maxEnvelopeBytes).length).toBeLessThanOrEqual(maxBlockBytes)
    expect(decodeBlock(encode(maxHeaderBytes, maxEnvelopeBytes)).ok).toBe(true)
    expect(decodeBlock(encode(maxHeaderBytes + 1, 0))).toEqual({ ok: false, error: 'too-large' })
    expect(decodeBlock(encode(0, maxEnvelopeBytes + 1))).toEqual({ ok: false, error: 'too-large' })
    expect(decodeBlock(encode(0, 0).slice(1))).toEqual({ ok: false, error: 'truncated' })
  })
})

describe('subkeys', () => {
  it('are derived once for a key that a ring holds, and again for every other feed', async () => {
    let derivations = 0
    const counting = { ...crypto, hkdf: (...args: Parameters<typeof crypto.hkdf>) => (derivations++, crypto.hkdf(...args)) }
    const held: EpochKey = { ...key, derived: new Map() }
    const seal = (changes: Partial<SealOptions> = {}) => sealPayload(counting, { ...options, key: held, ...changes })
    const first = await seal()
    await seal()
    expect(await open(first)).toEqual({ ok: true, value: options.payload })
    expect(derivations).toBe(1)
    await seal({ slot: 4 })
    await seal({ device: bytes32(5) })
    expect(derivations).toBe(3)
    const hashes = [1, 2].map(() => plaintextHash(counting, spaceBytes, held, Uint8Array.of(1)))
    expect(hashes).toEqual([1, 2].map(() => plaintextHash(crypto, spaceBytes, key, Uint8Array.of(1))))
    expect(derivations).toBe(4)
  })

  it('of made-up feeds do not pile up', async () => {
    const held: EpochKey = { ...key, derived: new Map() }
    for (let slot = 0; slot < 2_000; slot++) await sealPayload(crypto, { ...options, key: held, slot })
    expect(held.derived!.size).toBe(1_024)
  })
})
