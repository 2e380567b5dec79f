import { concatBytes } from '../../shared/bytes.ts'
import type { AgreementKey, CryptoPort } from '../../crypto/cryptoPort.ts'
import { hpkeOpen, hpkeSeal, type HpkeSealed } from '../../crypto/hpke.ts'
import { label } from '../../crypto/labels.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import { checkedEpochKey } from './epochKeys.ts'
import type { EpochKey } from './keyRing.ts'

/*
 * An epoch key sealed to one device (docs/PROTOCOL.md#sealed-epoch-key): HPKE base mode, info = label(`seal epoch key`) · space · key id,
 * additional data = device. Base mode does not say who sealed; in an epoch operation its signature does, on a link the handshake.
 */

const encBytes = 32
/** Bytes of a sealed key as links and the join flow send it: enc 32 · ciphertext 48. */
export const sealedKeyBytes = 80

/**
 * Seals with `ephemeral`, or a fresh key. One ephemeral key may serve all recipients of one epoch operation, and nothing else.
 * @returns undefined where the device's sealing key is of low order: it could open nothing.
 */
export function sealToDevice(
  crypto: CryptoPort,
  space: Uint8Array,
  epochKey: EpochKey,
  record: Pick<DeviceRecord, 'sign' | 'seal'>,
  ephemeral?: AgreementKey,
): Promise<HpkeSealed | undefined> {
  return hpkeSeal(crypto, record.seal, sealInfo(space, epochKey.id), record.sign, epochKey.key, ephemeral)
}

/** The epoch key for a live device that its epoch did not name: 80 bytes, or undefined where its sealing key is of low order. */
export async function sealKeyFor(
  crypto: CryptoPort,
  space: Uint8Array,
  epochKey: EpochKey,
  record: Pick<DeviceRecord, 'sign' | 'seal'>,
): Promise<Uint8Array | undefined> {
  const sealed = await sealToDevice(crypto, space, epochKey, record)
  return sealed && concatBytes(sealed.enc, sealed.sealed)
}

/**
 * The key that `sealed` (80 bytes) holds for this device, checked against `keyId`; undefined for anything else. Never throws.
 * From a link it counts only if the log has an epoch with this key id.
 */
export async function openSealedKey(
  crypto: CryptoPort,
  space: Uint8Array,
  identity: LocalIdentity,
  keyId: Uint8Array,
  sealed: Uint8Array,
): Promise<EpochKey | undefined> {
  if (sealed.length !== sealedKeyBytes) return undefined
  const { agreement, record } = identity
  const enc = sealed.subarray(0, encBytes)
  const key = await hpkeOpen(crypto, agreement, enc, sealInfo(space, keyId), record.sign, sealed.subarray(encBytes))
  return key && checkedEpochKey(crypto, space, keyId, key)
}

function sealInfo(space: Uint8Array, keyId: Uint8Array): Uint8Array {
  return concatBytes(label('seal epoch key'), space, keyId)
}
