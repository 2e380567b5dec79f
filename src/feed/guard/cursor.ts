import { refuse } from './refusal.ts'

/** Walks over bytes without copying or decoding them (G1). Its methods refuse by throwing; see {@link refuse}. */
export class Cursor {
  readonly bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  u8(): number {
    if (this.at >= this.bytes.length) refuse('g1', 'the update ends early')
    return this.bytes[this.at++]!
  }

  /** A lib0 varUint in its shortest form, at most 2^53 - 1. */
  uint(): number {
    let byte = this.u8()
    // Nearly all numbers of an update take one byte.
    if (byte < 128) return byte
    let value = byte & 127
    let factor = 128
    for (let count = 1; ; count++) {
      byte = this.u8()
      value += (byte & 127) * factor
      factor *= 128
      if (byte >= 128 ? count === 7 : count === 7 && byte > 15) refuse('g1', 'a number is beyond 2^53 - 1')
      if (byte === 0) refuse('g1', 'a number is longer than it needs to be')
      if (byte < 128) return value
    }
  }

  /** Steps over a lib0 varInt in its shortest form, of magnitude up to 2^53 - 1. */
  skipInt(): void {
    let byte = this.u8()
    for (let count = 1; byte >= 128; count++) {
      byte = this.u8()
      if (byte === 0) refuse('g1', 'a number is longer than it needs to be')
      if (byte >= 128 ? count === 7 : count === 7 && byte > 31) refuse('g1', 'a number is beyond 2^53 - 1')
    }
  }

  skip(length: number): void {
    if (length > this.bytes.length - this.at) refuse('g1', 'the update ends early')
    this.at += length
  }

  /** Steps over a text with its length in front. @returns its length in UTF-16 units, as Yjs counts. */
  text(): number {
    const length = this.uint()
    const start = this.at
    this.skip(length)
    const units = utf16Length(this.bytes, start, this.at)
    return units < 0 ? refuse('g1', 'a text is not UTF-8') : units
  }
}

/** UTF-16 units of the UTF-8 in `bytes[start..end)`, or -1 where it is not well formed (RFC 3629: shortest form, no surrogates). */
function utf16Length(bytes: Uint8Array, start: number, end: number): number {
  let units = end - start
  for (let i = start; i < end; i++) {
    const first = bytes[i]!
    if (first < 0x80) continue
    const following = first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1
    if (following < 0 || i + following >= end) return -1
    const second = bytes[i + 1]!
    const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
    const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
    if (second < least || second > most) return -1
    for (let k = 2; k <= following; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return -1
    // Two or three bytes are one unit, four bytes are two.
    units -= following === 3 ? 2 : following
    i += following
  }
  return units
}
