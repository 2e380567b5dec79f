import { getPublicKeyAsync, signAsync } from '@noble/ed25519'
import { fromBase64Url, fromHex, toHex, utf8 } from '../shared/bytes.ts'
import type { CryptoPort, SigningKey } from './cryptoPort.ts'
import { importSeed, platformBytes, readStoredKey } from './platformKeys.ts'
import { isPrimeOrderPoint, isSignatureForm, verifyEquation } from './signatureRule.ts'

/** The Ed25519 part of {@link CryptoPort}. */
export type Signing = Pick<CryptoPort, 'createSigningKey' | 'signingKeyFromSeed' | 'restoreSigningKey' | 'verify' | 'isSigningPublicKey'>

/** Public keys that passed the check, kept because it takes about a millisecond; a bad key is checked again each time. */
const maxCheckedKeys = 1024

const algorithm = { name: 'Ed25519' }

// One message, two signatures by one key: a good one, and one whose R has a point of order 8 added, which only a verifier
// that multiplies by the cofactor accepts.
const probe = {
  publicKey: fromHex('197f6b23e16c8532c6abc838facd5ea789be0c76b2920334039bfa8b3d368d61')!,
  message: utf8('echo-react/1 probe'),
  good: fromHex(
    '2abcedd764bd473803d5727c6b0ba10535ea507b25a558652238960f7cedb99c5df58fa6489699d231345fc5dc1476dcba30aafd907cc3c1b6d0f47f425c5707',
  )!,
  cofactored: fromHex(
    'c223ca8c89c4ef1ec675cff5eedc5ae80ad1dc5107137878d8dd74e63cf870255f73441c21cd499c7612782e123fbcefff061300688816fca9002a6fef425706',
  )!,
}

/** Whether the platform has Ed25519 and decides by the rule of signatureRule.ts. Never throws. */
export async function hasPlatformSigning(subtle: SubtleCrypto): Promise<boolean> {
  try {
    const key = await subtle.importKey('raw', platformBytes(probe.publicKey), algorithm, true, ['verify'])
    const [good, cofactored] = await Promise.all(
      [probe.good, probe.cofactored].map((signature) =>
        subtle.verify(algorithm, key, platformBytes(signature), platformBytes(probe.message)),
      ),
    )
    await subtle.generateKey(algorithm, false, ['sign', 'verify'])
    return good === true && cofactored === false
  } catch {
    return false // an unknown algorithm is a rejection, and so is one behind a flag
  }
}

/** Ed25519 by the platform, or by noble where `usePlatform` is false. */
export function createSigning(subtle: SubtleCrypto, usePlatform: boolean, randomBytes: (length: number) => Uint8Array): Signing {
  const checkedKeys = new Map<string, CryptoKey | undefined>()

  function isChecked(publicKey: Uint8Array): boolean {
    if (publicKey.length !== 32) return false
    const name = toHex(publicKey)
    if (checkedKeys.has(name)) return true
    if (!isPrimeOrderPoint(publicKey)) return false
    if (checkedKeys.size >= maxCheckedKeys) checkedKeys.delete(checkedKeys.keys().next().value!)
    checkedKeys.set(name, undefined)
    return true
  }

  async function platformPublicKey(publicKey: Uint8Array): Promise<CryptoKey> {
    const name = toHex(publicKey)
    const known = checkedKeys.get(name)
    if (known !== undefined) return known
    const key = await subtle.importKey('raw', platformBytes(publicKey), algorithm, true, ['verify'])
    if (checkedKeys.has(name)) checkedKeys.set(name, key)
    return key
  }

  async function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
    if (!isSignatureForm(signature) || !isChecked(publicKey)) return false
    if (!usePlatform) return verifyEquation(sha512, publicKey, message, signature)
    try {
      return await subtle.verify(algorithm, await platformPublicKey(publicKey), platformBytes(signature), platformBytes(message))
    } catch {
      return false // a platform that refuses the key outright says the same as one that refuses the signature
    }
  }

  async function sha512(data: Uint8Array): Promise<Uint8Array> {
    return new Uint8Array(await subtle.digest('SHA-512', platformBytes(data)))
  }

  function platformKey(privateKey: CryptoKey, publicKey: Uint8Array, stored: unknown): SigningKey {
    return {
      publicKey,
      stored,
      sign: async (message) => new Uint8Array(await subtle.sign(algorithm, privateKey, platformBytes(message))),
    }
  }

  async function fromSeed(seed: Uint8Array, keepSeed: boolean): Promise<SigningKey> {
    if (seed.length !== 32) throw new TypeError(`a seed has 32 bytes, not ${seed.length}`)
    if (!usePlatform) {
      const secret = seed.slice()
      return { publicKey: await getPublicKeyAsync(secret), stored: secret, sign: (message) => signAsync(message, secret) }
    }
    // Only a JWK holds the public half of a private key, and only an extractable key becomes one.
    const jwk = await subtle.exportKey('jwk', await importSeed(subtle, 'Ed25519', seed, true))
    const publicKey = fromBase64Url(jwk.x!)!
    const privateKey = await importSeed(subtle, 'Ed25519', seed, false)
    return platformKey(privateKey, publicKey, keepSeed ? seed.slice() : { privateKey, publicKey })
  }

  async function restore(stored: unknown): Promise<SigningKey | undefined> {
    const claim = readStoredKey(stored, 'Ed25519')
    if (claim === undefined) return undefined
    if (claim.form === 'seed') return fromSeed(claim.seed, true)
    if (!usePlatform) return undefined
    const key = platformKey(claim.privateKey, claim.publicKey, { privateKey: claim.privateKey, publicKey: claim.publicKey })
    // A public half of another key would make every later signature look forged: try it once, here.
    const isWhole = await verify(key.publicKey, probe.message, await key.sign(probe.message))
    return isWhole ? key : undefined
  }

  return {
    isSigningPublicKey: isChecked,
    verify,
    signingKeyFromSeed: (seed) => fromSeed(seed, false),
    async createSigningKey() {
      if (!usePlatform) return fromSeed(randomBytes(32), true)
      const pair = (await subtle.generateKey(algorithm, false, ['sign', 'verify'])) as CryptoKeyPair
      const publicKey = new Uint8Array(await subtle.exportKey('raw', pair.publicKey))
      return platformKey(pair.privateKey, publicKey, { privateKey: pair.privateKey, publicKey })
    },
    async restoreSigningKey(stored) {
      try {
        return await restore(stored)
      } catch {
        return undefined // a damaged key object fails in ways each platform chooses for itself
      }
    },
  }
}
