import { EchoError, type EchoErrorCode } from '../shared/echoError.ts'
import { decode, Writer } from '../shared/encoding.ts'

/** Why host or guest ends a join: `3f, code uint, value uint`. The codes are frozen (docs/PROTOCOL.md#refuse). */
export type RefusalReason = keyof typeof refusalCodes

const refusalCodes = {
  cancelled: 1,
  timeout: 2,
  malformed: 3,
  'newer-version': 4,
  'insecure-peer': 5,
  'wrong-kind': 6,
  'not-host': 7,
  'unknown-device': 8,
  removed: 9,
  moved: 10,
  expired: 11,
  revoked: 12,
  'used-up': 13,
  'wrong-code': 14,
  'rate-limited': 15,
  denied: 16,
  'not-authorised': 17,
} as const

export const refuseType = 0x3f

export function encodeRefusal(reason: RefusalReason): Uint8Array {
  return new Writer().u8(refuseType).uint(refusalCodes[reason]).uint(0).finish()
}

/** The reason in a refusal, or undefined where the bytes are none. */
export function decodeRefusal(bytes: Uint8Array): RefusalReason | undefined {
  const code = decode(bytes, (reader) => {
    if (reader.u8() !== refuseType) reader.refuse()
    const value = reader.uint()
    reader.uint()
    return value
  })
  if (!code.ok) return undefined
  const known = (Object.keys(refusalCodes) as RefusalReason[]).find((reason) => refusalCodes[reason] === code.value)
  return known ?? 'denied'
}

const errors: Partial<Record<RefusalReason, readonly [EchoErrorCode, string]>> = {
  cancelled: ['cancelled', 'The other side ended the invitation. Ask for a new one.'],
  timeout: ['timeout', 'The other side waited too long. Try again while both of you have the app open.'],
  malformed: ['invitation-malformed', 'The other side could not read what this app sent. Update the app on both sides and try again.'],
  'newer-version': ['newer-version', 'The other side speaks a newer version. Update the app and try again.'],
  expired: ['invitation-expired', 'The invitation has expired. Ask for a new one.'],
  revoked: ['invitation-revoked', 'The invitation was withdrawn. Ask for a new one.'],
  'used-up': ['invitation-used-up', 'The invitation was used already; each works for one person. Ask for a new one.'],
  denied: ['denied', 'The other side declined. Ask the person who invited you.'],
  removed: ['removed', 'This device was removed from the space. Ask an admin for a new invitation.'],
  'rate-limited': ['rate-limited', 'Too many tries in a short time. Wait a minute and try again.'],
  'not-authorised': ['not-authorised', 'Whoever made the invitation may not admit members. Ask an admin of the space.'],
  'wrong-code': ['wrong-code', 'The code was wrong three times, so this invitation no longer works. Ask for a new one.'],
  'insecure-peer': [
    'insecure-peer',
    'The other side could not prove who it is, so nothing was joined. Ask the person who sent the link for a new one.',
  ],
}

/** The refusal as an error that says what to do. */
export function refusalError(reason: RefusalReason): EchoError {
  const [code, message] = errors[reason] ?? ['peer-offline', 'The other side cannot help with this invitation now. Try again later.']
  return new EchoError(code, message)
}
