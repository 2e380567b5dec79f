import { concatBytes } from '../shared/bytes.ts'
import { decode, Writer } from '../shared/encoding.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { contentKey, plaintextHashKey } from '../access/epochKeys.ts'
import type { EpochKey, KeyRing } from '../access/keyRing.ts'

/*
 * envelope = 01 · sealing key id 32 · sealing device 32 · slot 4 · nonce 12 · bytes ciphertext
 * ciphertext = AES-256-GCM(content subkey, nonce, encoding u8 · payload), additional data: the block id
 * The content subkey is the sealing slot's own (access/epochKeys.ts), so a nonce need only be fresh within a slot.
 *
 * The envelope stands outside the block's hash: whoever may read a block may seal it again under a newer key. What binds it to the block
 * is the additional data, and to the author the header's hash of the payload.
 */
const version = 1
/** The payload is sealed as it is. Other encodings (a deflated one, say) are for later versions. */
const rawEncoding = 0

/** The longest payload of a block, in bytes: the guard's cap of an update. */
export const maxPayloadBytes = 1024 * 1024
/** The longest envelope, in bytes. */
export const maxEnvelopeBytes = maxPayloadBytes + 1024

export interface SealOptions {
  /** 32 bytes. */
  readonly space: Uint8Array
  readonly key: EpochKey
  /** 32-byte signing key of the device that seals. */
  readonly device: Uint8Array
  /** Slot of the tab that seals. */
  readonly slot: number
  /** 32 bytes. */
  readonly blockId: Uint8Array
  /** A Yjs V1 update, at most {@link maxPayloadBytes}. */
  readonly payload: Uint8Array
}

/** Encrypts a block's payload. @returns the envelope's bytes */
export async function sealPayload(crypto: CryptoPort, { space, key, device, slot, blockId, payload }: SealOptions): Promise<Uint8Array> {
  const nonce = crypto.randomBytes(12)
  const plaintext = concatBytes(Uint8Array.of(rawEncoding), payload)
  const ciphertext = await crypto.seal(contentKey(crypto, space, key.key, device, slot), nonce, plaintext, blockId)
  return new Writer().u8(version).fixed(key.id).fixed(device).u32(slot).fixed(nonce).bytes(ciphertext).finish()
}

/** `unknown-key`: the epoch's key is not here yet, so it may open later. `aead`: these bytes never open. */
export type EnvelopeFault = 'malformed' | 'newer-version' | 'unknown-key' | 'aead'

export interface OpenOptions {
  /** 32 bytes. */
  readonly space: Uint8Array
  readonly keyRing: KeyRing
  /** 32 bytes. */
  readonly blockId: Uint8Array
  readonly envelope: Uint8Array
}

/** Decrypts a block's payload. Never throws. */
export async function openEnvelope(
  crypto: CryptoPort,
  { space, keyRing, blockId, envelope }: OpenOptions,
): Promise<Result<Uint8Array, EnvelopeFault>> {
  if (envelope.length > maxEnvelopeBytes) return fail('malformed')
  if (envelope[0]! > version) return fail('newer-version')
  const fields = decode(envelope, (reader) => {
    if (reader.u8() !== version) reader.refuse()
    return {
      keyId: reader.fixed(32),
      device: reader.fixed(32),
      slot: reader.u32(),
      nonce: reader.fixed(12),
      ciphertext: reader.bytes(maxEnvelopeBytes),
    }
  })
  if (!fields.ok) return fail('malformed')
  const { keyId, device, slot, nonce, ciphertext } = fields.value
  const key = keyRing.get(keyId)
  if (key === undefined) return fail('unknown-key')
  const plaintext = await crypto.open(contentKey(crypto, space, key.key, device, slot), nonce, ciphertext, blockId)
  if (plaintext === undefined) return fail('aead')
  if (plaintext.length === 0) return fail('malformed')
  return plaintext[0] === rawEncoding ? ok(plaintext.slice(1)) : fail('newer-version')
}

/** What a header says of its payload: HMAC-SHA-256 under HKDF(epoch key, salt: space, info: `plaintext hash`). 32 bytes. */
export function plaintextHash(crypto: CryptoPort, space: Uint8Array, key: EpochKey, payload: Uint8Array): Uint8Array {
  return crypto.hmac(plaintextHashKey(crypto, space, key.key), payload)
}
