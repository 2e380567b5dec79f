import { concatBytes, fromHex, isBytes } from '../shared/bytes.ts'

/** The curves of RFC 8410 that we use, by their WebCrypto names. */
export type CurveName = 'Ed25519' | 'X25519'

/** A key as storage gives it back: the platform's own with its public half, or 32 secret bytes. */
export type StoredKey =
  | { readonly form: 'platform'; readonly privateKey: CryptoKey; readonly publicKey: Uint8Array }
  | { readonly form: 'seed'; readonly seed: Uint8Array }

// RFC 8410 section 7: everything in front of the 32 secret bytes of a PrivateKeyInfo.
const pkcs8Prefixes: Record<CurveName, string> = {
  Ed25519: '302e020100300506032b657004220420',
  X25519: '302e020100300506032b656e04220420',
}

/**
 * The same bytes as WebCrypto's types want them. They exclude shared memory, which no caller of ours uses and which the
 * platform itself refuses at run time.
 */
export function platformBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>
}

/**
 * The platform's private key of 32 secret bytes.
 * @throws DOMException where the platform lacks the curve.
 */
export async function importSeed(subtle: SubtleCrypto, curve: CurveName, seed: Uint8Array, extractable: boolean): Promise<CryptoKey> {
  const wrapped = concatBytes(fromHex(pkcs8Prefixes[curve])!, seed)
  try {
    return await subtle.importKey('pkcs8', platformBytes(wrapped), { name: curve }, extractable, [
      curve === 'Ed25519' ? 'sign' : 'deriveBits',
    ])
  } finally {
    wrapped.fill(0)
  }
}

/** What a stored value claims to be, or undefined for anything else; whether its halves belong together is for the caller to try. */
export function readStoredKey(stored: unknown, curve: CurveName): StoredKey | undefined {
  if (isBytes(stored)) return stored.length === 32 ? { form: 'seed', seed: stored.slice() } : undefined
  if (typeof stored !== 'object' || stored === null) return undefined
  const { privateKey, publicKey } = stored as { privateKey?: unknown; publicKey?: unknown }
  if (!isCryptoKey(privateKey) || privateKey.type !== 'private' || privateKey.algorithm.name !== curve) return undefined
  if (!isBytes(publicKey) || publicKey.length !== 32) return undefined
  return { form: 'platform', privateKey, publicKey: publicKey.slice() }
}

/** Whether a value is a key object of the platform. Never throws. */
export function isCryptoKey(value: unknown): value is CryptoKey {
  return typeof CryptoKey === 'function' && value instanceof CryptoKey
}
