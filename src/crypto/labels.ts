import { concatBytes, utf8 } from '../shared/bytes.ts'
import type { CryptoPort, SigningKey } from './cryptoPort.ts'

/** Domain separation (docs/PROTOCOL.md#labels): `"echo-react/1 " + name + 00`. No hash, key or signature of one purpose serves another. */
export function label(name: string): Uint8Array {
  return concatBytes(utf8(`echo-react/1 ${name}`), Uint8Array.of(0))
}

/** H(`name`, …) = SHA-256(label(name) + …): 32 bytes. */
export function labelledHash(crypto: Pick<CryptoPort, 'hash'>, name: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return crypto.hash(concatBytes(label(name), ...parts))
}

/** sign(`name`, …) = Ed25519 over label(name) + …: 64 bytes. */
export function labelledSign(key: SigningKey, name: string, ...parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return key.sign(concatBytes(label(name), ...parts))
}

/** Whether `signature` is sign(`name`, …) by `publicKey`. Never throws. */
export function labelledVerify(
  crypto: CryptoPort,
  publicKey: Uint8Array,
  signature: Uint8Array,
  name: string,
  ...parts: readonly Uint8Array[]
): Promise<boolean> {
  return crypto.verify(publicKey, concatBytes(label(name), ...parts), signature)
}

/** HKDF with info = label(name) + fields: 32 bytes unless `length` says otherwise. */
export function deriveKey(
  crypto: CryptoPort,
  ikm: Uint8Array,
  salt: Uint8Array | undefined,
  name: string,
  fields: readonly Uint8Array[] = [],
  length = 32,
): Uint8Array {
  return crypto.hkdf(ikm, salt, concatBytes(label(name), ...fields), length)
}
