import { EchoError, type EchoErrorCode } from '../shared/echoError.ts'
import { decode, Writer } from '../shared/encoding.ts'

/** Why host or guest ends a join: `3f, code uint, value uint`. */
export type RefusalReason = (typeof wireReasons)[number]

/** The place in this list is the code on the wire, from 1: frozen (docs/PROTOCOL.md#refuse). */
const wireReasons = [
  'cancelled',
  'timeout',
  'malformed',
  'newer-version',
  'insecure-peer',
  'wrong-kind',
  'not-host',
  'unknown-device',
  'removed',
  'moved',
  'expired',
  'revoked',
  'used-up',
  'wrong-code',
  'rate-limited',
  'denied',
  'not-authorised',
] as const

export const refuseType = 0x3f

export function encodeRefusal(reason: RefusalReason): Uint8Array {
  return new Writer()
    .u8(refuseType)
    .uint(wireReasons.indexOf(reason) + 1)
    .uint(0)
    .finish()
}

/** The reason in a refusal, or undefined where the bytes are none. A reason that is not made yet is a denial. */
export function decodeRefusal(bytes: Uint8Array): RefusalReason | undefined {
  const code = decode(bytes, (reader) => {
    if (reader.u8() !== refuseType) reader.refuse()
    const value = reader.uint()
    reader.uint()
    return value
  })
  return code.ok ? (wireReasons[code.value - 1] ?? 'denied') : undefined
}

/** How a join ends: a refusal, of whichever end, or what a guest found out by himself. */
export type JoinEnd =
  | RefusalReason
  /** Whoever answered could not show that the space is his to share. */
  | 'insecure'
  /** Nobody answered in time. */
  | 'unanswered'

const helpless = ['peer-offline', 'The other side cannot help with this invitation now. Try again later.'] as const

/** The one place for what is said of an end, to whom it befalls and to the other side: the peer sends the reason, never a text. */
const texts: Readonly<Record<JoinEnd, readonly [EchoErrorCode, string]>> = {
  cancelled: ['cancelled', 'The other side ended the invitation. Ask for a new one.'],
  timeout: ['timeout', 'The other side waited too long. Try again while both of you have the app open.'],
  malformed: ['invitation-malformed', 'The other side could not read what this app sent. Update the app on both sides and try again.'],
  'newer-version': ['newer-version', 'The other side speaks a newer version. Update the app and try again.'],
  'insecure-peer': [
    'insecure-peer',
    'The other side could not prove who it is, so nothing was joined. Ask the person who sent the link for a new one.',
  ],
  'wrong-kind': ['wrong-kind', 'The other side waits for something else than what this link is for. Ask for a new link.'],
  'not-host': helpless,
  'unknown-device': helpless,
  removed: ['removed', 'This device was removed from the space. Ask an admin for a new invitation.'],
  moved: helpless,
  expired: ['invitation-expired', 'The invitation has expired. Ask for a new one.'],
  revoked: ['invitation-revoked', 'The invitation was withdrawn. Ask for a new one.'],
  'used-up': ['invitation-used-up', 'Everyone for whom the invitation was has come. Ask for a new one.'],
  'wrong-code': ['wrong-code', 'The code was wrong three times, so this invitation no longer works. Ask for a new one.'],
  'rate-limited': ['rate-limited', 'Too many tries in a short time. Wait a minute and try again.'],
  denied: ['denied', 'The other side declined. Ask the person who invited you.'],
  'not-authorised': ['not-authorised', 'Whoever made the invitation may not admit members. Ask an admin of the space.'],
  insecure: [
    'insecure-peer',
    'Whoever answered the invitation could not prove that the space is theirs to share, so nothing was joined. Ask the person who sent the link for a new one.',
  ],
  unanswered: [
    'peer-offline',
    'Nobody answered this invitation. Its maker must have the app open with the invitation showing. Ask for that, then try again.',
  ],
}

/** The end of a join as an error that says what to do. */
export function joinError(end: JoinEnd): EchoError {
  const [code, message] = texts[end]
  return new EchoError(code, message)
}
