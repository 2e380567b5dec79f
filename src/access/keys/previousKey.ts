import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { deriveKey } from '../../crypto/labels.ts'
import type { PreviousKey } from '../bodies/epochBody.ts'
import { checkedEpochKey } from './epochKeys.ts'
import type { EpochKey } from './keyRing.ts'

/*
 * M23: each epoch holds earlier keys sealed under its own, so that one key opens all history. Grammar: sealed 48 = AES-256-GCM under
 * HKDF(newer key, space, `previous key` · older key id), nonce zero, additional data = older key id. The zero nonce is safe because the
 * sealing key is made for this pair of keys and so seals one plaintext only.
 */

const zeroNonce = new Uint8Array(12)

/** The older key as an epoch holds it. */
export async function sealPreviousKey(crypto: CryptoPort, space: Uint8Array, newer: Uint8Array, older: EpochKey): Promise<PreviousKey> {
  const wrapping = deriveKey(crypto, newer, space, 'previous key', [older.id])
  return { keyId: older.id, sealed: await crypto.seal(wrapping, zeroNonce, older.key, older.id) }
}

/** The older key, or undefined where it was not sealed under `newer` or is not the key it is named after. Never throws. */
export async function openPreviousKey(
  crypto: CryptoPort,
  space: Uint8Array,
  newer: Uint8Array,
  previous: PreviousKey,
): Promise<EpochKey | undefined> {
  const wrapping = deriveKey(crypto, newer, space, 'previous key', [previous.keyId])
  const key = await crypto.open(wrapping, zeroNonce, previous.sealed, previous.keyId)
  return key && checkedEpochKey(crypto, space, previous.keyId, key)
}
