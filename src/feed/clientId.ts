import { Writer } from '../shared/encoding.ts'
import { labelledHash } from '../crypto/labels.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'

/**
 * The Yjs clientID of a slot: the low 53 bits of the first 8 bytes, big endian, of H(`client id`, space, device, slot).
 * Fixed by the slot, so no member can write under another's clientID.
 * @param space 32 bytes
 * @param device 32 bytes
 * @param slot 0 to 2^32 - 1
 */
export function clientIdOf(crypto: CryptoPort, space: Uint8Array, device: Uint8Array, slot: number): number {
  const hash = labelledHash(crypto, 'client id', space, device, new Writer().u32(slot).finish())
  const view = new DataView(hash.buffer, hash.byteOffset, 8)
  return (view.getUint32(0) % 2 ** 21) * 2 ** 32 + view.getUint32(4)
}
