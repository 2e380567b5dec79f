import { concatBytes, isBytes } from '../shared/bytes.ts'
import type { CryptoPort, WrappingKey } from './cryptoPort.ts'
import { label } from './labels.ts'
import { isCryptoKey, platformBytes } from './platformKeys.ts'

/** The AES-256-GCM part of {@link CryptoPort}. */
export type AuthenticatedEncryption = Pick<CryptoPort, 'seal' | 'open' | 'createWrappingKey' | 'restoreWrappingKey'>

const algorithm = 'AES-GCM'
const nonceLength = 12
const tagLength = 16

/** AES-256-GCM by the platform. */
export function createAuthenticatedEncryption(subtle: SubtleCrypto, randomBytes: (length: number) => Uint8Array): AuthenticatedEncryption {
  /** The platform's keys of those bytes that are still held by somebody: a link and a feed use one key for thousands of messages. */
  const imported = new WeakMap<Uint8Array, Promise<CryptoKey>>()

  function importKey(key: Uint8Array): Promise<CryptoKey> {
    return subtle.importKey('raw', platformBytes(key), algorithm, false, ['encrypt', 'decrypt'])
  }

  function keyOf(key: Uint8Array): Promise<CryptoKey> {
    let known = imported.get(key)
    if (known === undefined) imported.set(key, (known = importKey(key)))
    return known
  }

  async function encrypt(key: CryptoKey, nonce: Uint8Array, plaintext: Uint8Array, additionalData: Uint8Array): Promise<Uint8Array> {
    const parameters = { name: algorithm, iv: platformBytes(nonce), additionalData: platformBytes(additionalData) }
    return new Uint8Array(await subtle.encrypt(parameters, key, platformBytes(plaintext)))
  }

  async function decrypt(
    key: CryptoKey,
    nonce: Uint8Array,
    sealed: Uint8Array,
    additionalData: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    if (sealed.length < tagLength) return undefined
    const parameters = { name: algorithm, iv: platformBytes(nonce), additionalData: platformBytes(additionalData) }
    try {
      return new Uint8Array(await subtle.decrypt(parameters, key, platformBytes(sealed)))
    } catch {
      return undefined // the platform names no reason, and must not
    }
  }

  function wrappingKey(key: CryptoKey, stored: unknown): WrappingKey {
    const purpose = label('wrapped secret')
    return {
      stored,
      async wrap(secret) {
        const nonce = randomBytes(nonceLength)
        return concatBytes(nonce, await encrypt(key, nonce, secret, purpose))
      },
      unwrap: (wrapped) => decrypt(key, wrapped.slice(0, nonceLength), wrapped.slice(nonceLength), purpose),
    }
  }

  return {
    async seal(key, nonce, plaintext, additionalData) {
      // The platform would take 16 bytes as AES-128 and any nonce by hashing it.
      if (key.length !== 32 || nonce.length !== nonceLength) throw new TypeError('sealing takes a key of 32 and a nonce of 12 bytes')
      return encrypt(await keyOf(key), nonce, plaintext, additionalData)
    },
    async open(key, nonce, sealed, additionalData) {
      if (key.length !== 32 || nonce.length !== nonceLength) return undefined
      return decrypt(await keyOf(key), nonce, sealed, additionalData)
    },
    async createWrappingKey() {
      const key = await subtle.generateKey({ name: algorithm, length: 256 }, false, ['encrypt', 'decrypt'])
      return wrappingKey(key, key)
    },
    async restoreWrappingKey(stored) {
      if (isBytes(stored)) {
        return stored.length === 32 ? wrappingKey(await importKey(stored), stored.slice()) : undefined
      }
      if (!isCryptoKey(stored)) return undefined
      const { name, length } = stored.algorithm as AesKeyAlgorithm
      const isUsable = stored.type === 'secret' && stored.usages.includes('encrypt') && stored.usages.includes('decrypt')
      return name === algorithm && length === 256 && isUsable ? wrappingKey(stored, stored) : undefined
    },
  }
}
