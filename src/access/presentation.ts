import { concatBytes, equalBytes, utf8 } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import { decode, Writer, type Reader } from '../shared/encoding.ts'
import { hasUnknownRequired, noExtensions, readExtensions, writeExtensions, type Extensions } from '../shared/extensions.ts'
import { idBytes, toId, type DeviceId, type IdentityId, type SpaceId } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { labelledSign, labelledVerify } from '../crypto/labels.ts'
import type { LocalIdentity } from '../identity/localIdentity.ts'
import { decodeDeviceRecord, deviceRecordBytes, encodeDeviceRecord, verifyDeviceRecord, type DeviceRecord } from '../identity/record.ts'
import { maxEvidence, type Evidenced } from './judging/evidence.ts'
import { maxOperationBytes } from './operation.ts'
import { verifyEvidence } from './judging/verifyEvidence.ts'

/*
 * A device shows who it is, and of which spaces its person is a member, to somebody who asked for it (docs/PROTOCOL.md#presentation):
 *   presentation = 01 · string(256) audience · bytes(64) nonce · uint time ms · list(<=8) record 256 · list(<=8) membership · ext · sig 64
 *   membership   = space 32 · list(<=32) bytes operation;  sig = sign(`presentation`, all but sig) by the device of the last record
 *
 * The nonce is the asker's: an answer to one question is none to another. The audience is whom it is for, so that he who got it cannot pass it on as if
 * it were meant for someone else. An attacker without the device's key can show what he was shown, to the same audience, until the nonce is known as used.
 */

/** What a presentation shows, all of it proven but for `standing`. */
export interface Presentation {
  readonly identity: IdentityId
  readonly device: DeviceId
  /** By the clock of who showed it, in ms since the Unix epoch. */
  readonly time: number
  readonly memberships: readonly PresentedMembership[]
}

/** That a person was made a member of a space. Whether it still is so only the space's members know. */
export interface PresentedMembership extends Evidenced {
  readonly space: SpaceId
}

export type PresentationFault =
  | 'malformed'
  | 'newer-version'
  /** Meant for somebody else. */
  | 'wrong-audience'
  /** The answer to another question. */
  | 'wrong-nonce'
  /** Too old, or from the future. */
  | 'expired'
  | 'bad-signature'
  /** The records do not make the device one of the person's. */
  | 'bad-device'
  /** What is said of a space does not follow from its operations. */
  | 'bad-membership'

/** What the asker knows of the answer. */
export interface ExpectedPresentation {
  /** The bytes that were asked with: 16 to 64, fresh and random. */
  readonly nonce: Uint8Array
  /** Who asks, as both sides name him: for instance an address. */
  readonly audience: string
  /** In ms since the Unix epoch. */
  readonly now: number
  /** Default: five minutes. */
  readonly maxAgeMs?: number
}

export const minNonceBytes = 16
export const maxNonceBytes = 64
export const maxAudienceBytes = 256
/** Most bytes of a whole presentation. */
export const maxPresentationBytes = 256 * 1024
const maxRecords = 8
/** Most spaces that one presentation shows. */
export const maxMemberships = 8
const version = 1
const signatureBytes = 64
const defaultMaxAgeMs = 5 * 60_000
/** Clocks differ. */
const clockToleranceMs = 60_000

/**
 * Signs a presentation with this device.
 * @param fields.records from one that the root key certified down to this device's own
 * @throws EchoError bad-value where nonce, audience or what is to be shown is too short or too much
 */
export async function createPresentation(
  identity: LocalIdentity,
  fields: {
    readonly audience: string
    readonly nonce: Uint8Array
    readonly time: number
    readonly records: readonly DeviceRecord[]
    readonly memberships: readonly { readonly space: SpaceId; readonly operations: readonly Uint8Array[] }[]
  },
): Promise<Uint8Array> {
  const { audience, nonce, time, records, memberships } = fields
  if (nonce.length < minNonceBytes || nonce.length > maxNonceBytes) {
    throw badValue(`The nonce is what the asker chose afresh: ${minNonceBytes} to ${maxNonceBytes} random bytes.`)
  }
  if (audience === '' || utf8(audience).length > maxAudienceBytes) {
    throw badValue(`The audience names who asks, for instance by an address: 1 to ${maxAudienceBytes} bytes of UTF-8.`)
  }
  if (memberships.length > maxMemberships || memberships.some(({ operations }) => operations.length > maxEvidence)) {
    throw badValue(`At most ${maxMemberships} spaces are shown at once, each by at most ${maxEvidence} operations. Show fewer.`)
  }
  const writer = new Writer()
    .u8(version)
    .string(audience)
    .bytes(nonce)
    .uint(time)
    .list(records, (record, w) => w.fixed(encodeDeviceRecord(record)))
    .list(memberships, ({ space, operations }, w) => w.fixed(idBytes(space)).list(operations, (operation, each) => each.bytes(operation)))
  writeExtensions(writer, noExtensions)
  const body = writer.finish()
  if (body.length + signatureBytes > maxPresentationBytes) throw badValue('This is too much for one presentation. Show fewer spaces.')
  return concatBytes(body, await labelledSign(identity.signing, 'presentation', body))
}

/** What `bytes` show, from nothing but them and what the asker knows. Never throws. */
export async function verifyPresentation(
  crypto: CryptoPort,
  bytes: Uint8Array,
  expected: ExpectedPresentation,
): Promise<Result<Presentation, PresentationFault>> {
  if (bytes.length > maxPresentationBytes) return fail('malformed')
  if (bytes.length > 0 && bytes[0]! > version) return fail('newer-version')
  const decoded = decode(bytes, readPresentation)
  if (!decoded.ok) return fail('malformed')
  const { audience, nonce, time, records, memberships, extensions } = decoded.value
  if (hasUnknownRequired(extensions)) return fail('newer-version')
  if (audience !== expected.audience) return fail('wrong-audience')
  if (nonce.length < minNonceBytes || !equalBytes(nonce, expected.nonce)) return fail('wrong-nonce')
  const ageMs = expected.now - time
  if (ageMs > (expected.maxAgeMs ?? defaultMaxAgeMs) || ageMs < -clockToleranceMs) return fail('expired')

  const last = records.at(-1)
  if (last === undefined) return fail('malformed')
  // First of all, so that nobody makes us verify what no device has signed.
  const body = bytes.subarray(0, -signatureBytes)
  if (!(await labelledVerify(crypto, last.sign, bytes.subarray(-signatureBytes), 'presentation', body))) return fail('bad-signature')
  if (!(await isChain(crypto, records))) return fail('bad-device')
  const subject = { identity: toId<IdentityId>(last.identity), device: toId<DeviceId>(last.sign) }
  const shown: PresentedMembership[] = []
  for (const { space, operations } of memberships) {
    const evidenced = await verifyEvidence(crypto, space, operations, subject)
    if (evidenced === undefined) return fail('bad-membership')
    shown.push({ space, ...evidenced })
  }
  return ok({ ...subject, time, memberships: shown })
}

/** Whether each record is of one person, and certified by the one before it, the first by the root key. */
async function isChain(crypto: CryptoPort, records: readonly DeviceRecord[]): Promise<boolean> {
  for (const [i, record] of records.entries()) {
    const certifier = i === 0 ? record.identity : records[i - 1]!.sign
    if (!equalBytes(record.identity, records[0]!.identity) || !equalBytes(record.certifier, certifier)) return false
    if (!(await verifyDeviceRecord(crypto, record))) return false
  }
  return true
}

function readPresentation(reader: Reader): {
  readonly audience: string
  readonly nonce: Uint8Array
  readonly time: number
  readonly records: readonly DeviceRecord[]
  readonly memberships: readonly { readonly space: SpaceId; readonly operations: readonly Uint8Array[] }[]
  readonly extensions: Extensions
} {
  if (reader.u8() !== version) reader.refuse()
  const audience = reader.string(maxAudienceBytes)
  const nonce = reader.bytes(maxNonceBytes)
  const time = reader.uint()
  const records = reader.list(maxRecords, () => {
    const record = decodeDeviceRecord(reader.fixed(deviceRecordBytes))
    return record.ok ? record.value : reader.refuse()
  })
  const memberships = reader.list(maxMemberships, () => ({
    space: toId<SpaceId>(reader.fixed(32)),
    operations: reader.list(maxEvidence, () => reader.bytes(maxOperationBytes)),
  }))
  const extensions = readExtensions(reader)
  reader.fixed(signatureBytes)
  return { audience, nonce, time, records, memberships, extensions }
}

function badValue(message: string): EchoError {
  return new EchoError('bad-value', message)
}
