import { concatBytes, fromHex, isBytes, toHex } from '../../shared/bytes.ts'
import { decode, Writer } from '../../shared/encoding.ts'
import { idBytes, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { hpkeOpen, hpkeSeal } from '../../crypto/hpke.ts'
import { label } from '../../crypto/labels.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { Storage, StorageBatch } from '../../storage/storage.ts'
import type { Role } from '../../access/membershipLog.ts'

/**
 * What this device keeps of an invitation that it made, in the keys table under `invitation/<space>/<id>`. Link and code are secrets and lie there
 * sealed to the device's own key; nobody else has them.
 */
export interface InvitationRecord {
  /** 32 bytes. */
  readonly id: Uint8Array
  /** The link's text without the URL around it. Secret. */
  readonly text: string
  /** Six digits. Secret. */
  readonly code: string | undefined
  readonly role: Exclude<Role, 'owner'>
  readonly uses: number
  readonly approval: boolean
  readonly delegated: boolean
  /** It lies in the log, too; else only this device knows it. */
  readonly sent: boolean
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
  /** Wrong codes so far, of all guests together. */
  readonly wrong: number
  /** What guests have shown and what was decided about them, by device key in hexadecimal. At most {@link maxGuests}, and {@link maxDenied} that were turned away. */
  readonly guests: ReadonlyMap<string, GuestRecord>
  readonly revoked: boolean
}

export interface GuestRecord {
  /** Has shown the code. */
  readonly passed: boolean
  readonly decision?: 'approved' | 'denied'
}

/** Guests that an invitation remembers; more are told to come later. */
export const maxGuests = 64
/** Guests that were turned away, beside those: they take nobody's place, and the oldest give way. */
export const maxDenied = 1_000

type Row = NonNullable<StorageBatch['putKeys']>[number]

export async function putInvitation(crypto: CryptoPort, identity: LocalIdentity, space: SpaceId, record: InvitationRecord): Promise<Row> {
  const { id, text, code = '', guests, ...plain } = record
  const secrets = new Writer().string(text).string(code).finish()
  const sealed = await hpkeSeal(crypto, identity.record.seal, restInfo(space), id, secrets)
  return { key: invitationKey(space, id), value: { ...plain, enc: sealed!.enc, sealed: sealed!.sealed, guests: [...guests] } }
}

/** The invitations of this device to a space; rows that are none, or not for this device, are passed over. */
export async function readInvitations(
  crypto: CryptoPort,
  identity: LocalIdentity,
  space: SpaceId,
  storage: Storage,
): Promise<readonly InvitationRecord[]> {
  const rows = await storage.listKeys(prefixOf(space))
  const records = await Promise.all(
    rows.map(({ key, value }) => read(crypto, identity, space, fromHex(key.slice(prefixOf(space).length)), value)),
  )
  return records.flatMap((record) => record ?? [])
}

/** One of them as it lies on the disk now. */
export async function readInvitation(
  crypto: CryptoPort,
  identity: LocalIdentity,
  space: SpaceId,
  storage: Storage,
  id: Uint8Array,
): Promise<InvitationRecord | undefined> {
  return read(crypto, identity, space, id, await storage.readKey(invitationKey(space, id)))
}

export function invitationKey(space: SpaceId, id: Uint8Array): string {
  return `${prefixOf(space)}${toHex(id)}`
}

async function read(
  crypto: CryptoPort,
  identity: LocalIdentity,
  space: SpaceId,
  id: Uint8Array | undefined,
  value: unknown,
): Promise<InvitationRecord | undefined> {
  if (id?.length !== 32 || typeof value !== 'object' || value === null) return undefined
  const { enc, sealed, role, uses, approval, delegated, sent, expiresAt, wrong, guests, revoked } = value as Record<string, unknown>
  if (!isBytes(enc) || !isBytes(sealed) || !isCount(uses) || !isCount(expiresAt) || !isCount(wrong)) return undefined
  if (role !== 'admin' && role !== 'editor' && role !== 'reader') return undefined
  const opened = await hpkeOpen(crypto, identity.agreement, enc, restInfo(space), id, sealed)
  const secrets = opened && decode(opened, (reader) => ({ text: reader.string(4096), code: reader.string(6) }))
  if (secrets?.ok !== true) return undefined
  const { text, code } = secrets.value
  return {
    id,
    text,
    code: code === '' ? undefined : code,
    role,
    uses,
    approval: approval === true,
    delegated: delegated === true,
    sent: sent === true,
    expiresAt,
    wrong,
    guests: new Map(Array.isArray(guests) ? guests.filter(isGuest).slice(0, maxGuests + maxDenied) : []),
    revoked: revoked === true,
  }
}

function isGuest(entry: unknown): entry is [string, GuestRecord] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string' || typeof entry[1] !== 'object' || entry[1] === null) return false
  const { passed, decision } = entry[1] as Record<string, unknown>
  return typeof passed === 'boolean' && (decision === undefined || decision === 'approved' || decision === 'denied')
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function restInfo(space: SpaceId): Uint8Array {
  return concatBytes(label('invitation at rest'), idBytes(space))
}

function prefixOf(space: SpaceId): string {
  return `invitation/${space}/`
}
