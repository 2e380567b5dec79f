/** Byte strings: joining, comparing and their text forms. Nothing here keeps state. */

const hexDigits = '0123456789abcdef'
const base64UrlDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const base64UrlCodes = [...base64UrlDigits].map((digit) => digit.charCodeAt(0))
/** By the code of an ASCII character; 64 = no digit. */
const base64UrlValues = Uint8Array.from({ length: 128 }, (_, code) => (base64UrlCodes.includes(code) ? base64UrlCodes.indexOf(code) : 64))
/** Bytes whose digits are made into text at once: a multiple of 3, and few enough for arguments of one call. */
const base64UrlChunk = 3 * 1024

// Getters look at what a value is inside, which no property of a lookalike can imitate.
const typedArrayName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!.get!
const arrayBufferLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')!.get!

/**
 * Whether a value is a Uint8Array of whatever realm: under jsdom, in frames and behind structuredClone, bytes can be of another class
 * than the global one, so `instanceof` would refuse them. An object that only calls itself one is none. Never throws.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return typedArrayName.call(value) === 'Uint8Array'
}

/** Whether a value is an ArrayBuffer of whatever realm, as {@link isBytes} says. Never throws. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    arrayBufferLength.call(value)
    return true
  } catch {
    return false
  }
}

/** Joins byte strings into a new one. Never throws. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Whether two byte strings are the same. Not for secrets: the time it takes tells where they differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && compareBytes(a, b) === 0)
}

/** Order of two byte strings as unsigned bytes: negative, zero or positive. A prefix comes before the longer string. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Lower-case hexadecimal, two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += hexDigits[byte >> 4]! + hexDigits[byte & 15]!
  return text
}

/** Bytes of a hexadecimal text in either case, or undefined where it is none. Never throws. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** Base64url without padding (RFC 4648 section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  if (bytes.length > base64UrlChunk) return toBase64Url(bytes.subarray(0, base64UrlChunk)) + toBase64Url(bytes.subarray(base64UrlChunk))
  const codes: number[] = []
  for (let i = 0; i < bytes.length; i += 3) {
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    const digits = Math.min(4, bytes.length - i + 1)
    for (let d = 0; d < digits; d++) codes.push(base64UrlCodes[(group >> (18 - 6 * d)) & 63]!)
  }
  return String.fromCharCode(...codes)
}

/**
 * Bytes of a base64url text without padding, or undefined: strict, so that each byte string has exactly one text
 * (a last digit with spare bits set is refused). Never throws.
 */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let group = 0
  let bits = 0
  let offset = 0
  for (let i = 0; i < text.length; i++) {
    const value = base64UrlValues[text.charCodeAt(i)]
    if (value === undefined || value > 63) return undefined
    group = (group << 6) | value
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[offset++] = group >> bits
      group &= (1 << bits) - 1
    }
  }
  return group === 0 ? bytes : undefined
}

const encoder = new TextEncoder()

/** UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** The longest start of a text that takes at most `maxBytes` in UTF-8, cut between code points. */
export function truncateUtf8(text: string, maxBytes: number): string {
  let bytes = 0
  let end = 0
  for (const point of text) {
    bytes += utf8(point).length
    if (bytes > maxBytes) break
    end += point.length
  }
  return text.slice(0, end)
}
