import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { labelledHash, labelledSign, labelledVerify } from '../crypto/labels.ts'
import { compareBytes, concatBytes, utf8 } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import { decode, Writer, type Reader } from '../shared/encoding.ts'
import { hasUnknownRequired, noExtensions, readExtensions, writeExtensions, type Extensions } from '../shared/extensions.ts'
import { toId, type DeviceId, type IdentityId } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { LocalIdentity } from './localIdentity.ts'

/*
 * How a person wants to be shown, signed by one of the person's devices (docs/PROTOCOL.md#profile):
 *   profile = 01 · identity 32 · device 32 · counter uint · string(64) name · list(1) colour 3 · string(32) emoji · bytes(16384) picture · ext · sig 64
 *   id      = H(`profile`, all but sig);  sig = sign(`profile`, all but sig) by the device
 *
 * One record serves all spaces. It proves who signed, not that the device speaks for the identity: the reader asks the membership log of the space.
 * Of several records of a person the one with the greatest counter is shown, of equal ones that with the least id.
 */

/** How a person is shown. All of it is the person's own word. */
export interface Profile {
  /** At most 64 bytes of UTF-8; empty: no name chosen yet. */
  readonly name: string
  /** `#rrggbb` in lower case. */
  readonly colour?: string
  /** At most 32 bytes of UTF-8. */
  readonly emoji?: string
  /** An image file of at most 16 KiB. Show it as an image only. */
  readonly picture?: Uint8Array
}

/** A profile as it is kept and sent: well-formed bytes, nothing verified yet. */
export interface ProfileRecord extends Profile {
  readonly identity: IdentityId
  readonly device: DeviceId
  readonly counter: number
  /** 32 bytes. */
  readonly id: Uint8Array
  /** The record as received. */
  readonly bytes: Uint8Array
}

/** What tells which of two records of a person is shown. */
export type ProfileRank = Pick<ProfileRecord, 'counter' | 'id'>

export const maxProfileNameBytes = 64
export const maxEmojiBytes = 32
export const maxPictureBytes = 16_384
/** Nobody changes a profile so often; a counter beyond it could not be surpassed. */
export const maxProfileCounter = 2 ** 40
/** How far a record may go beyond the one that this device holds of its own person: so the numbers last, even if some device of the person's wastes them. */
export const maxProfileJump = 2 ** 20
/** Most bytes of a whole record: a reader of messages may allow no more. */
export const maxProfileBytes = 64 * 1024

const version = 1
const signatureBytes = 64

/** Signs a profile with this device. @throws EchoError bad-value where a part is not of its form or too long, or the counter is used up */
export async function createProfileRecord(
  crypto: CryptoPort,
  identity: LocalIdentity,
  counter: number,
  profile: Profile,
): Promise<ProfileRecord> {
  const { name, colour, emoji = '', picture = new Uint8Array() } = checkedProfile(profile)
  if (counter > maxProfileCounter) {
    throw badValue('This profile was changed as often as its counter can tell, so nobody would be shown another change. Leave it as it is.')
  }
  const writer = new Writer()
    .u8(version)
    .fixed(identity.record.identity)
    .fixed(identity.record.sign)
    .uint(counter)
    .string(name)
    .list(colour === undefined ? [] : [colour], (hex, w) => w.u8(part(hex, 1)).u8(part(hex, 3)).u8(part(hex, 5)))
    .string(emoji)
    .bytes(picture)
  writeExtensions(writer, noExtensions)
  const body = writer.finish()
  const bytes = concatBytes(body, await labelledSign(identity.signing, 'profile', body))
  const decoded = decodeProfileRecord(crypto, bytes)
  if (!decoded.ok) throw new TypeError('a profile that was just written cannot be read')
  return decoded.value
}

/** The record in `bytes`, which it keeps. Verifies nothing; never throws. */
export function decodeProfileRecord(crypto: CryptoPort, bytes: Uint8Array): Result<ProfileRecord, 'format' | 'newer-version'> {
  if (bytes.length > maxProfileBytes) return fail('format')
  if (bytes.length > 0 && bytes[0]! > version) return fail('newer-version')
  const decoded = decode(bytes, readRecord)
  if (!decoded.ok) return fail('format')
  const { extensions, ...fields } = decoded.value
  if (hasUnknownRequired(extensions)) return fail('newer-version')
  return ok({ ...fields, id: labelledHash(crypto, 'profile', bytes.subarray(0, -signatureBytes)), bytes })
}

/** Whether the device that the record names has signed it. Never throws. */
export function verifyProfileRecord(crypto: CryptoPort, { bytes }: ProfileRecord): Promise<boolean> {
  const device = bytes.subarray(33, 65)
  return labelledVerify(crypto, device, bytes.subarray(-signatureBytes), 'profile', bytes.subarray(0, -signatureBytes))
}

/** Whether `a` is shown in the place of `b`. */
export function isNewerProfile(a: ProfileRank, b: ProfileRank | undefined): boolean {
  return b === undefined || a.counter > b.counter || (a.counter === b.counter && compareBytes(a.id, b.id) < 0)
}

/** Whether the own person's devices may go on from a record of this counter; `held`: the record that they go on from now. */
export function isWithinReach(counter: number, held: Pick<ProfileRecord, 'counter'> | undefined): boolean {
  return counter <= (held === undefined ? maxProfileCounter / 2 : held.counter + maxProfileJump)
}

/** The shown part of a record, without empty parts. */
export function profileOf({ name, colour, emoji, picture }: Profile): Profile {
  return {
    name,
    ...(colour !== undefined && { colour }),
    ...(emoji !== undefined && emoji !== '' && { emoji }),
    ...(picture !== undefined && picture.length > 0 && { picture }),
  }
}

/** A profile as it may be signed: trimmed, without empty parts. @throws EchoError bad-value */
export function checkedProfile(profile: Profile): Profile {
  const { name, colour, emoji, picture } = profile
  if (typeof name !== 'string' || utf8(name.trim()).length > maxProfileNameBytes) {
    throw badValue(`A name has at most ${maxProfileNameBytes} bytes of UTF-8, so that it fits into an invitation. Use a shorter one.`)
  }
  if (colour !== undefined && !/^#[0-9a-f]{6}$/.test(colour))
    throw badValue('A colour is written as "#" and six digits in lower case: "#2a7f62".')
  if (emoji !== undefined && (typeof emoji !== 'string' || utf8(emoji).length > maxEmojiBytes)) {
    throw badValue(`An emoji has at most ${maxEmojiBytes} bytes of UTF-8. Use a single one.`)
  }
  if (picture !== undefined && picture.length > maxPictureBytes) {
    throw badValue(
      `A picture has at most ${maxPictureBytes} bytes, this one ${picture.length}. Scale it down, for instance to 96 × 96 pixels.`,
    )
  }
  return profileOf({ ...profile, name: name.trim() })
}

function readRecord(reader: Reader): Omit<ProfileRecord, 'id' | 'bytes'> & { readonly extensions: Extensions } {
  if (reader.u8() !== version) reader.refuse()
  const identity = toId<IdentityId>(reader.fixed(32))
  const device = toId<DeviceId>(reader.fixed(32))
  const counter = reader.uint(maxProfileCounter)
  const name = reader.string(maxProfileNameBytes)
  const [colour] = reader.list(1, () => `#${[0, 1, 2].map(() => reader.u8().toString(16).padStart(2, '0')).join('')}`)
  const emoji = reader.string(maxEmojiBytes)
  const picture = reader.bytes(maxPictureBytes)
  const extensions = readExtensions(reader)
  reader.fixed(signatureBytes)
  return { identity, device, counter, ...profileOf({ name, emoji, picture, ...(colour !== undefined && { colour }) }), extensions }
}

function part(hex: string, at: number): number {
  return Number.parseInt(hex.slice(at, at + 2), 16)
}

function badValue(message: string): EchoError {
  return new EchoError('bad-value', message)
}
