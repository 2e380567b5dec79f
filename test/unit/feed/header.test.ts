import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareBytes, concatBytes, equalBytes } from '../../../src/shared/bytes.ts'
import { clientIdOf } from '../../../src/feed/clientId.ts'
import { feedKeyOf, parseFeedKey } from '../../../src/feed/feedKey.ts'
import {
  decodeHeader,
  encodeHeader,
  maxDependencies,
  maxMembershipHeads,
  maxRetractions,
  type BlockHeader,
} from '../../../src/feed/header.ts'
import { bytes32, hashOnly, headerOf, spaceBytes } from './feedFixtures.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const ids = fc.uniqueArray(bytes(32), { maxLength: 5, comparator: equalBytes }).map((list) => list.sort(compareBytes))
const headers: fc.Arbitrary<BlockHeader> = fc
  .record({
    space: bytes(32),
    identity: bytes(32),
    device: bytes(32),
    slot: fc.integer({ min: 0, max: 0xffff_ffff }),
    seq: fc.maxSafeNat(),
    previous: bytes(32),
    dependencies: ids,
    membership: ids,
    document: bytes(16),
    keyId: bytes(32),
    clocks: fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()),
    timeMs: fc.maxSafeNat(),
    plaintextHash: bytes(32),
    retracts: ids.chain((firsts) => fc.tuple(...firsts.map((first) => bytes(32).map((last) => ({ first, last }))))),
  })
  .map(({ clocks, ...rest }) => ({ ...rest, from: Math.min(...clocks), to: Math.max(...clocks) }))

function faultOf(header: BlockHeader): string | undefined {
  const result = decodeHeader(encodeHeader(header))
  return result.ok ? undefined : result.error
}

const many = (count: number) => Array.from({ length: count }, (_, i) => bytes32(i))

describe('the header of a block', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(headers, (header) => {
        expect(decodeHeader(encodeHeader(header))).toEqual({ ok: true, value: header })
      }),
    )
  })

  it('never throws for any bytes, and has one byte form', () => {
    const valid = encodeHeader(headerOf())
    fc.assert(
      fc.property(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 }), fc.boolean(), (at, byte, cut) => {
        const changed = cut ? valid.slice(0, at) : valid.with(at, byte)
        const result = decodeHeader(changed)
        if (result.ok) expect(encodeHeader(result.value)).toEqual(changed)
      }),
      { numRuns: 1_000 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (random) => void decodeHeader(random)))
    expect(decodeHeader(new Uint8Array(0))).toEqual({ ok: false, error: 'truncated' })
  })

  it('tells a newer version from damage', () => {
    const newer = encodeHeader(headerOf()).with(0, 2)
    expect(decodeHeader(newer)).toEqual({ ok: false, error: 'newer-version' })
    expect(decodeHeader(newer.with(0, 0))).toEqual({ ok: false, error: 'bad-value' })
  })

  it('refuses heads that are out of order, doubled or too many', () => {
    expect(faultOf(headerOf({ dependencies: many(maxDependencies), membership: many(maxMembershipHeads) }))).toBeUndefined()
    expect(faultOf(headerOf({ dependencies: many(maxDependencies + 1) }))).toBe('too-large')
    expect(faultOf(headerOf({ membership: many(maxMembershipHeads + 1) }))).toBe('too-large')
    expect(faultOf(headerOf({ dependencies: [bytes32(2), bytes32(1)] }))).toBe('bad-value')
    expect(faultOf(headerOf({ membership: [bytes32(2), bytes32(2)] }))).toBe('bad-value')
  })

  it('refuses retractions that are out of order, doubled or too many', () => {
    const retract = (firsts: readonly Uint8Array[]) => headerOf({ retracts: firsts.map((first) => ({ first, last: bytes32(0) })) })
    expect(faultOf(retract(many(maxRetractions)))).toBeUndefined()
    expect(faultOf(retract(many(maxRetractions + 1)))).toBe('too-large')
    expect(faultOf(retract([bytes32(2), bytes32(1)]))).toBe('bad-value')
    expect(faultOf(retract([bytes32(2), bytes32(2)]))).toBe('bad-value')
  })

  it('refuses clocks that run backwards, numbers beyond 2^53 - 1 and bytes that trail', () => {
    expect(faultOf(headerOf({ from: 2, to: 1 }))).toBe('bad-value')
    expect(faultOf(headerOf({ seq: 2 ** 53 }))).toBe('too-large')
    expect(decodeHeader(concatBytes(encodeHeader(headerOf()), Uint8Array.of(0)))).toEqual({ ok: false, error: 'trailing-bytes' })
  })
})

describe('the name of a feed', () => {
  it('gives back its device and slot', () => {
    fc.assert(
      fc.property(bytes(32), fc.integer({ min: 0, max: 0xffff_ffff }), (device, slot) => {
        expect(parseFeedKey(feedKeyOf(device, slot))).toEqual({ device, slot })
      }),
    )
  })

  it('is refused in any other form', () => {
    const key = feedKeyOf(bytes32(1), 5)
    for (const text of [
      '',
      '/',
      key.replace('/5', '/05'),
      key.replace('/5', '/'),
      key.replace('/5', '/4294967296'),
      `${key} `,
      `A${key}`,
      key.replace('/5', '/-1'),
    ])
      expect(parseFeedKey(text)).toBeUndefined()
  })
})

describe('the Yjs clientID of a slot', () => {
  it('is a safe integer of its own for each space, device and slot', () => {
    const clients = new Set<number>()
    for (const space of [spaceBytes, bytes32(8)])
      for (const device of [bytes32(1), bytes32(2)])
        for (let slot = 0; slot < 50; slot++) clients.add(clientIdOf(hashOnly, space, device, slot))
    expect(clients.size).toBe(200)
    expect([...clients].every((client) => Number.isSafeInteger(client) && client >= 0)).toBe(true)
    expect([...clients].some((client) => client > 2 ** 52)).toBe(true)
  })

  it('is the low 53 bits of the hash', () => {
    const crypto = { ...hashOnly, hash: () => new Uint8Array(32).fill(255) }
    expect(clientIdOf(crypto, spaceBytes, bytes32(1), 0)).toBe(Number.MAX_SAFE_INTEGER)
  })
})
