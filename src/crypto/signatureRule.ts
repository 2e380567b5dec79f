import { Point } from '@noble/ed25519'
import { compareBytes, concatBytes, equalBytes, fromHex } from '../shared/bytes.ts'

/**
 * The one rule by which a signature is good (docs/PROTOCOL.md#signatures): the key is canonical, torsion-free and not the
 * identity; R is canonical; S < L; bytes(SB - kA) = R. Verifiers disagree on everything else that RFC 8032 leaves open, and
 * peers that disagree about one signature diverge for ever, so what a verifier may leave out is checked here first.
 */

// Big-endian: the order L of the base point, the field prime p = 2^255 - 19, and p - 1.
const order = fromHex('1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed')!
const prime = fromHex('7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed')!
const minusOne = fromHex('7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec')!
const one = fromHex('0000000000000000000000000000000000000000000000000000000000000001')!

/** Whether 32 bytes are a canonical point of the prime-order subgroup other than the identity. About a millisecond. Never throws. */
export function isPrimeOrderPoint(bytes: Uint8Array): boolean {
  if (bytes.length !== 32) return false
  try {
    const point = Point.fromBytes(bytes, false)
    return !point.is0() && point.isTorsionFree()
  } catch {
    return false // not on the curve, or not the one encoding of its point
  }
}

/** Whether 64 bytes are a canonical R and an S below the group order; cheap. Never throws. */
export function isSignatureForm(signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  const s = signature.slice(32).reverse()
  if (compareBytes(s, order) >= 0) return false
  const y = signature.slice(0, 32).reverse()
  const isNegative = y[0]! >= 128
  y[0]! &= 127
  if (compareBytes(y, prime) >= 0) return false
  // Where x is zero (y = 1 or -1) there is no negative x.
  return !(isNegative && (equalBytes(y, one) || equalBytes(y, minusOne)))
}

/**
 * bytes(SB - kA) = R without the platform's Ed25519, for a key and signature that passed the two checks above.
 * @param sha512 64 bytes.
 */
export async function verifyEquation(
  sha512: (data: Uint8Array) => Promise<Uint8Array>,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const r = signature.slice(0, 32)
  const k = littleEndian(await sha512(concatBytes(r, publicKey, message))) % Point.CURVE().n
  const sB = Point.BASE.multiplyUnsafe(littleEndian(signature.subarray(32)))
  const kA = Point.fromBytes(publicKey, false).multiplyUnsafe(k)
  return equalBytes(sB.subtract(kA).toBytes(), r)
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!)
  return value
}
