import type { CryptoPort, SigningKey } from '../crypto/cryptoPort.ts'
import { labelledHash, labelledSign, labelledVerify } from '../crypto/labels.ts'
import { concatBytes, equalBytes } from '../shared/bytes.ts'
import { decode, type DecodeFault } from '../shared/encoding.ts'
import type { Result } from '../shared/result.ts'

/*
 * A device as its identity vouches for it: record = identity 32 · sign 32 · seal 32 · certifier 32 · certificate 64 · self 64.
 *
 * certificate = sign(`device`, the first 128 bytes) by the root key or an earlier device; self = sign(`device self`, the same) by the
 * device. A record proves that the certifier vouches for the device and that the device agrees. It does not prove that the certifier
 * belongs to the identity: anyone can certify a device of theirs under a foreign identity, so whoever reads a record must find the
 * certifier to be the root key (= identity) or a device already known to be of that identity. Nor does it say that the device is still
 * one: revocation is a matter of the membership log.
 */

/** A device as its identity vouches for it; what a membership log lists. See docs/PROTOCOL.md#device-record. */
export interface DeviceRecord {
  /** 32-byte public root key of the person. */
  readonly identity: Uint8Array
  /** 32-byte Ed25519 public key of the device. */
  readonly sign: Uint8Array
  /** 32-byte X25519 public key to which epoch keys are sealed. */
  readonly seal: Uint8Array
  /** Who certified it: the root key or an earlier device of the same identity. */
  readonly certifier: Uint8Array
  /** 64 bytes: sign(`device`, the four fields) by the certifier. */
  readonly certificate: Uint8Array
  /** 64 bytes: sign(`device self`, the four fields) by the device, so that nobody lists a foreign key. */
  readonly self: Uint8Array
}

/** The signed part of a record. */
export type DeviceFields = Pick<DeviceRecord, 'identity' | 'sign' | 'seal' | 'certifier'>

/** Length of an encoded record. */
export const deviceRecordBytes = 256

/** The `certificate` of a device: 64 bytes by the key that `fields.certifier` names. */
export function certifyDevice(certifier: SigningKey, fields: DeviceFields): Promise<Uint8Array> {
  return labelledSign(certifier, 'device', signedBytes(fields))
}

/** The `self` of a device: 64 bytes by the key that `fields.sign` names. */
export function signDeviceSelf(device: SigningKey, fields: DeviceFields): Promise<Uint8Array> {
  return labelledSign(device, 'device self', signedBytes(fields))
}

/** A whole record, where certifier and device are both at hand. */
export async function createDeviceRecord(
  identity: Uint8Array,
  certifier: SigningKey,
  device: { readonly signing: SigningKey; readonly agreement: { readonly publicKey: Uint8Array } },
): Promise<DeviceRecord> {
  const fields = { identity, sign: device.signing.publicKey, seal: device.agreement.publicKey, certifier: certifier.publicKey }
  return { ...fields, certificate: await certifyDevice(certifier, fields), self: await signDeviceSelf(device.signing, fields) }
}

/** The 256 bytes of a record. */
export function encodeDeviceRecord(record: DeviceRecord): Uint8Array {
  return concatBytes(signedBytes(record), record.certificate, record.self)
}

/** A record of exactly 256 bytes; nothing in it is verified. Never throws. */
export function decodeDeviceRecord(bytes: Uint8Array): Result<DeviceRecord, DecodeFault> {
  return decode(bytes, (reader) => ({
    identity: reader.fixed(32),
    sign: reader.fixed(32),
    seal: reader.fixed(32),
    certifier: reader.fixed(32),
    certificate: reader.fixed(64),
    self: reader.fixed(64),
  }))
}

/**
 * Whether both signatures hold, the keys could ever work, and the device is neither the root key nor its own certifier.
 * Whether the certifier may speak for the identity is for the caller to check. Never throws.
 */
export async function verifyDeviceRecord(crypto: CryptoPort, record: DeviceRecord): Promise<boolean> {
  const { identity, sign, seal, certifier, certificate, self } = record
  if (!crypto.isSigningPublicKey(identity) || equalBytes(sign, identity) || equalBytes(sign, certifier)) return false
  const fields = signedBytes(record)
  if (!(await labelledVerify(crypto, certifier, certificate, 'device', fields))) return false
  if (!(await labelledVerify(crypto, sign, self, 'device self', fields))) return false
  return canSealTo(crypto, seal)
}

/** Whether a sealing key could work: one of low order gives everyone the same "secret", whatever the other key, so any key shows it. */
export async function canSealTo(crypto: CryptoPort, seal: Uint8Array): Promise<boolean> {
  const probe = await crypto.agreementKeyFromSeed(labelledHash(crypto, 'low order probe'))
  return (await probe.agree(seal)) !== undefined
}

function signedBytes({ identity, sign, seal, certifier }: DeviceFields): Uint8Array {
  return concatBytes(identity, sign, seal, certifier)
}
