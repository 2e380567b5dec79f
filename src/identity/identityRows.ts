import type { CryptoPort, WrappingKey } from '../crypto/cryptoPort.ts'
import { concatBytes, equalBytes, isBytes } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import { toId, type IdentityId } from '../shared/ids.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { Storage, StorageBatch } from '../storage/storage.ts'
import { deviceKeyRows, restoreDeviceKeys } from './deviceKeys.ts'
import { localIdentity, type LocalIdentity } from './localIdentity.ts'
import { decodeProfileRecord, profileOf, verifyProfileRecord, type Profile, type ProfileRecord } from './profileRecord.ts'
import { decodeDeviceRecord, verifyDeviceRecord } from './record.ts'
import { deriveRootKey } from './rootKey.ts'

/*
 * Who this device is, in the keys table.
 *
 * An identity is an Ed25519 root key behind 24 words. It certifies the first device and is then kept only wrapped, so that its words
 * can be shown again; a device that was paired has no words. Five or six rows make an identity: `identity/record`, `identity/sign`,
 * `identity/seal`, `identity/wrap`, `identity/profile` and, where the root key is here, `identity/entropy`. They are written in one
 * strict write: a crash leaves none of them or all. Everything is checked against everything else when it is read, because a half
 * identity would sign what no peer accepts; damage is reported and never repaired by making someone new. A script in the page can
 * use the keys while it runs and read the words; it cannot carry away a key that the platform holds.
 */

/** What this device says about its person before any space does. */
export interface LocalProfile extends Profile {
  /** As others get it; none until the person changed something for the first time: the name of each admission serves until then. */
  readonly record?: ProfileRecord
  /** The device came from the phrase or from another device, and is to hear from one before it says anything of its own about the person. */
  readonly awaitsDevices?: true
  /** Whether the person confirmed having written the words down; true where this device has none. */
  readonly phraseSaved: boolean
}

export type KeyRows = NonNullable<StorageBatch['putKeys']>

export const identityRows = {
  ...deviceKeyRows,
  record: 'identity/record',
  profile: 'identity/profile',
  entropy: 'identity/entropy',
} as const

/** An identity as it was read. */
export interface StoredIdentity {
  readonly identity: LocalIdentity
  readonly profile: LocalProfile
  readonly words: Words | undefined
  readonly wrapping: WrappingKey
  /** Its rows as they lie in storage. */
  readonly rows: KeyRows
  /** The values of the rows of the device keys. */
  readonly keyValues: { readonly sign: unknown; readonly seal: unknown }
}

/** What the row of the words holds: what they stand for, and the salt with which this device's keys came of them. */
export interface Words {
  readonly entropy: Uint8Array
  readonly salt: Uint8Array
}

/**
 * The identity in storage, each part checked against the others; undefined where there is none.
 * @returns EchoError data-corrupt. @throws EchoError of storage
 */
export async function readIdentity(crypto: CryptoPort, storage: Storage): Promise<Result<StoredIdentity | undefined, EchoError>> {
  const [record, sign, seal, wrap, storedProfile, entropy] = await Promise.all(
    [identityRows.record, identityRows.sign, identityRows.seal, identityRows.wrap, identityRows.profile, identityRows.entropy].map((row) =>
      storage.readKey(row),
    ),
  )
  if ([record, sign, seal, wrap, storedProfile, entropy].every((value) => value === undefined)) return ok(undefined)

  const decoded = isBytes(record) ? decodeDeviceRecord(record) : undefined
  if (decoded?.ok !== true || !(await verifyDeviceRecord(crypto, decoded.value))) return fail(damaged(identityRows.record))
  const restored = await restoreDeviceKeys(crypto, { sign, seal, wrap })
  if (!restored.ok) return fail(damaged(restored.error))
  const keys = restored.value
  if (!equalBytes(keys.signing.publicKey, decoded.value.sign)) return fail(damaged(identityRows.sign))
  if (!equalBytes(keys.agreement.publicKey, decoded.value.seal)) return fail(damaged(identityRows.seal))
  const { identity, certifier } = decoded.value
  const readProfile = await profileIn(crypto, storedProfile, toId<IdentityId>(identity))
  if (readProfile === undefined) return fail(damaged(identityRows.profile))
  const words = isBytes(entropy) ? wordsIn(await keys.wrapping.unwrap(entropy)) : undefined
  const isRootHere = entropy !== undefined || equalBytes(certifier, identity)
  if (isRootHere && !(await areWordsOf(crypto, words, identity))) return fail(damaged(identityRows.entropy))
  const values = { record, sign, seal, wrap, profile: storedProfile, entropy }
  const storedRows = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ key: identityRows[name as keyof typeof identityRows], value }],
  )
  return ok({
    identity: localIdentity(decoded.value, keys),
    profile: readProfile,
    words,
    rows: storedRows,
    wrapping: keys.wrapping,
    keyValues: { sign, seal },
  })
}

/** Undefined where the row holds no profile of this person. */
async function profileIn(crypto: CryptoPort, value: unknown, identity: IdentityId): Promise<LocalProfile | undefined> {
  if (typeof value !== 'object' || value === null) return undefined
  const { name, phraseSaved, record, awaitsDevices } = value as Record<string, unknown>
  if (typeof name !== 'string' || typeof phraseSaved !== 'boolean') return undefined
  const marks = { phraseSaved, ...(awaitsDevices === true && { awaitsDevices: true as const }) }
  if (record === undefined) return { name, ...marks }
  const decoded = isBytes(record) ? decodeProfileRecord(crypto, record) : undefined
  // How the person is shown must not decide whether the keys can be used.
  if (decoded?.ok !== true || !(await isProfileOf(crypto, decoded.value, identity))) return { name, ...marks }
  return { ...profileOf(decoded.value), ...marks, record: decoded.value }
}

/** Whether a record is signed as that person's. */
export async function isProfileOf(crypto: CryptoPort, record: ProfileRecord, identity: IdentityId): Promise<boolean> {
  return record.identity === identity && (await verifyProfileRecord(crypto, record))
}

async function areWordsOf(crypto: CryptoPort, words: Words | undefined, identity: Uint8Array): Promise<boolean> {
  return words !== undefined && equalBytes((await deriveRootKey(crypto, words.entropy)).signing.publicKey, identity)
}

/** What an opened row of the words holds, or undefined where it is something else. */
function wordsIn(opened: Uint8Array | undefined): Words | undefined {
  return opened?.length === 64 ? { entropy: opened.slice(0, 32), salt: opened.slice(32) } : undefined
}

/** The row of the words, where they are on this device. */
export async function wordsRow(wrapping: WrappingKey, words: Words | undefined): Promise<KeyRows> {
  return words === undefined ? [] : [{ key: identityRows.entropy, value: await wrapping.wrap(concatBytes(words.entropy, words.salt)) }]
}

/** The row of a profile. */
export function profileRow({ name, phraseSaved, awaitsDevices, record }: LocalProfile): KeyRows[number] {
  const marks = { phraseSaved, ...(awaitsDevices !== undefined && { awaitsDevices }) }
  return { key: identityRows.profile, value: { name, ...marks, ...(record !== undefined && { record: record.bytes }) } }
}

function damaged(row: string): EchoError {
  return new EchoError(
    'data-corrupt',
    `The identity on this device is damaged: ${row} is missing or does not fit the rest. Recover it with the recovery phrase; nothing was changed.`,
    { details: { row } },
  )
}
