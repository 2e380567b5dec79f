import { describe, expect, it } from 'vitest'
import { completeRun, decodeRun, encodeRun, maxRunBytes, type HeaderRun } from '../../../src/feed/bundles/differenceHeaders.ts'
import { blockHash, encodeHeader, type BlockHeader } from '../../../src/feed/header.ts'
import { concatBytes, toHex } from '../../../src/shared/bytes.ts'
import { createSeededRandom, type SeededRandom } from '../../../src/testing/seededRandom.ts'
import { ascending, bytes32, hashOnly, headerOf, zero32 } from './feedFixtures.ts'
import { toId, type BlockId } from '../../../src/shared/ids.ts'

/** A chain of headers as one slot may cut them, each after `changes`. */
function chain(count: number, changes: (i: number) => Partial<BlockHeader>, first: Partial<BlockHeader> = {}): BlockHeader[] {
  const headers: BlockHeader[] = []
  for (let i = 0; i < count; i++) {
    const before = headers.at(-1)
    headers.push(
      headerOf({
        ...first,
        ...(before === undefined ? {} : { previous: blockHash(hashOnly, encodeHeader(before)) }),
        seq: (first.seq ?? 0) + i,
        plaintextHash: bytes32(5000 + i),
        ...changes(i),
      }),
    )
  }
  return headers
}

const typed = (count: number) => chain(count, (i) => ({ from: i, to: i + 1, timeMs: 1_700_000_000_000 + 130 * i }))

function expectRoundTrip(headers: readonly BlockHeader[]): void {
  const run = decoded(encodeRun(headers))
  const hashes = headers.map(({ plaintextHash }) => plaintextHash)
  const complete = completeRun(hashOnly, run, hashes)
  expect(complete.map(({ bytes }) => toHex(bytes))).toEqual(headers.map((header) => toHex(encodeHeader(header))))
  expect(complete.map(({ id }) => id)).toEqual(headers.map((header) => toId<BlockId>(blockHash(hashOnly, encodeHeader(header)))))
}

function decoded(bytes: Uint8Array): HeaderRun {
  const run = decodeRun(bytes)
  if (!run.ok) throw new Error(run.error)
  return run.value
}

function randomChain(random: SeededRandom): BlockHeader[] {
  const clocks = new Map<number, number>()
  let keyId = bytes32(300)
  let membership = [bytes32(200)]
  const start = random.chance(0.5) ? 0 : 1 + random.below(1000)
  return chain(
    1 + random.below(40),
    () => {
      const number = random.below(3)
      const from = random.chance(0.1) ? random.below(2 ** 40) : (clocks.get(number) ?? 0)
      const to = from + random.below(3)
      clocks.set(number, to)
      if (random.chance(0.1)) keyId = bytes32(300 + random.below(3))
      if (random.chance(0.1)) membership = Array.from({ length: random.below(4) }, (_, i) => bytes32(200 + 10 * i + random.below(10)))
      return {
        document: number === 0 ? new Uint8Array(16) : new Uint8Array(16).fill(number),
        from,
        to,
        retracts: random.chance(0.1) ? [{ first: bytes32(random.below(9)), last: bytes32(7) }] : [],
        keyId,
        membership,
        dependencies: random.chance(0.3)
          ? ascending(Array.from({ length: 1 + random.below(3) }, (_, i) => toId<BlockId>(bytes32(1000 * i + random.below(1000)))))
          : [],
        timeMs: random.chance(0.1) ? random.pick([0, Number.MAX_SAFE_INTEGER]) : random.below(2 ** 42),
      }
    },
    start === 0 ? {} : { seq: start, previous: bytes32(77) },
  )
}

describe('difference headers', () => {
  it('give back byte for byte what they were made of', () => {
    for (let seed = 0; seed < 200; seed++) expectRoundTrip(randomChain(createSeededRandom(seed)))
  })

  it('take a few bytes each while somebody types', () => {
    const one = encodeRun(typed(1)).length
    expect(one).toBeLessThan(300)
    expect((encodeRun(typed(129)).length - one) / 128).toBeLessThan(4.1)
  })

  it('share the bytes that headers have in common', () => {
    const [first, second] = decoded(encodeRun(typed(2))).headers
    expect([second!.space === first!.space, second!.keyId === first!.keyId, second!.membership === first!.membership]).toEqual([
      true,
      true,
      true,
    ])
  })

  it('chain: another payload hash anywhere gives the last header another id', () => {
    const headers = typed(5)
    const run = decoded(encodeRun(headers))
    const hashes = headers.map(({ plaintextHash }) => plaintextHash)
    const last = (of: readonly Uint8Array[]) => completeRun(hashOnly, run, of).at(-1)!.id
    hashes.forEach((_, i) => expect(last(hashes.with(i, zero32))).not.toBe(last(hashes)))
  })

  describe('are refused', () => {
    const feed = encodeRun(typed(1)).subarray(0, 100 + 1 + 32)
    const difference = encodeRun(typed(1)).subarray(feed.length + 1)
    const runOf = (...differences: Uint8Array[]) => concatBytes(feed, Uint8Array.of(differences.length), ...differences)
    const cases: readonly (readonly [string, Uint8Array, string])[] = [
      ['without a header', runOf(), 'bad-value'],
      ['cut anywhere', encodeRun(typed(3)).subarray(0, -1), 'truncated'],
      ['with a byte behind', concatBytes(encodeRun(typed(3)), Uint8Array.of(0)), 'trailing-bytes'],
      ['with an unknown flag', runOf(difference, Uint8Array.of(128, 1, 1)), 'bad-value'],
      ['where the first names no document', runOf(Uint8Array.of(0, 1, 1)), 'bad-value'],
      ['with a document that was not named yet', runOf(difference, Uint8Array.of(1, 2, 1, 1)), 'too-large'],
      ['of more headers than they are', concatBytes(feed, Uint8Array.of(5), difference), 'truncated'],
      ['of more than a run may hold', concatBytes(feed, Uint8Array.of(0x81, 0x08), difference), 'too-large'],
      ['with a time before all time', runOf(difference, Uint8Array.of(32, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)), 'bad-value'],
      [
        'with a clock beyond all clocks',
        runOf(difference, Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0)),
        'bad-value',
      ],
      ['longer than a run may be', new Uint8Array(maxRunBytes + 1), 'too-large'],
    ]
    it.each(cases)('%s', (_, bytes, error) => {
      expect(decodeRun(bytes)).toEqual({ ok: false, error })
    })

    it('with dependencies out of order', () => {
      const [header] = typed(1)
      expect(decodeRun(encodeRun([{ ...header!, dependencies: [bytes32(2), bytes32(1)] }]))).toEqual({ ok: false, error: 'bad-value' })
    })

    it('or read as something else, never thrown over, whatever byte is changed', () => {
      const bytes = encodeRun(randomChain(createSeededRandom(3)))
      for (let i = 0; i < bytes.length; i += 3) decodeRun(bytes.with(i, bytes[i]! ^ (i % 2 === 0 ? 1 : 0x80)))
    })
  })
})
