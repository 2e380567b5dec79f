import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8 } from '../shared/bytes.ts'
import { Writer } from '../shared/encoding.ts'

/*
 * CPACE-RISTR255-SHA512, initiator-responder, with key confirmation (draft-irtf-cfrg-cpace; docs/PROTOCOL.md#code). Two who know the same short code get
 * the same key; who does not know it can try one code for each exchange, and learns nothing from listening.
 */

/** What both ends put in; a difference anywhere ends as tags that do not fit. */
export interface CpaceContext {
  /** The code and what else only the two can know. Secret. */
  readonly password: Uint8Array
  /** Who talks to whom about what. */
  readonly channel: Uint8Array
  /** Never the same twice. */
  readonly session: Uint8Array
}

/** One end's share of an exchange, as both know it in the end. */
export interface CpaceShare {
  /** 32 bytes. */
  readonly point: Uint8Array
  /** What the end is bound to. */
  readonly associated: Uint8Array
}

export interface CpaceKeys {
  /** 64 bytes: ISK of the draft. Secret. */
  readonly key: Uint8Array
  /** 64 bytes each: what the end of that share proves itself with. */
  readonly initiatorTag: Uint8Array
  readonly responderTag: Uint8Array
}

const suite = utf8('CPaceRistretto255')
const keySuite = utf8('CPaceRistretto255_ISK')
const macPrefix = utf8('CPaceMac')
/** Bytes that SHA-512 takes in at a time; the code fills one such block alone. */
const hashBlock = 128
const Point: typeof ristretto255.Point = ristretto255.Point

/** A 32-byte secret scalar from 64 random bytes. */
export function cpaceScalar(random: Uint8Array): Uint8Array {
  return Point.Fn.toBytes(Point.Fn.create(littleEndian(random)))
}

/** The 32-byte share of a scalar below the group's order. */
export function cpaceShare(context: CpaceContext, scalar: Uint8Array): Uint8Array {
  return generatorOf(context).multiply(scalarOf(scalar)).toBytes()
}

/** What both get of their shares; undefined where the peer's point is none of the group, or its neutral one. Never throws. */
export function cpaceKeys(
  { session }: CpaceContext,
  scalar: Uint8Array,
  peer: Uint8Array,
  initiator: CpaceShare,
  responder: CpaceShare,
): CpaceKeys | undefined {
  const shared = multiply(scalar, peer)
  if (shared === undefined) return undefined
  const said = [initiator, responder].map(({ point, associated }) => lengthsAnd(point, associated)) as [Uint8Array, Uint8Array]
  const key = sha512(concatBytes(lengthsAnd(keySuite, session, shared), ...said))
  const macKey = sha512(concatBytes(macPrefix, session, key))
  return { key, initiatorTag: hmac(sha512, macKey, said[0]), responderTag: hmac(sha512, macKey, said[1]) }
}

/** The shared point, or undefined. Exported for the draft's vectors. */
export function multiply(scalar: Uint8Array, peer: Uint8Array): Uint8Array | undefined {
  try {
    const point = Point.fromBytes(peer)
    if (point.is0()) return undefined
    return point.multiply(scalarOf(scalar)).toBytes()
  } catch {
    return undefined // bytes that encode no point of the group
  }
}

/** The point that stands for the code, in this session and channel. Exported for the draft's vectors. */
export function generatorOf({ password, channel, session }: CpaceContext): InstanceType<typeof ristretto255.Point> {
  const padding = Math.max(0, hashBlock - 1 - lengthsAnd(password).length - lengthsAnd(suite).length)
  const seed = sha512(lengthsAnd(suite, password, new Uint8Array(padding), channel, session))
  return ristretto255_hasher.deriveToCurve!(seed)
}

/** Each part with its length in front (LEB128), one after the other. */
export function lengthsAnd(...parts: readonly Uint8Array[]): Uint8Array {
  const writer = new Writer()
  for (const part of parts) writer.bytes(part)
  return writer.finish()
}

function scalarOf(bytes: Uint8Array): bigint {
  return Point.Fn.create(littleEndian(bytes))
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!)
  return value
}
