import { equalBytes, fromBase64Url, toBase64Url, utf8 } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { decode, Writer, type Reader } from '../../shared/encoding.ts'
import { hasUnknownRequired, readExtensions, writeExtensions, type Extensions } from '../../shared/extensions.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { labelledHash } from '../../crypto/labels.ts'
import { maxNameBytes } from '../bodies/genesisBody.ts'
import type { Role } from '../membershipLog.ts'
import { roleCode, rolesByCode } from '../roleCode.ts'

/*
 * The text of an invitation (docs/PROTOCOL.md#invitation-link), base64url after `#echo=` in any URL, or alone:
 *   link  = 01 · app 2 · flags u8 · secret 16 · target 16 · ext · check 4
 *   app   = H(`app`, name)[0..2];  check = H(`link check`, all before)[0..4]
 *   flags = 1 device, 2 code, 4 approval, 8 delegated, 16 compare
 *   ext   = hex 02 signaling string · 11 inviter string · 13 space name string · 15 role u8 · 17 expiry uint (ms) · 19 path string · 1b host 8
 *
 * The first byte and the last four never change their meaning, so that a text from a newer version is told from a damaged one. The names
 * are unverified: whoever writes a link calls himself as he likes. Whoever sees the text has the secret; a fragment is not sent to web servers.
 */

const linkVersion = 1
const secretBytes = 16
const checkBytes = 4
const fragment = '#echo='
/** Longer texts are no invitation; a QR code ends below 3,000 characters. */
const maxTextLength = 4_096
const maxSignalingBytes = 200
const maxPathBytes = 200
/** So many that nobody finds another key which begins with them. */
const hostBytes = 8

const flag = { device: 1, code: 2, approval: 4, delegated: 8, compare: 16 } as const
const knownFlags = 31
const tag = { signaling: 0x02, inviter: 0x11, spaceName: 0x13, role: 0x15, expiry: 0x17, path: 0x19, host: 0x1b } as const

/** What an invitation's text says. Holds the secret. */
export interface Invitation {
  /** To a space as a person, or to an identity as one more device. */
  readonly kind: 'space' | 'device'
  /** 16 bytes. Secret. */
  readonly secret: Uint8Array
  /** 16 bytes: see invitationTarget. */
  readonly target: Uint8Array
  /** A code, told apart from the link, is asked for. */
  readonly code: boolean
  /** Both ends compare digits. */
  readonly compare: boolean
  /** The host's person decides. */
  readonly approval: boolean
  /** Any admin who is online may host it. */
  readonly delegated: boolean
  /** A `wss:` URL for this rendezvous only; shown before it is used. At most 200 bytes. */
  readonly signaling?: string
  /** Unverified display name, at most 64 bytes. */
  readonly inviter?: string
  /** Unverified display name, at most 64 bytes. */
  readonly spaceName?: string
  /** A hint; the admission decides. */
  readonly role?: Role
  /** A hint in ms since the Unix epoch; the host's clock decides. */
  readonly expiresAt?: number
  /** Where in the app to go once joined: begins with one `/`, at most 200 bytes. Whoever makes the link chooses it. */
  readonly path?: string
  /** {@link hostMark} of the only device that hosts it. */
  readonly host?: Uint8Array
}

/** How a link names a device: the first 8 of the 32 bytes of its key. */
export function hostMark(device: Uint8Array): Uint8Array {
  return device.slice(0, hostBytes)
}

/**
 * The invitation as text without a URL around it; `${url}#echo=${text}` makes a link.
 * @param app the app's name, as given to createEcho: texts of another app are told apart.
 * @throws EchoError `bad-value` where a part is too long or the parts do not go together.
 */
export function encodeInvitation(crypto: CryptoPort, app: string, invitation: Invitation): string {
  const flaw = findFlaw(invitation)
  if (flaw !== undefined) throw new EchoError('bad-value', `This invitation cannot be written down: ${flaw}. Change that option.`)
  const writer = new Writer()
    .u8(linkVersion)
    .fixed(appMark(crypto, app))
    .u8(writeFlags(invitation))
    .fixed(invitation.secret)
    .fixed(invitation.target)
  writeExtensions(writer, toExtensions(invitation))
  const body = writer.finish()
  return toBase64Url(new Writer().fixed(body).fixed(checkOf(crypto, body)).finish())
}

/**
 * The invitation in a text from anywhere: a whole URL or the bare text, with white space around it.
 * @returns a failure with an EchoError `invitation-malformed`, `invitation-wrong-app` or `invitation-newer-version`. Never throws.
 */
export function parseInvitation(crypto: CryptoPort, app: string, text: string): Result<Invitation, EchoError> {
  const bytes = text.length > maxTextLength ? undefined : fromBase64Url(codeIn(text))
  if (bytes === undefined || bytes.length <= checkBytes) return fail(malformed())
  const body = bytes.subarray(0, -checkBytes)
  if (!equalBytes(bytes.subarray(-checkBytes), checkOf(crypto, body))) return fail(malformed())
  if (body[0]! > linkVersion) return fail(newerVersion())

  const parts = decode(body, readParts)
  if (!parts.ok) return fail(malformed())
  const { mark, flags, secret, target, extensions } = parts.value
  if (!equalBytes(mark, appMark(crypto, app))) {
    return fail(new EchoError('invitation-wrong-app', 'This invitation belongs to another app. Open it in the app that it was made with.'))
  }
  if (flags > knownFlags || hasUnknownRequired(extensions, [tag.signaling])) return fail(newerVersion())
  const hints = readHints(extensions)
  if (hints === undefined) return fail(malformed())
  const invitation = { ...readFlags(flags), secret, target, ...hints }
  return findFlaw(invitation) === undefined ? ok(invitation) : fail(malformed())
}

function codeIn(text: string): string {
  const start = text.indexOf(fragment)
  return (start < 0 ? text : text.slice(start + fragment.length)).trim()
}

function readParts(reader: Reader) {
  if (reader.u8() !== linkVersion) reader.refuse()
  return {
    mark: reader.fixed(2),
    flags: reader.u8(),
    secret: reader.fixed(secretBytes),
    target: reader.fixed(16),
    extensions: readExtensions(reader),
  }
}

function writeFlags(invitation: Invitation): number {
  const { kind, code, approval, delegated, compare } = invitation
  const isSet = [
    [kind === 'device', flag.device],
    [code, flag.code],
    [approval, flag.approval],
    [delegated, flag.delegated],
    [compare, flag.compare],
  ] as const
  return isSet.reduce((flags, [set, bit]) => (set ? flags | bit : flags), 0)
}

function readFlags(flags: number): Pick<Invitation, 'kind' | 'code' | 'approval' | 'delegated' | 'compare'> {
  return {
    kind: (flags & flag.device) === 0 ? 'space' : 'device',
    code: (flags & flag.code) !== 0,
    approval: (flags & flag.approval) !== 0,
    delegated: (flags & flag.delegated) !== 0,
    compare: (flags & flag.compare) !== 0,
  }
}

type Hints = Pick<Invitation, 'signaling' | 'inviter' | 'spaceName' | 'role' | 'expiresAt' | 'path' | 'host'>

function toExtensions({ signaling, inviter, spaceName, role, expiresAt, path, host }: Hints): Extensions {
  const extensions = new Map<number, Uint8Array>()
  if (signaling !== undefined) extensions.set(tag.signaling, utf8(signaling))
  if (inviter !== undefined) extensions.set(tag.inviter, utf8(inviter))
  if (spaceName !== undefined) extensions.set(tag.spaceName, utf8(spaceName))
  if (role !== undefined) extensions.set(tag.role, Uint8Array.of(roleCode(role)))
  if (expiresAt !== undefined) extensions.set(tag.expiry, new Writer().uint(expiresAt).finish())
  if (path !== undefined) extensions.set(tag.path, utf8(path))
  if (host !== undefined) extensions.set(tag.host, host)
  return extensions
}

/** The known fields of `ext`, or undefined where one is not of its form. */
function readHints(extensions: Extensions): Hints | undefined {
  const parsed = decode(new Uint8Array(), (empty) => {
    function field<T>(number: number, read: (reader: Reader) => T): T | undefined {
      const bytes = extensions.get(number)
      if (bytes === undefined) return undefined
      const value = decode(bytes, read)
      return value.ok ? value.value : empty.refuse()
    }
    function text(number: number): string | undefined {
      const bytes = extensions.get(number)
      if (bytes === undefined) return undefined
      // With its length in front, so that the one strict reader of text judges it.
      const value = decode(new Writer().bytes(bytes).finish(), (reader) => reader.string(bytes.length))
      return value.ok ? value.value : empty.refuse()
    }
    return {
      signaling: text(tag.signaling),
      inviter: text(tag.inviter),
      spaceName: text(tag.spaceName),
      role: field(tag.role, (reader) => rolesByCode[reader.u8()] ?? reader.refuse()),
      expiresAt: field(tag.expiry, (reader) => reader.uint()),
      path: text(tag.path),
      host: field(tag.host, (reader) => reader.fixed(hostBytes)),
    }
  })
  if (!parsed.ok) return undefined
  const { signaling, inviter, spaceName, role, expiresAt, path, host } = parsed.value
  return {
    ...(signaling !== undefined && { signaling }),
    ...(inviter !== undefined && { inviter }),
    ...(spaceName !== undefined && { spaceName }),
    ...(role !== undefined && { role }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(path !== undefined && { path }),
    ...(host !== undefined && { host }),
  }
}

/** What makes an invitation unfit to be followed or given out, in words, or undefined. */
function findFlaw(invitation: Invitation): string | undefined {
  const { kind, code, compare, delegated, secret, target, signaling, inviter, spaceName, expiresAt, path, host } = invitation
  if (secret.length !== secretBytes || target.length !== 16) return 'secret and target take 16 bytes each'
  // Without either a thief of the link could pair his own device.
  if (kind === 'device' && !code && !compare) return 'a device is paired with a code or by comparing digits'
  if (host !== undefined && host.length !== hostBytes) return `host takes ${hostBytes} bytes`
  if (delegated && host !== undefined) return 'a delegated invitation names no one host'
  if (delegated && code) return 'other admins do not know the code, so a delegated invitation has none'
  if (signaling !== undefined && (!signaling.startsWith('wss://') || utf8(signaling).length > maxSignalingBytes)) {
    return `signaling takes a wss:// URL of at most ${maxSignalingBytes} bytes`
  }
  for (const name of [inviter, spaceName]) {
    if (name !== undefined && utf8(name).length > maxNameBytes) return `a name takes at most ${maxNameBytes} bytes`
  }
  // Two slashes, or one of each kind, would lead to another site.
  if (path !== undefined && (!/^\/(?![/\\])/.test(path) || utf8(path).length > maxPathBytes)) {
    return `path begins with one / and takes at most ${maxPathBytes} bytes`
  }
  if (expiresAt !== undefined && (!Number.isSafeInteger(expiresAt) || expiresAt < 0)) return 'expiresAt takes whole milliseconds since 1970'
  return undefined
}

function appMark(crypto: CryptoPort, app: string): Uint8Array {
  return labelledHash(crypto, 'app', utf8(app)).subarray(0, 2)
}

function checkOf(crypto: CryptoPort, body: Uint8Array): Uint8Array {
  return labelledHash(crypto, 'link check', body).subarray(0, checkBytes)
}

function malformed(): EchoError {
  return new EchoError(
    'invitation-malformed',
    'This text is no complete invitation: part of it is missing or changed. Copy the whole link again.',
  )
}

function newerVersion(): EchoError {
  return new EchoError(
    'invitation-newer-version',
    'This invitation was made by a newer version of the app. Update the app, then open it again.',
  )
}
