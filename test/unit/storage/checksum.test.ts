import { describe, expect, it } from 'vitest'
import { checksum } from '../../../src/storage/checksum.ts'
import { utf8 } from '../../../src/shared/bytes.ts'

describe('checksum', () => {
  it('is FNV-1a with 32 bits', () => {
    expect(checksum(utf8(''))).toBe(0x811c9dc5)
    expect(checksum(utf8('a'))).toBe(0xe40c292c)
    expect(checksum(utf8('foobar'))).toBe(0xbf9cf968)
  })

  it('takes several byte strings as one', () => {
    expect(checksum(utf8('foo'), utf8('bar'))).toBe(checksum(utf8('foobar')))
  })

  it('changes with every single bit of a header', () => {
    const header = new Uint8Array(110).map((_, i) => i)
    const sum = checksum(header)
    for (let bit = 0; bit < header.length * 8; bit++) {
      const spoiled = header.slice()
      spoiled[bit >> 3]! ^= 1 << (bit & 7)
      expect(checksum(spoiled)).not.toBe(sum)
    }
  })
})
