import type { CryptoPort } from '../crypto/cryptoPort.ts'
import { equalBytes } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import type { IdentityId } from '../shared/ids.ts'
import { createWritable, type Readable } from '../shared/readable.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { PutRows } from '../storage/passphrase/lockableStorage.ts'
import type { Storage, StorageBatch } from '../storage/storage.ts'
import { createDeviceKeys, deriveDeviceSeeds, portableKeyRows, type DeviceKeys } from './deviceKeys.ts'
import {
  identityRows,
  isProfileOf,
  profileRow,
  readIdentity,
  wordsRow,
  type KeyRows,
  type LocalProfile,
  type StoredIdentity,
  type Words,
} from './identityRows.ts'
import { loadPhrases, type LoadPhrases, type Phrases } from './loadPhrases.ts'
import type { LocalIdentity } from './localIdentity.ts'
import {
  checkedProfile,
  createProfileRecord,
  isNewerProfile,
  isWithinReach,
  profileOf,
  type Profile,
  type ProfileRecord,
} from './profileRecord.ts'
import { createDeviceRecord, encodeDeviceRecord, verifyDeviceRecord, type DeviceRecord } from './record.ts'
import { deriveRootKey, type RootKey } from './rootKey.ts'

export interface IdentityStore {
  /** Undefined until an identity was loaded or made. */
  readonly profile: Readable<LocalProfile | undefined>
  /**
   * The identity in storage, or undefined where there is none.
   * @returns EchoError data-corrupt (`details.row` says where) or one of storage. Never throws.
   */
  load(): Promise<Result<LocalIdentity | undefined, EchoError>>
  /**
   * A new person with this device as the first, and the 24 words. The name may be empty: somebody who has not chosen one yet.
   * @throws EchoError denied where somebody is here already; data-corrupt where somebody was; bad-value for the name; load-failed
   * where the words cannot be fetched (nothing is changed then, and it can be tried again); one of storage.
   */
  create(name: string): Promise<{ readonly identity: LocalIdentity; readonly phrase: string }>
  /**
   * The person of a phrase, with this as a new device; `alone` where no other device is left. Takes the place of a damaged identity, never of a whole one.
   * @returns EchoError bad-phrase. @throws EchoError as {@link IdentityStore.create} does, but for data-corrupt.
   */
  recover(phrase: string, name: string, alone?: boolean): Promise<Result<LocalIdentity, EchoError>>
  /**
   * Keeps a device that another device certified; it has no words. Takes the place of a damaged identity; of a whole one only where it is named.
   * @param more.replaces the person who goes, with words and all. @param more.rows stored in the same write
   * @throws EchoError bad-value where the record is not of these keys or does not verify; else as {@link IdentityStore.recover}.
   */
  adopt(
    keys: DeviceKeys,
    record: DeviceRecord,
    name: string,
    more?: { readonly replaces?: IdentityId | undefined; readonly rows?: StorageBatch },
  ): Promise<LocalIdentity>
  /** The 24 words. Secret. @throws EchoError no-identity where they are not on this device; data-corrupt; load-failed. */
  showPhrase(): Promise<string>
  /** The root key, for what only it may sign. @throws as {@link IdentityStore.showPhrase} does, but for load-failed. */
  openRoot(): Promise<RootKey>
  /**
   * The root key of a phrase that the person types in, for what this device has no right to itself.
   * @returns EchoError bad-phrase, with `details.reason` `other-person` where it is somebody else's. @throws as {@link IdentityStore.showPhrase} does
   */
  rootOfPhrase(phrase: string): Promise<Result<RootKey, EchoError>>
  /** Remembers that the person wrote the words down. @throws EchoError no-identity, or one of storage. */
  confirmPhraseSaved(): Promise<void>
  /**
   * Has the rows of the secrets put in a form that can lie under a passphrase: nothing in them is held by the platform alone. The two keys of a paired device,
   * whose secrets nobody knows, are not among them. Nothing else changes who is here meanwhile.
   * @throws EchoError as {@link IdentityStore.confirmPhraseSaved} does, or what `put` throws
   */
  readonly putPortableRows: PutRows
  /** The same with the rows as the platform holds them best, for a device without a passphrase. */
  readonly putPlatformRows: PutRows
  /** Stores again what was read or written last, where the storage has lost all of it. @throws EchoError of storage */
  writeBack(): Promise<void>
  /**
   * Changes how the person is shown; a part given as undefined is taken away. Signs a new record.
   * @throws EchoError bad-value for a part of a wrong form; no-identity; one of storage.
   */
  updateProfile(change: ProfileChange): Promise<void>
  /** Takes over a profile that another of the person's devices signed, if it is newer, signed indeed and its counter within reach; whether that device may speak for the person is the caller's to check. @throws as {@link IdentityStore.confirmPhraseSaved} */
  takeProfile(record: ProfileRecord): Promise<void>
}

/** Parts of a profile to change. */
export type ProfileChange = { readonly [Part in keyof Profile]?: Profile[Part] | undefined }

const lockName = 'identity'
const lockWaitMs = 15_000
export interface IdentityStoreOptions {
  readonly crypto: CryptoPort
  readonly storage: Storage
  /** By default they are fetched on demand. */
  readonly loadPhrases?: LoadPhrases
}

/** The identity of this device, on a storage that is open. It keeps the rows as they were last read or written in memory, the words wrapped as in storage, so that {@link IdentityStore.writeBack} can store them again. */
export function createIdentityStore({ crypto, storage, loadPhrases: load = loadPhrases }: IdentityStoreOptions): IdentityStore {
  const profile = createWritable<LocalProfile | undefined>(undefined)
  /** The rows as they lie in storage. */
  let stored: KeyRows = []

  async function read(): Promise<Result<StoredIdentity | undefined, EchoError>> {
    const loaded = await readIdentity(crypto, storage)
    if (loaded.ok && loaded.value !== undefined) stored = loaded.value.rows
    return loaded
  }

  async function readOrThrow(): Promise<StoredIdentity> {
    const loaded = await read()
    if (!loaded.ok) throw loaded.error
    if (loaded.value === undefined) throw noIdentity()
    return loaded.value
  }

  /** One tab at a time: two that write a profile or a first identity at once would undo each other. */
  async function locked<T>(work: () => Promise<T>): Promise<T> {
    const lock = await storage.locks.acquire(lockName, lockWaitMs)
    if (lock === undefined) {
      throw new EchoError('timeout', 'Another tab has been changing the identity for too long. Close it, or try again.')
    }
    try {
      return await work()
    } finally {
      lock.release()
    }
  }

  async function assertFree(overDamage: boolean, replaces?: IdentityId): Promise<void> {
    const present = await read()
    if (!present.ok && !(overDamage && present.error.code === 'data-corrupt')) throw present.error
    if (present.ok && present.value !== undefined && present.value.identity.id !== replaces) {
      throw new EchoError('denied', 'There is an identity on this device already, and a second would orphan it. Sign out first.')
    }
  }

  async function save(
    keys: DeviceKeys,
    record: DeviceRecord,
    next: LocalProfile,
    words: Words | undefined,
    beside: StorageBatch = {},
  ): Promise<LocalIdentity> {
    const putKeys = [
      ...(beside.putKeys ?? []),
      ...keys.rows,
      { key: identityRows.record, value: encodeDeviceRecord(record) },
      profileRow(next),
      ...(await wordsRow(keys.wrapping, words)),
    ]
    // What a damaged identity left must not pass for a part of this one.
    await storage.write({ ...beside, putKeys, deleteKeys: words === undefined ? [identityRows.entropy] : [] }, 'strict')
    // Shown as made only when it can be read back and used.
    const loaded = await readOrThrow()
    profile.set(loaded.profile)
    return loaded.identity
  }

  async function saveWithRoot(entropy: Uint8Array, next: LocalProfile): Promise<LocalIdentity> {
    const { signing: root } = await deriveRootKey(crypto, entropy)
    const words = { entropy, salt: crypto.randomBytes(32) }
    const keys = await createDeviceKeys(crypto, storage, deriveDeviceSeeds(crypto, words.entropy, words.salt))
    return save(keys, await createDeviceRecord(root.publicKey, root, keys), next, words)
  }

  function changeProfile(change: (before: LocalProfile, identity: LocalIdentity) => Promise<LocalProfile>): Promise<void> {
    return locked(async () => {
      const { profile: before, identity } = await readOrThrow()
      const next = await change(before, identity)
      // Another tab may have written what is read here.
      if (next === before) return profile.set(next)
      const row = profileRow(next)
      await storage.write({ putKeys: [row] }, 'strict')
      stored = [...stored.filter(({ key }) => key !== row.key), row]
      profile.set(next)
    })
  }

  async function phrases(): Promise<Phrases> {
    const loaded = await load()
    if (!loaded.ok) throw loaded.error
    return loaded.value
  }

  async function openEntropy(): Promise<Uint8Array> {
    const { words } = await readOrThrow()
    if (words === undefined) {
      throw new EchoError(
        'no-identity',
        'This device was paired, so it does not have the recovery phrase. Look on the device that made the identity.',
      )
    }
    return words.entropy
  }

  return {
    profile,
    async load() {
      try {
        const loaded = await read()
        if (!loaded.ok) return loaded
        profile.set(loaded.value?.profile)
        return ok(loaded.value?.identity)
      } catch (error) {
        return fail(error instanceof EchoError ? error : unreadable(error))
      }
    },
    async create(name) {
      const next = { name: checkedName(name), phraseSaved: false }
      // Before anything is written: nobody should be someone whose words cannot be shown.
      const { formatPhrase } = await phrases()
      return locked(async () => {
        await assertFree(false)
        const entropy = crypto.randomBytes(32)
        return { identity: await saveWithRoot(entropy, next), phrase: formatPhrase(entropy) }
      })
    },
    async recover(phrase, name, alone = false) {
      const next: LocalProfile = { name: checkedName(name), phraseSaved: true, ...(!alone && { awaitsDevices: true }) }
      const { parsePhrase } = await phrases()
      const entropy = parsePhrase(phrase)
      if (!entropy.ok) return entropy
      return locked(async () => {
        await assertFree(true)
        return ok(await saveWithRoot(entropy.value, next))
      })
    },
    async adopt(keys, record, name, { replaces, rows: beside } = {}) {
      const next: LocalProfile = { name: checkedName(name), phraseSaved: true, awaitsDevices: true }
      const isOurs = equalBytes(record.sign, keys.signing.publicKey) && equalBytes(record.seal, keys.agreement.publicKey)
      const isPaired = isOurs && !equalBytes(record.certifier, record.identity) && (await verifyDeviceRecord(crypto, record))
      if (!isPaired) {
        throw new EchoError(
          'bad-value',
          'The device record does not certify the keys of this device, so peers would refuse them. Pair again.',
        )
      }
      return locked(async () => {
        await assertFree(true, replaces)
        return save(keys, record, next, undefined, beside)
      })
    },
    async showPhrase() {
      const entropy = await openEntropy()
      const { formatPhrase } = await phrases()
      return formatPhrase(entropy)
    },
    openRoot: async () => deriveRootKey(crypto, await openEntropy()),
    async rootOfPhrase(phrase) {
      const { identity } = await readOrThrow()
      const { parsePhrase } = await phrases()
      const entropy = parsePhrase(phrase)
      if (!entropy.ok) return entropy
      const root = await deriveRootKey(crypto, entropy.value)
      if (equalBytes(root.signing.publicKey, identity.record.identity)) return ok(root)
      const message = 'This is the recovery phrase of another person. Enter the words of the account on this device.'
      return fail(new EchoError('bad-phrase', message, { details: { reason: 'other-person' } }))
    },
    putPortableRows: (put) =>
      locked(async () => {
        const { wrapping, keyValues, words } = await readOrThrow()
        const portable = await portableKeyRows(crypto, wrapping, keyValues, words && deriveDeviceSeeds(crypto, words.entropy, words.salt))
        await put([...portable.rows, ...(await wordsRow(portable.wrapping, words))])
      }),
    putPlatformRows: (put) =>
      locked(async () => {
        const { words } = await readOrThrow()
        if (words === undefined) return put([])
        const keys = await createDeviceKeys(crypto, storage, deriveDeviceSeeds(crypto, words.entropy, words.salt))
        await put([...keys.rows, ...(await wordsRow(keys.wrapping, words))])
      }),
    writeBack: () =>
      locked(async () => {
        const present = await read()
        if (present.ok && present.value === undefined && stored.length > 0) await storage.write({ putKeys: stored }, 'strict')
      }),
    confirmPhraseSaved: () => changeProfile(async (before) => ({ ...before, phraseSaved: true })),
    updateProfile: (change) =>
      changeProfile(async (before, identity) => {
        const next = checkedProfile(withChange(before, change))
        return withRecord(before, await createProfileRecord(crypto, identity, (before.record?.counter ?? 0) + 1, next))
      }),
    takeProfile: (record) =>
      changeProfile(async (before, identity) => {
        if (!isNewerProfile(record, before.record) || !isWithinReach(record.counter, before.record)) return before
        if (!(await isProfileOf(crypto, record, identity.id))) return before
        return withRecord(before, record)
      }),
  }
}

function checkedName(name: string): string {
  return checkedProfile({ name }).name
}

function withRecord({ phraseSaved, awaitsDevices }: LocalProfile, record: ProfileRecord): LocalProfile {
  return { ...profileOf(record), phraseSaved, ...(awaitsDevices !== undefined && { awaitsDevices }), record }
}

function withChange(before: Profile, change: ProfileChange): Profile {
  const { name = before.name, colour, emoji, picture } = { ...before, ...change }
  return {
    name,
    ...(colour !== undefined && { colour }),
    ...(emoji !== undefined && { emoji }),
    ...(picture !== undefined && { picture }),
  }
}

function unreadable(cause: unknown): EchoError {
  return new EchoError(
    'storage-unavailable',
    'The identity could not be read from storage. Reload, and look at the state of storage if it happens again.',
    { cause },
  )
}

function noIdentity(): EchoError {
  return new EchoError('no-identity', 'There is no identity on this device yet. Create or recover one first.')
}
