import type { CryptoPort, SigningKey } from '../../crypto/cryptoPort.ts'
import { labelledHash, labelledSign, labelledVerify } from '../../crypto/labels.ts'
import type { DeviceRecord } from '../../identity/record.ts'

/*
 * Nobody is listed in a space without having signed for that space:
 *   consent = sign(`join consent`, target 16, invitation 32, identity 32, sign 32, seal 32) by the device;  target = H(`target`, space id)[0..16]
 * An inviter who moves a consent to another space, invitation, person or sealing key ends with a malformed admission.
 */

/** What an invitation leads to, in 16 bytes: of a 32-byte space id (kind space) or identity (kind device). */
export function invitationTarget(crypto: CryptoPort, id: Uint8Array): Uint8Array {
  return labelledHash(crypto, 'target', id).slice(0, 16)
}

/** What a device signs to be listed: the target of the space, the invitation it follows, and itself. */
export interface ConsentSubject {
  /** 16 bytes, from the invitation's link: see {@link invitationTarget}. */
  readonly target: Uint8Array
  /** 32 bytes. */
  readonly invitationId: Uint8Array
  /** Only identity, sign and seal are signed: a guest knows its certificate chain, but it may grow. */
  readonly record: Pick<DeviceRecord, 'identity' | 'sign' | 'seal'>
}

/** The 64-byte consent of the device that `key` belongs to. */
export function createConsent(key: SigningKey, subject: ConsentSubject): Promise<Uint8Array> {
  return labelledSign(key, 'join consent', ...consentFields(subject))
}

/** Whether the device of `subject.record` signed this consent. Never throws. */
export function verifyConsent(crypto: CryptoPort, subject: ConsentSubject, consent: Uint8Array): Promise<boolean> {
  return labelledVerify(crypto, subject.record.sign, consent, 'join consent', ...consentFields(subject))
}

function consentFields({ target, invitationId, record }: ConsentSubject): readonly Uint8Array[] {
  return [target, invitationId, record.identity, record.sign, record.seal]
}
