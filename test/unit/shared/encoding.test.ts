import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { encoding } from 'lib0'
import { decode, Writer } from '../../../src/shared/encoding.ts'
import { hasUnknownRequired, readExtensions, writeExtensions } from '../../../src/shared/extensions.ts'

const number = (bytes: readonly number[]) => decode(Uint8Array.from(bytes), (reader) => reader.uint())

describe('numbers', () => {
  it('come back, and are written as lib0 writes them', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const written = new Writer().uint(value).finish()
        const encoder = encoding.createEncoder()
        encoding.writeVarUint(encoder, value)
        expect(written).toEqual(encoding.toUint8Array(encoder))
        expect(decode(written, (reader) => reader.uint())).toEqual({ ok: true, value })
      }),
    )
  })

  it('are refused in a longer form than needed', () => {
    expect(number([0x80, 0x00])).toEqual({ ok: false, error: 'over-long-number' })
    expect(number([0xff, 0x80, 0x00])).toEqual({ ok: false, error: 'over-long-number' })
  })

  it('are refused above 2^53 - 1, and never read without end', () => {
    expect(number([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f])).toEqual({ ok: true, value: Number.MAX_SAFE_INTEGER })
    expect(number([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10])).toEqual({ ok: false, error: 'too-large' })
    expect(number(Array.from({ length: 1000 }, () => 0xff))).toEqual({ ok: false, error: 'too-large' })
    expect(decode(Uint8Array.of(9), (reader) => reader.uint(8))).toEqual({ ok: false, error: 'too-large' })
  })
})

describe('a message', () => {
  const message = new Writer()
    .u8(7)
    .u32(0xdeadbeef)
    .bytes(Uint8Array.of(1, 2))
    .string('häß')
    .list([1, 2], (entry, writer) => writer.uint(entry))
    .finish()
  const read = (bytes: Uint8Array) =>
    decode(bytes, (reader) => [reader.u8(), reader.u32(), reader.bytes(2), reader.string(9), reader.list(2, () => reader.uint())])

  it('comes back whole', () => {
    expect(read(message)).toEqual({ ok: true, value: [7, 0xdeadbeef, Uint8Array.of(1, 2), 'häß', [1, 2]] })
  })

  it('is refused when it is cut at any byte, or a byte follows', () => {
    for (let length = 0; length < message.length; length++) expect(read(message.subarray(0, length)).ok).toBe(false)
    expect(read(Uint8Array.of(...message, 0))).toEqual({ ok: false, error: 'trailing-bytes' })
  })

  it('is bounded before it is read: a length beyond the bound allocates nothing', () => {
    const huge = new Writer().uint(2 ** 40).finish()
    expect(decode(huge, (reader) => reader.bytes(1024))).toEqual({ ok: false, error: 'too-large' })
    expect(decode(huge, (reader) => reader.list(1024, () => reader.u8()))).toEqual({ ok: false, error: 'too-large' })
  })

  it('holds strict UTF-8 only', () => {
    expect(decode(Uint8Array.of(2, 0xc3, 0x28), (reader) => reader.string(9))).toEqual({ ok: false, error: 'bad-text' })
  })

  it('lets a fault of the decoder itself through', () => {
    expect(() =>
      decode(message, () => {
        throw new TypeError('a bug of ours')
      }),
    ).toThrow('a bug of ours')
  })
})

describe('extensions', () => {
  const write = (entries: readonly [number, Uint8Array][]): Uint8Array => {
    const writer = new Writer()
    writeExtensions(writer, new Map(entries))
    return writer.finish()
  }

  it('come back in the order of their tags', () => {
    const bytes = write([
      [7, Uint8Array.of(1)],
      [2, Uint8Array.of()],
    ])
    expect(decode(bytes, readExtensions)).toEqual({
      ok: true,
      value: new Map([
        [2, Uint8Array.of()],
        [7, Uint8Array.of(1)],
      ]),
    })
  })

  it('are refused out of order, twice, or too many', () => {
    expect(decode(Uint8Array.of(2, 7, 0, 2, 0), readExtensions).ok).toBe(false)
    expect(decode(Uint8Array.of(2, 7, 0, 7, 0), readExtensions).ok).toBe(false)
    const many = new Writer()
      .list(
        Array.from({ length: 33 }, (_, tag) => tag),
        (tag, writer) => writer.uint(tag).uint(0),
      )
      .finish()
    expect(decode(many, readExtensions)).toEqual({ ok: false, error: 'too-large' })
  })

  it('ask for a newer version by an even tag that is not known, never by an odd one', () => {
    const extensions = new Map([
      [3, Uint8Array.of()],
      [4, Uint8Array.of()],
    ])
    expect(hasUnknownRequired(extensions)).toBe(true)
    expect(hasUnknownRequired(extensions, [4])).toBe(false)
    expect(hasUnknownRequired(new Map([[3, Uint8Array.of()]]))).toBe(false)
  })
})
