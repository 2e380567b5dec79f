import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { reservingRandom } from '../../../src/shared/reservingRandom.ts'

describe('reservingRandom', () => {
  it('asks its source once for many small pieces, and hands each byte out once', () => {
    const drawn: Uint8Array[] = []
    const source = createSeededRandom(1)
    const random = reservingRandom({
      bytes(length) {
        drawn.push(source.bytes(length))
        return drawn.at(-1)!
      },
    })
    const pieces = Array.from({ length: 256 }, () => random.bytes(16))
    expect(drawn.map((bytes) => bytes.length)).toEqual([4096])
    expect(pieces.toReversed().flatMap((piece) => [...piece])).toEqual([...drawn[0]!])
    expect(random.bytes(16)).toHaveLength(16)
    expect(drawn).toHaveLength(2)
  })

  it('gives pieces that a later one does not change', () => {
    const random = reservingRandom(createSeededRandom(2))
    const first = random.bytes(16)
    const copy = first.slice()
    for (let i = 0; i < 600; i++) random.bytes(16)
    expect(first).toEqual(copy)
    expect(first.some((byte) => byte !== 0)).toBe(true)
  })

  it('asks its source directly for much', () => {
    const asked: number[] = []
    const random = reservingRandom({
      bytes(length) {
        asked.push(length)
        return new Uint8Array(length)
      },
    })
    expect(random.bytes(5000)).toHaveLength(5000)
    expect(asked).toEqual([5000])
  })
})
