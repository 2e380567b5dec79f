import { idBytes, parseId, type DeviceId, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { fromHex, isBytes, toHex } from '../../shared/bytes.ts'
import type { Durability, Storage, StorageBatch } from '../../storage/storage.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { EpochKey, KeyRing } from '../../access/keys/keyRing.ts'
import { decodeOperation } from '../../access/operation.ts'
import { textRowPrefixes } from '../../database/items/textRows.ts'
import { openSealedKey, sealKeyFor } from '../../access/keys/sealedKey.ts'
import { parseFeedKey } from '../../feed/feedKey.ts'
import type { ContentHead } from '../../replication/joining/joinMessages.ts'

/**
 * What the keys table holds of a space: `space/<id>` that it is one of this device's, `space-key/<space>/<key id>` a content key, sealed to this
 * device's own sealing key, so that it is no plain secret at rest.
 */
export interface SpaceRecord {
  readonly id: SpaceId
  /** The name last seen, for lists; the root document holds the true one. */
  readonly name: string
  /** After a join: what must have arrived before the space is whole. */
  readonly awaiting: readonly ContentHead[]
  /** When this device heard that it is no member any more, in milliseconds since the Unix epoch. */
  readonly endedAt?: number | undefined
  /** The person has closed the space: it is not opened but on demand. */
  readonly closed?: ClosedSpace | undefined
}

/** What was known of the person's devices when a space was closed, for which it is opened when the private space knows more. */
export interface ClosedSpace {
  /** Those that the space lets in. */
  readonly devices: readonly DeviceId[]
  /** Those that were shut out of it. */
  readonly shutOut: readonly DeviceId[]
}

const recordPrefix = 'space/'

export function putRecord(record: SpaceRecord): NonNullable<StorageBatch['putKeys']>[number] {
  return {
    key: `${recordPrefix}${record.id}`,
    value: {
      name: record.name,
      awaiting: record.awaiting,
      ...(record.endedAt !== undefined && { endedAt: record.endedAt }),
      ...(record.closed !== undefined && { closed: record.closed }),
    },
  }
}

/** The keys of all rows in the keys table that belong to a space begin with one of these. */
export function spaceKeyPrefixes(space: SpaceId): readonly string[] {
  return [
    `${recordPrefix}${space}`,
    keyPrefix(space),
    `profile/${space}/`,
    `muted/${space}`,
    `invitation/${space}/`,
    localPrefix(space),
    ...textRowPrefixes(space),
  ]
}

/** All spaces of this device; rows that are none are passed over. */
export async function readRecords(storage: Storage): Promise<readonly SpaceRecord[]> {
  const rows = await storage.listKeys(recordPrefix)
  return rows.flatMap(({ key, value }) => {
    const id = parseId<SpaceId>(key.slice(recordPrefix.length), 32)
    // A damaged row still says that the space is one of this device's.
    return (id && spaceRecordOf(id, value ?? {})) ?? []
  })
}

/** Changes a part of a space's record and leaves the rest as it is: another tab may have written that. @throws EchoError of storage */
export async function changeRecord(
  storage: Storage,
  before: SpaceRecord,
  changes: Partial<SpaceRecord>,
  durability: Durability = 'relaxed',
): Promise<void> {
  const stored = await readRecord(storage, before.id)
  await storage.write({ putKeys: [putRecord({ ...(stored ?? before), ...changes })] }, durability)
}

/** The record of a space as it is stored now, or undefined. @throws EchoError of storage */
export async function readRecord(storage: Storage, id: SpaceId): Promise<SpaceRecord | undefined> {
  return spaceRecordOf(id, await storage.readKey(`${recordPrefix}${id}`))
}

/** The record in a row's value, or undefined where it is none. */
export function spaceRecordOf(id: SpaceId, value: unknown): SpaceRecord | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { name, awaiting, endedAt, closed } = value as Record<string, unknown>
  return {
    id,
    name: typeof name === 'string' ? name : '',
    awaiting: Array.isArray(awaiting) ? awaiting.filter(isContentHead) : [],
    ...(typeof endedAt === 'number' && { endedAt }),
    ...(typeof closed === 'object' && closed !== null && { closed: closedSpaceOf(closed) }),
  }
}

function closedSpaceOf({ devices, shutOut }: { readonly devices?: unknown; readonly shutOut?: unknown }): ClosedSpace {
  const idsOf = (list: unknown): readonly DeviceId[] =>
    Array.isArray(list) ? list.flatMap((id: unknown) => (typeof id === 'string' ? (parseId<DeviceId>(id, 32) ?? []) : [])) : []
  return { devices: idsOf(devices), shutOut: idsOf(shutOut) }
}

function isContentHead(value: unknown): value is ContentHead {
  if (typeof value !== 'object' || value === null) return false
  const { feed, seq } = value as Record<string, unknown>
  return typeof feed === 'string' && parseFeedKey(feed) !== undefined && Number.isSafeInteger(seq)
}

/** The rows of a space's membership operations; bytes that are none are left out. */
export function putOperations(
  crypto: CryptoPort,
  space: SpaceId,
  operations: readonly Uint8Array[],
): NonNullable<StorageBatch['putMembership']> {
  return operations.flatMap((operation) => {
    const decoded = decodeOperation(crypto, operation)
    return decoded.ok ? [{ space, id: decoded.value.key, operation }] : []
  })
}

/** The row that keeps a content key which no epoch operation seals to this device. */
export async function putKey(
  crypto: CryptoPort,
  identity: LocalIdentity,
  space: SpaceId,
  key: EpochKey,
): Promise<NonNullable<StorageBatch['putKeys']>[number]> {
  const sealed = await sealKeyFor(crypto, idBytes(space), key, identity.record)
  return { key: `${keyPrefix(space)}${toHex(key.id)}`, value: sealed }
}

/** Opens the kept content keys of a space into its ring. */
export async function readKeys(
  crypto: CryptoPort,
  identity: LocalIdentity,
  space: SpaceId,
  storage: Storage,
  keyRing: KeyRing,
): Promise<void> {
  for (const { key, value } of await storage.listKeys(keyPrefix(space))) {
    const id = fromHex(key.slice(keyPrefix(space).length))
    if (id?.length !== 32 || !isBytes(value)) continue
    const opened = await openSealedKey(crypto, idBytes(space), identity, id, value)
    if (opened !== undefined) keyRing.add(opened.id, opened.key)
  }
}

/** Keys of what stays on this device begin so (localState.ts). */
export function localPrefix(space: SpaceId): string {
  return `local/${space}/`
}

function keyPrefix(space: SpaceId): string {
  return `space-key/${space}/`
}
