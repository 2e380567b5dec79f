import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import {
  compareBytes,
  concatBytes,
  equalBytes,
  fromBase64Url,
  fromHex,
  isArrayBuffer,
  isBytes,
  toBase64Url,
  toHex,
  truncateUtf8,
  utf8,
} from '../../../src/shared/bytes.ts'

const bytes = fc.uint8Array({ maxLength: 70 })

describe('bytes', () => {
  it('come back from either text form', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromHex(toHex(value))).toEqual(value)
        expect(fromBase64Url(toBase64Url(value))).toEqual(value)
      }),
    )
  })

  it('have one base64url text each: any other text is refused or means other bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ABab01-_=+/ '), maxLength: 12 }), (text) => {
        const value = fromBase64Url(text)
        if (value !== undefined) expect(toBase64Url(value)).toBe(text)
      }),
    )
    expect(fromBase64Url('AB')).toBeUndefined()
    expect(fromBase64Url('AA')).toEqual(Uint8Array.of(0))
    expect(fromBase64Url('A')).toBeUndefined()
    expect(fromBase64Url('AA==')).toBeUndefined()
    // Characters whose codes end like that of a digit, and what is no ASCII at all.
    for (const other of ['\u0141', '\u00c1', '\ud83d\udc69', '\u007f', '\u0000']) expect(fromBase64Url(`AAA${other}`)).toBeUndefined()
  })

  it('have base64url texts as the platform makes them, however long they are', () => {
    for (const length of [3_071, 3_072, 3_073, 10_000]) {
      const value = Uint8Array.from({ length }, (_, i) => (i * 151 + (i >> 8)) & 255)
      const binary = Array.from(value, (byte) => String.fromCharCode(byte)).join('')
      const text = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
      expect(toBase64Url(value)).toBe(text)
      expect(fromBase64Url(text)).toEqual(value)
    }
  })

  it('refuse a text that is not hexadecimal', () => {
    for (const text of ['0', '0g', '0x00', ' 00']) expect(fromHex(text)).toBeUndefined()
    expect(fromHex('fF00')).toEqual(Uint8Array.of(255, 0))
  })

  it('are ordered as numbers, a prefix first', () => {
    expect(compareBytes(Uint8Array.of(1, 255), Uint8Array.of(2))).toBeLessThan(0)
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0)
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBe(false)
    expect(equalBytes(concatBytes(Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2)), Uint8Array.of(1, 2))).toBe(true)
  })
})

describe('truncateUtf8', () => {
  it('keeps the longest start that fits and cuts no code point', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.nat({ max: 40 }), (text, maxBytes) => {
        const cut = truncateUtf8(text, maxBytes)
        expect(utf8(cut).length).toBeLessThanOrEqual(maxBytes)
        expect(text.startsWith(cut)).toBe(true)
        const next = [...text.slice(cut.length)][0]
        if (next !== undefined) expect(utf8(cut + next).length).toBeGreaterThan(maxBytes)
      }),
    )
    expect(truncateUtf8('a👩b', 4)).toBe('a')
  })
})

describe('what bytes are', () => {
  it('is told by what a value holds: any Uint8Array and ArrayBuffer, nothing else', () => {
    expect([Uint8Array.of(1), new Uint8Array(new ArrayBuffer(4), 1), new (class extends Uint8Array {})(2)].every(isBytes)).toBe(true)
    expect([new Uint16Array(1), new DataView(new ArrayBuffer(1)), new ArrayBuffer(1), [1], 'a', null, undefined, {}].some(isBytes)).toBe(
      false,
    )
    expect(isArrayBuffer(new ArrayBuffer(0))).toBe(true)
    expect([Uint8Array.of(1), {}, null, undefined, 'a', { byteLength: 1 }].some(isArrayBuffer)).toBe(false)
  })

  it('is not to be told by a value that calls itself so', () => {
    const lookalike = { [Symbol.toStringTag]: 'Uint8Array', length: 32, buffer: new ArrayBuffer(32), byteLength: 32 }
    expect(Object.prototype.toString.call(lookalike)).toBe('[object Uint8Array]')
    expect([lookalike, Object.create(Uint8Array.prototype), new Proxy(new Uint8Array(1), {})].some(isBytes)).toBe(false)
    expect([{ [Symbol.toStringTag]: 'ArrayBuffer', byteLength: 1 }, Object.create(ArrayBuffer.prototype)].some(isArrayBuffer)).toBe(false)
  })
})
