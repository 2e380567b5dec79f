import { expand, extract, hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { CryptoPort } from './cryptoPort.ts'

/**
 * The synchronous half of {@link CryptoPort}, the same in every implementation.
 * @throws Error where HKDF is asked for more than 255 × 32 bytes.
 */
export const hashing: Pick<CryptoPort, 'hash' | 'hmac' | 'hkdf' | 'hkdfExtract' | 'hkdfExpand'> = {
  hash: (data) => sha256(data),
  hmac: (key, data) => hmac(sha256, key, data),
  hkdf: (ikm, salt, info, length) => hkdf(sha256, ikm, salt, info, length),
  hkdfExtract: (salt, ikm) => extract(sha256, ikm, salt),
  hkdfExpand: (prk, info, length) => expand(sha256, prk, info, length),
}
