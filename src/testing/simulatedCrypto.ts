import type { AgreementKey, CryptoPort, SigningKey, WrappingKey } from '../crypto/cryptoPort.ts'
import { hashing } from '../crypto/hashing.ts'
import { label } from '../crypto/labels.ts'
import { compareBytes, concatBytes, equalBytes, isBytes } from '../shared/bytes.ts'
import type { Random } from '../shared/ports.ts'

/**
 * A stand-in for cryptography with the same behaviour and none of the strength: whoever knows this file can forge. Its
 * promises are resolved when they are returned, so a simulation that is seeded otherwise takes the same steps every time,
 * which WebCrypto's promises, finishing in any order, would not let it. All its instances understand each other.
 */
export function createSimulatedCrypto(random: Random): CryptoPort {
  return {
    ...hashing,
    randomBytes: (length) => random.bytes(length),

    createSigningKey: () => resolved(signingKey(random.bytes(32))),
    signingKeyFromSeed: (seed) => fromSeed(seed, signingKey),
    restoreSigningKey: (stored) => resolved(fromStored(stored, signingKey)),
    verify: (publicKey, message, signature) =>
      resolved(isSigningPublicKey(publicKey) && equalBytes(signature, signatureOf(publicKey, message))),
    isSigningPublicKey,

    createAgreementKey: () => resolved(agreementKey(random.bytes(32))),
    agreementKeyFromSeed: (seed) => fromSeed(seed, agreementKey),
    restoreAgreementKey: (stored) => resolved(fromStored(stored, agreementKey)),

    seal: (key, nonce, plaintext, additionalData) =>
      key.length === 32 && nonce.length === nonceLength
        ? resolved(seal(key, nonce, plaintext, additionalData))
        : Promise.reject(new TypeError('sealing takes a key of 32 and a nonce of 12 bytes')),
    open: (key, nonce, sealed, additionalData) => resolved(open(key, nonce, sealed, additionalData)),

    deflate: (data) => resolved(concatBytes(Uint8Array.of(deflatedMark), data)),
    inflate: (data, maxBytes) => resolved(data[0] === deflatedMark && data.length - 1 <= maxBytes ? data.slice(1) : undefined),

    createWrappingKey: () => resolved(wrappingKey(random.bytes(32), random)),
    restoreWrappingKey: (stored) => resolved(fromStored(stored, (secret) => wrappingKey(secret, random))),
  }
}

const { hash, hmac } = hashing
const nonceLength = 12
const tagLength = 16
/** Stands before bytes that only claim to be deflated. */
const deflatedMark = 0xdf
const identityPoint = Uint8Array.of(1, ...new Uint8Array(31))
const purpose = {
  sign: label('simulated sign'),
  signature: label('simulated signature'),
  agree: label('simulated agree'),
  secret: label('simulated secret'),
  pad: label('simulated pad'),
  wrap: label('simulated wrap'),
}

function resolved<T>(value: T): Promise<T> {
  return Promise.resolve(value)
}

function fromSeed<Key>(seed: Uint8Array, create: (seed: Uint8Array) => Key): Promise<Key> {
  if (seed.length !== 32) return Promise.reject(new TypeError(`a seed has 32 bytes, not ${seed.length}`))
  return resolved(create(seed.slice()))
}

function fromStored<Key>(stored: unknown, create: (secret: Uint8Array) => Key): Key | undefined {
  return isBytes(stored) && stored.length === 32 ? create(stored.slice()) : undefined
}

/** Any 32 bytes, as a test may invent them, but for the two that a decoder gets when it forgets a field. */
function isSigningPublicKey(publicKey: Uint8Array): boolean {
  return publicKey.length === 32 && !equalBytes(publicKey, identityPoint) && publicKey.some((byte) => byte !== 0)
}

function signatureOf(publicKey: Uint8Array, message: Uint8Array): Uint8Array {
  const first = hash(concatBytes(purpose.signature, publicKey, message))
  return concatBytes(first, hash(first))
}

function signingKey(seed: Uint8Array): SigningKey {
  const publicKey = hash(concatBytes(purpose.sign, seed))
  return { publicKey, stored: seed, sign: (message) => resolved(signatureOf(publicKey, message)) }
}

function agreementKey(seed: Uint8Array): AgreementKey {
  const publicKey = hash(concatBytes(purpose.agree, seed))
  return {
    publicKey,
    stored: seed,
    agree(peerPublicKey) {
      if (peerPublicKey.length !== 32 || peerPublicKey.every((byte) => byte === 0)) return resolved(undefined)
      const pair = [publicKey, peerPublicKey].sort(compareBytes)
      return resolved(hash(concatBytes(purpose.secret, ...pair)))
    },
  }
}

function wrappingKey(secret: Uint8Array, random: Random): WrappingKey {
  return {
    stored: secret,
    wrap(plaintext) {
      const nonce = random.bytes(nonceLength)
      return resolved(concatBytes(nonce, seal(secret, nonce, plaintext, purpose.wrap)))
    },
    unwrap: (wrapped) => resolved(open(secret, wrapped.slice(0, nonceLength), wrapped.slice(nonceLength), purpose.wrap)),
  }
}

function seal(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, additionalData: Uint8Array): Uint8Array {
  const ciphertext = padded(key, nonce, plaintext)
  return concatBytes(ciphertext, tagOf(key, nonce, ciphertext, additionalData))
}

function open(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array, additionalData: Uint8Array): Uint8Array | undefined {
  if (key.length !== 32 || nonce.length !== nonceLength || sealed.length < tagLength) return undefined
  const ciphertext = sealed.slice(0, sealed.length - tagLength)
  const tag = sealed.subarray(sealed.length - tagLength)
  return equalBytes(tag, tagOf(key, nonce, ciphertext, additionalData)) ? padded(key, nonce, ciphertext) : undefined
}

/** One pad of 32 bytes again and again: enough that nobody reads a message without its key by mistake, and fast. */
function padded(key: Uint8Array, nonce: Uint8Array, data: Uint8Array): Uint8Array {
  const pad = hash(concatBytes(purpose.pad, key, nonce))
  return data.map((byte, i) => byte ^ pad[i & 31]!)
}

function tagOf(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, additionalData: Uint8Array): Uint8Array {
  const lengths = new Uint8Array(4)
  new DataView(lengths.buffer).setUint32(0, additionalData.length)
  return hmac(key, concatBytes(nonce, lengths, additionalData, ciphertext)).slice(0, tagLength)
}
