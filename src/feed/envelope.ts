import { concatBytes } from '../shared/bytes.ts'
import { decode, Writer } from '../shared/encoding.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { contentKey, derivedOnce, plaintextHashKey } from '../access/keys/epochKeys.ts'
import type { EpochKey, KeyRing } from '../access/keys/keyRing.ts'
import { feedKeyOf } from './feedKey.ts'

/*
 * envelope = 01 · sealing key id 32 · sealing device 32 · slot 4 · nonce 12 · bytes ciphertext
 * ciphertext = AES-256-GCM(content subkey, nonce, encoding u8 · payload), additional data: the block id
 * The content subkey is the sealing slot's own (access/keys/epochKeys.ts), so a nonce need only be fresh within a slot.
 *
 * The envelope stands outside the block's hash: whoever may read a block may seal it again under a newer key. What binds it to the block
 * is the additional data, and to the author the header's hash of the payload.
 */
const version = 1
/** The payload is sealed as it is. Other encodings are for later versions. */
const rawEncoding = 0

/** The longest payload of a block, in bytes: the guard's cap of an update. */
export const maxPayloadBytes = 1024 * 1024
/** The longest envelope, in bytes. */
export const maxEnvelopeBytes = maxPayloadBytes + 1024

/** Who seals, and under which epoch's key. */
export interface Sealer {
  /** 32 bytes. */
  readonly space: Uint8Array
  readonly key: EpochKey
  /** 32-byte signing key of the device that seals. */
  readonly device: Uint8Array
  /** Slot of the tab that seals. */
  readonly slot: number
}

export interface SealOptions extends Sealer {
  /** 32 bytes. */
  readonly blockId: Uint8Array
  /** A Yjs V1 update, at most {@link maxPayloadBytes}. */
  readonly payload: Uint8Array
}

/** Encrypts a block's payload. @returns the envelope's bytes */
export function sealPayload(crypto: CryptoPort, { blockId, payload, ...sealer }: SealOptions): Promise<Uint8Array> {
  return sealEnvelope(crypto, sealer, concatBytes(Uint8Array.of(rawEncoding), payload), blockId)
}

/** Encrypts any bytes as an envelope holds them. @returns the envelope's bytes */
export async function sealEnvelope(
  crypto: CryptoPort,
  { space, key, device, slot }: Sealer,
  plaintext: Uint8Array,
  additionalData: Uint8Array,
): Promise<Uint8Array> {
  const nonce = crypto.randomBytes(12)
  const ciphertext = await crypto.seal(feedContentKey(crypto, space, key, device, slot), nonce, plaintext, additionalData)
  return new Writer().u8(version).fixed(key.id).fixed(device).u32(slot).fixed(nonce).bytes(ciphertext).finish()
}

/** The id of the key that an envelope says it is sealed under: 32 bytes, fewer where it is malformed. */
export function sealingKeyOf(envelope: Uint8Array): Uint8Array {
  return envelope.subarray(1, 33)
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
  const plaintext = await openSealed(crypto, { space, keyRing }, envelope, blockId)
  if (!plaintext.ok) return plaintext
  return plaintext.value[0] === rawEncoding ? ok(plaintext.value.subarray(1)) : fail('newer-version')
}

/** Decrypts what {@link sealEnvelope} made: at least one byte. Never throws. */
export async function openSealed(
  crypto: CryptoPort,
  { space, keyRing }: Pick<OpenOptions, 'space' | 'keyRing'>,
  envelope: Uint8Array,
  additionalData: Uint8Array,
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
  const plaintext = await crypto.open(feedContentKey(crypto, space, key, device, slot), nonce, ciphertext, additionalData)
  if (plaintext === undefined) return fail('aead')
  return plaintext.length === 0 ? fail('malformed') : ok(plaintext)
}

/** What a header says of its payload: HMAC-SHA-256 under HKDF(epoch key, salt: space, info: `plaintext hash`). 32 bytes. */
export function plaintextHash(crypto: CryptoPort, space: Uint8Array, key: EpochKey, payload: Uint8Array): Uint8Array {
  const hashKey = derivedOnce(key, 'plaintext hash', () => plaintextHashKey(crypto, space, key.key))
  return crypto.hmac(hashKey, payload)
}

function feedContentKey(crypto: CryptoPort, space: Uint8Array, key: EpochKey, device: Uint8Array, slot: number): Uint8Array {
  return derivedOnce(key, `content ${feedKeyOf(device, slot)}`, () => contentKey(crypto, space, key.key, device, slot))
}
