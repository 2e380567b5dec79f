import { concatBytes, utf8 } from '../shared/bytes.ts'
import type { AgreementKey, CryptoPort } from './cryptoPort.ts'

/** Sealed to one X25519 key: RFC 9180 base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, first message only. */
export interface HpkeSealed {
  /** 32-byte public half of the ephemeral key. */
  readonly enc: Uint8Array
  /** Ciphertext and 16-byte tag. */
  readonly sealed: Uint8Array
}

/** Bytes in front of every labelled input: version, then the suite it belongs to (RFC 9180 sections 4.1 and 5.1). */
const kemSuite = Uint8Array.of(...utf8('HPKE-v1KEM'), 0x00, 0x20)
const hpkeSuite = Uint8Array.of(...utf8('HPKE-v1HPKE'), 0x00, 0x20, 0x00, 0x01, 0x00, 0x02)
const empty = new Uint8Array()
const baseMode = Uint8Array.of(0)

/**
 * Seals `plaintext` so that only the holder of `recipientPublicKey` opens it. It does not say who sealed: the caller signs.
 * @param ephemeral a fresh key unless given; never reuse one for two plaintexts with the same recipient and `info`.
 * @returns undefined where the recipient's key is of low order.
 */
export async function hpkeSeal(
  crypto: CryptoPort,
  recipientPublicKey: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
  ephemeral?: AgreementKey,
): Promise<HpkeSealed | undefined> {
  const sender = ephemeral ?? (await crypto.createAgreementKey())
  const shared = await sender.agree(recipientPublicKey)
  if (shared === undefined) return undefined
  const { key, nonce } = messageKey(crypto, shared, sender.publicKey, recipientPublicKey, info)
  return { enc: sender.publicKey, sealed: await crypto.seal(key, nonce, plaintext, aad) }
}

/** What {@link hpkeSeal} sealed for this key under the same `info` and `aad`, or undefined. Never throws. */
export async function hpkeOpen(
  crypto: CryptoPort,
  recipient: AgreementKey,
  enc: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array | undefined> {
  const shared = await recipient.agree(enc)
  if (shared === undefined) return undefined
  const { key, nonce } = messageKey(crypto, shared, enc, recipient.publicKey, info)
  return crypto.open(key, nonce, sealed, aad)
}

/** RFC 9180 sections 4.1 (ExtractAndExpand) and 5.1 (KeySchedule, base mode: empty psk and psk_id); the first nonce is the base nonce. */
function messageKey(
  crypto: CryptoPort,
  dh: Uint8Array,
  enc: Uint8Array,
  recipientPublicKey: Uint8Array,
  info: Uint8Array,
): { readonly key: Uint8Array; readonly nonce: Uint8Array } {
  const extract = (suite: Uint8Array, salt: Uint8Array, name: string, ikm: Uint8Array): Uint8Array =>
    crypto.hkdfExtract(salt, concatBytes(suite, utf8(name), ikm))
  const expand = (suite: Uint8Array, prk: Uint8Array, name: string, context: Uint8Array, length: number): Uint8Array =>
    crypto.hkdfExpand(prk, concatBytes(Uint8Array.of(0, length), suite, utf8(name), context), length)

  const shared = expand(kemSuite, extract(kemSuite, empty, 'eae_prk', dh), 'shared_secret', concatBytes(enc, recipientPublicKey), 32)
  const context = concatBytes(baseMode, extract(hpkeSuite, empty, 'psk_id_hash', empty), extract(hpkeSuite, empty, 'info_hash', info))
  const secret = extract(hpkeSuite, shared, 'secret', empty)
  return { key: expand(hpkeSuite, secret, 'key', context, 32), nonce: expand(hpkeSuite, secret, 'base_nonce', context, 12) }
}
