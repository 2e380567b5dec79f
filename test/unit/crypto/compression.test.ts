import { describe, expect, it } from 'vitest'
import { compression } from '../../../src/crypto/compression.ts'
import { concatBytes, equalBytes } from '../../../src/shared/bytes.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createSimulatedCrypto } from '../../../src/testing/simulatedCrypto.ts'

const random = createSeededRandom('compression')

describe.each([
  ['the platform', compression],
  ['the simulation', createSimulatedCrypto(random)],
])('compression by %s', (_, port) => {
  it('gives back what was deflated', async () => {
    for (const data of [new Uint8Array(0), random.bytes(10), random.bytes(50_000), new Uint8Array(300_000)]) {
      const inflated = await port.inflate(await port.deflate(data), data.length)
      expect(inflated !== undefined && equalBytes(inflated, data)).toBe(true)
    }
  })

  it('unpacks no more than it may', async () => {
    expect(await port.inflate(await port.deflate(new Uint8Array(300_000)), 299_999)).toBe(undefined)
  })

  it('says of other bytes that they are none of its own', async () => {
    expect(await port.inflate(new Uint8Array(0), 100)).toBe(undefined)
    expect(await port.inflate(Uint8Array.of(0x07, 1, 2, 3), 100)).toBe(undefined)
  })
})

describe('compression by the platform', () => {
  it('makes a text that repeats itself small', async () => {
    expect((await compression.deflate(new Uint8Array(100_000))).length).toBeLessThan(1000)
  })

  it('refuses what is cut', async () => {
    const data = concatBytes(random.bytes(2000), new Uint8Array(2000))
    const deflated = await compression.deflate(data)
    expect(await compression.inflate(deflated.subarray(0, -1), 10_000)).toBe(undefined)
  })

  it('stops in the middle of a bomb', async () => {
    const bomb = await compression.deflate(new Uint8Array(32 * 1024 * 1024))
    const before = Date.now()
    expect(await compression.inflate(bomb, 1024 * 1024)).toBe(undefined)
    expect(Date.now() - before).toBeLessThan(2000)
  })
})
