import { equalBytes } from '../shared/bytes.ts'
import type { AgreementKey, CryptoPort } from './cryptoPort.ts'
import { importSeed, platformBytes, readStoredKey } from './platformKeys.ts'

/** The X25519 part of {@link CryptoPort}. */
export type Agreement = Pick<CryptoPort, 'createAgreementKey' | 'agreementKeyFromSeed' | 'restoreAgreementKey'>

/** X25519 by noble: the u-coordinate of scalar × point; throws where the result is zero. */
export type ScalarMultiply = (scalar: Uint8Array, point: Uint8Array) => Uint8Array

const algorithm = { name: 'X25519' }
const basePoint = Uint8Array.of(9, ...new Uint8Array(31))

/** Whether the platform has X25519. Never throws. */
export async function hasPlatformAgreement(subtle: SubtleCrypto): Promise<boolean> {
  try {
    const privateKey = await importSeed(subtle, 'X25519', basePoint, false)
    await multiplyOnPlatform(subtle, privateKey, basePoint)
    return true
  } catch {
    return false // an unknown algorithm is a rejection, and so is one behind a flag
  }
}

/** X25519 by the platform, or by `multiply` where that is given. */
export function createAgreement(
  subtle: SubtleCrypto,
  multiply: ScalarMultiply | undefined,
  randomBytes: (length: number) => Uint8Array,
): Agreement {
  async function agreementKey(
    agree: (point: Uint8Array) => Promise<Uint8Array>,
    stored: (publicKey: Uint8Array) => unknown,
  ): Promise<AgreementKey> {
    const publicKey = await agree(basePoint)
    return {
      publicKey,
      stored: stored(publicKey),
      async agree(peerPublicKey) {
        if (peerPublicKey.length !== 32) return undefined
        try {
          const shared = await agree(peerPublicKey)
          return shared.some((byte) => byte !== 0) ? shared : undefined
        } catch {
          return undefined // RFC 7748 section 6.1: some platforms throw at the all-zero result, others return it
        }
      },
    }
  }

  function platformKey(privateKey: CryptoKey, seed?: Uint8Array): Promise<AgreementKey> {
    return agreementKey(
      (point) => multiplyOnPlatform(subtle, privateKey, point),
      (publicKey) => seed ?? { privateKey, publicKey },
    )
  }

  async function fromSeed(seed: Uint8Array, keepSeed: boolean): Promise<AgreementKey> {
    if (seed.length !== 32) throw new TypeError(`a seed has 32 bytes, not ${seed.length}`)
    const secret = seed.slice()
    if (multiply !== undefined)
      return agreementKey(
        async (point) => multiply(secret, point),
        () => secret,
      )
    return platformKey(await importSeed(subtle, 'X25519', secret, false), keepSeed ? secret : undefined)
  }

  async function restore(stored: unknown): Promise<AgreementKey | undefined> {
    const claim = readStoredKey(stored, 'X25519')
    if (claim === undefined) return undefined
    if (claim.form === 'seed') return fromSeed(claim.seed, true)
    if (multiply !== undefined) return undefined
    // The public half is computed from the private one, so a foreign one shows.
    const key = await platformKey(claim.privateKey)
    return equalBytes(key.publicKey, claim.publicKey) ? key : undefined
  }

  return {
    agreementKeyFromSeed: (seed) => fromSeed(seed, false),
    async createAgreementKey() {
      if (multiply !== undefined) return fromSeed(randomBytes(32), true)
      const pair = (await subtle.generateKey(algorithm, false, ['deriveBits'])) as CryptoKeyPair
      return platformKey(pair.privateKey)
    },
    async restoreAgreementKey(stored) {
      try {
        return await restore(stored)
      } catch {
        return undefined // a damaged key object fails in ways each platform chooses for itself
      }
    },
  }
}

async function multiplyOnPlatform(subtle: SubtleCrypto, privateKey: CryptoKey, point: Uint8Array): Promise<Uint8Array> {
  const peer = await subtle.importKey('raw', platformBytes(point), algorithm, true, [])
  return new Uint8Array(await subtle.deriveBits({ name: 'X25519', public: peer }, privateKey, 256))
}
