import { compareBytes } from '../../shared/bytes.ts'
import { decode, Writer, type DecodeFault, type Reader } from '../../shared/encoding.ts'
import { noExtensions, readExtensions, writeExtensions, type Extensions } from '../../shared/extensions.ts'
import type { Result } from '../../shared/result.ts'

/*
 * Grammar (docs/PROTOCOL.md#epoch):
 *   epoch = keyid 32 · enc 32 · list(1..740) (device 32 · sealed 48), ascending · list(<=64) (keyid 32 · sealed 48), ascending · ext
 * One one-time key `enc` serves all recipients: each shared secret and key schedule also takes in the recipient's own key.
 */

/** Most devices one epoch can be sealed to: with all earlier keys and 1 KiB of `ext` that fills a body. */
export const maxEpochRecipients = 740
/** Most earlier keys one epoch can hold. */
export const maxPreviousKeys = 64

/** The epoch's key, sealed to one device. */
export interface EpochRecipient {
  /** 32-byte signing key of the device. */
  readonly device: Uint8Array
  /** 48 bytes: HPKE ciphertext of the epoch key without its `enc`. */
  readonly sealed: Uint8Array
}

/** An earlier key, sealed under this epoch's. */
export interface PreviousKey {
  /** 32 bytes. */
  readonly keyId: Uint8Array
  /** 48 bytes. */
  readonly sealed: Uint8Array
}

/** The body of an epoch operation. */
export interface EpochBody {
  /** 32 bytes: H(`key id`, space, epoch key). */
  readonly keyId: Uint8Array
  /** 32-byte one-time X25519 public key (the `enc` of RFC 9180). */
  readonly oneTimeKey: Uint8Array
  /** Ascending by device, 1 to 740. */
  readonly recipients: readonly EpochRecipient[]
  /** Ascending by key id, at most 64. */
  readonly previous: readonly PreviousKey[]
  readonly extensions?: Extensions
}

export function encodeEpochBody(body: EpochBody): Uint8Array {
  const recipients = [...body.recipients].sort((a, b) => compareBytes(a.device, b.device))
  const previous = [...body.previous].sort((a, b) => compareBytes(a.keyId, b.keyId))
  const writer = new Writer()
    .fixed(body.keyId)
    .fixed(body.oneTimeKey)
    .list(recipients, (recipient, list) => list.fixed(recipient.device).fixed(recipient.sealed))
    .list(previous, (key, list) => list.fixed(key.keyId).fixed(key.sealed))
  writeExtensions(writer, body.extensions ?? noExtensions)
  return writer.finish()
}

/** Never throws. */
export function decodeEpochBody(bytes: Uint8Array): Result<Required<EpochBody>, DecodeFault> {
  return decode(bytes, (reader) => {
    const keyId = reader.fixed(32)
    const oneTimeKey = reader.fixed(32)
    const recipients = readPairs(reader, maxEpochRecipients).map(([device, sealed]) => ({ device, sealed }))
    if (recipients.length === 0) reader.refuse()
    const previous = readPairs(reader, maxPreviousKeys).map(([id, sealed]) => ({ keyId: id, sealed }))
    return { keyId, oneTimeKey, recipients, previous, extensions: readExtensions(reader) }
  })
}

/** Entries (name 32 · sealed 48), ascending by name, none twice. */
function readPairs(reader: Reader, maxCount: number): [name: Uint8Array, sealed: Uint8Array][] {
  let last: Uint8Array | undefined
  return reader.list(maxCount, () => {
    const name = reader.fixed(32)
    if (last !== undefined && compareBytes(last, name) >= 0) reader.refuse()
    last = name
    return [name, reader.fixed(48)]
  })
}
