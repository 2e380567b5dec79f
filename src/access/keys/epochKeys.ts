import { toBase64Url, equalBytes } from '../../shared/bytes.ts'
import { Writer } from '../../shared/encoding.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { deriveKey, labelledHash } from '../../crypto/labels.ts'
import type { EpochKey } from './keyRing.ts'

/*
 * What is derived from the 32-byte key of an epoch (docs/PROTOCOL.md#key-schedule): HKDF(epoch key, salt = space id, label(name) + fields).
 * Everything here but a key's id, a room's name and its password is secret.
 */

/** Room and password under which a signaling server is asked for peers, as 22 base64url characters each. */
export interface Rendezvous {
  /** The server sees it. */
  readonly room: string
  /** The server does not. */
  readonly password: string
}

/** The 32-byte id of an epoch key, by which headers and links name it. */
export function epochKeyId(crypto: CryptoPort, space: Uint8Array, key: Uint8Array): Uint8Array {
  return labelledHash(crypto, 'key id', space, key)
}

/** The key with its id, or undefined where it is not the one that `id` names. */
export function checkedEpochKey(crypto: CryptoPort, space: Uint8Array, id: Uint8Array, key: Uint8Array): EpochKey | undefined {
  if (key.length !== 32 || !equalBytes(epochKeyId(crypto, space, key), id)) return undefined
  const checked: EpochKey = { id: id.slice(), key: key.slice() }
  // Not enumerable: no part of what the key is, and in no copy of it.
  return Object.defineProperty(checked, 'derived', { value: new Map() })
}

/** The most subkeys kept with a key: envelopes name the feeds that sealed them, and a writer may make feeds up. */
const maxDerived = 1_024

/** What `derive` gives for `name`, once for each key that a ring holds. */
export function derivedOnce({ derived }: EpochKey, name: string, derive: () => Uint8Array): Uint8Array {
  const known = derived?.get(name)
  if (known !== undefined) return known
  const subkey = derive()
  if (derived !== undefined && derived.size < maxDerived) derived.set(name, subkey)
  return subkey
}

/** Seals the blocks of one feed: the sealing device (32 bytes) and slot are its own, so that no two feeds share a nonce space. */
export function contentKey(crypto: CryptoPort, space: Uint8Array, key: Uint8Array, device: Uint8Array, slot: number): Uint8Array {
  return deriveKey(crypto, key, space, 'content', [device, new Writer().u32(slot).finish()])
}

/** Seals the presence of one device. */
export function presenceKey(crypto: CryptoPort, space: Uint8Array, key: Uint8Array, device: Uint8Array): Uint8Array {
  return deriveKey(crypto, key, space, 'presence', [device])
}

/** Keys the plaintext hash of block headers, so that a header tells nothing to who lacks the epoch key. */
export function plaintextHashKey(crypto: CryptoPort, space: Uint8Array, key: Uint8Array): Uint8Array {
  return deriveKey(crypto, key, space, 'plaintext hash')
}

/** Enters the key derivation of a link handshake, so that only holders of the epoch key complete it. */
export function linkPsk(crypto: CryptoPort, space: Uint8Array, key: Uint8Array): Uint8Array {
  return deriveKey(crypto, key, space, 'link psk')
}

/** Where the members of an epoch meet. A removed device does not learn it. */
export function epochRendezvous(crypto: CryptoPort, space: Uint8Array, key: Uint8Array): Rendezvous {
  return rendezvousFrom(crypto, key, space)
}

/** The same two derivations serve an epoch (salt = space) and an invitation (no salt). */
export function rendezvousFrom(crypto: CryptoPort, key: Uint8Array, salt: Uint8Array | undefined): Rendezvous {
  return {
    room: toBase64Url(deriveKey(crypto, key, salt, 'room', [], 16)),
    password: toBase64Url(deriveKey(crypto, key, salt, 'room password', [], 16)),
  }
}
