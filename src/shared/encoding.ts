import { fail, ok, type Result } from './result.ts'
import { utf8 } from './bytes.ts'

/**
 * The binary forms of docs/PROTOCOL.md: `u8`; `uint` = lib0 varUint in its shortest form, at most 2^53 - 1; fixed bytes;
 * `bytes` and `string` with a uint length; lists with a uint count. Everything is bounded and nothing may trail.
 */
export type DecodeFault = 'truncated' | 'trailing-bytes' | 'over-long-number' | 'too-large' | 'bad-text' | 'bad-value'

class Malformed extends Error {
  readonly fault: DecodeFault
  constructor(fault: DecodeFault) {
    super(fault)
    this.fault = fault
  }
}

/** Reads a byte string front to back. Its methods throw inside {@link decode} only, which turns that into a Result. */
export class Reader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#offset
  }

  /** Refuses the input for a reason that only the caller can know. */
  refuse(fault: DecodeFault = 'bad-value'): never {
    throw new Malformed(fault)
  }

  u8(): number {
    if (this.left < 1) this.refuse('truncated')
    return this.#bytes[this.#offset++]!
  }

  u32(): number {
    const bytes = this.fixed(4)
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  }

  uint(max: number = Number.MAX_SAFE_INTEGER): number {
    let value = 0
    let factor = 1
    for (let count = 0; ; count++) {
      const byte = this.u8()
      if (count === 7 && byte > 15) this.refuse('too-large')
      value += (byte & 127) * factor
      factor *= 128
      if (byte < 128) {
        if (byte === 0 && count > 0) this.refuse('over-long-number')
        break
      }
      if (count === 7) this.refuse('too-large')
    }
    if (value > max) this.refuse('too-large')
    return value
  }

  /** Exactly `length` bytes, as a copy. */
  fixed(length: number): Uint8Array {
    if (this.left < length) this.refuse('truncated')
    const bytes = this.#bytes.slice(this.#offset, this.#offset + length)
    this.#offset += length
    return bytes
  }

  bytes(maxBytes: number): Uint8Array {
    return this.fixed(this.uint(maxBytes))
  }

  string(maxBytes: number): string {
    const bytes = this.bytes(maxBytes)
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return this.refuse('bad-text')
    }
  }

  list<T>(maxCount: number, entry: () => T): T[] {
    const count = this.uint(maxCount)
    const entries: T[] = []
    for (let i = 0; i < count; i++) entries.push(entry())
    return entries
  }

  /** The remaining bytes, as a copy. */
  rest(): Uint8Array {
    return this.fixed(this.left)
  }
}

/** Runs a decoder over all of `bytes`; a fault or a byte left over is a failure. Never throws for what the bytes hold. */
export function decode<T>(bytes: Uint8Array, read: (reader: Reader) => T): Result<T, DecodeFault> {
  const reader = new Reader(bytes)
  try {
    const value = read(reader)
    return reader.left === 0 ? ok(value) : fail('trailing-bytes')
  } catch (error) {
    if (error instanceof Malformed) return fail(error.fault)
    throw error
  }
}

/** Builds a byte string; every method returns the writer. */
export class Writer {
  // One buffer that grows: a list of parts would make garbage of every number of thousands of headers.
  #bytes: Uint8Array
  #length = 0

  /** @param capacity bytes that it holds before it has to grow */
  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity)
  }

  #grow(by: number): void {
    const needed = this.#length + by
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }

  u8(value: number): this {
    this.#grow(1)
    this.#bytes[this.#length++] = value
    return this
  }

  u32(value: number): this {
    return this.u8(value >>> 24)
      .u8(value >>> 16)
      .u8(value >>> 8)
      .u8(value)
  }

  uint(value: number): this {
    let rest = value
    while (rest > 127) {
      this.u8(128 + (rest % 128))
      rest = Math.floor(rest / 128)
    }
    return this.u8(rest)
  }

  fixed(bytes: Uint8Array): this {
    this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
    return this
  }

  bytes(bytes: Uint8Array): this {
    return this.uint(bytes.length).fixed(bytes)
  }

  string(text: string): this {
    return this.bytes(utf8(text))
  }

  list<T>(entries: readonly T[], write: (entry: T, writer: this) => void): this {
    this.uint(entries.length)
    for (const entry of entries) write(entry, this)
    return this
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}
