import { equalBytes } from '../../shared/bytes.ts'
import { EchoError } from '../../shared/echoError.ts'
import { lockedError } from '../../storage/storageError.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { PutRows } from '../../storage/passphrase/lockableStorage.ts'
import type { StorageBatch } from '../../storage/storage.ts'
import type { DeviceKeys } from '../../identity/deviceKeys.ts'
import type { IdentityStore } from '../../identity/identityStore.ts'
import type { LocalIdentity } from '../../identity/localIdentity.ts'
import type { DeviceRecord } from '../../identity/record.ts'
import type { RootKey } from '../../identity/rootKey.ts'
import { profileOf, type ProfileRecord } from '../../identity/profileRecord.ts'
import type { IdentityCommands } from '../echo.ts'
import type { IdentityState } from '../states.ts'

/** The identity of this device as apps see it. */
export interface IdentityControl {
  readonly commands: Omit<IdentityCommands, 'awaitsDevices' | 'devices' | 'contacts' | 'renameDevice'>
  /** The root key, where the phrase is on this device. @throws EchoError data-corrupt, or one of storage */
  root(): Promise<RootKey | undefined>
  /** The root key of a phrase that is typed in. @throws EchoError bad-phrase, also where it is another person's; no-identity; load-failed */
  rootOf(phrase: string): Promise<RootKey>
  /** Whether this device came from the phrase or another device, and has to meet one first. */
  awaitsDevices(): boolean
  /**
   * This device is one of somebody's from now on: certified by another, with what belongs to it stored in the same write. Takes the place of who is here.
   * @throws EchoError as IdentityStore.adopt does
   */
  adopt(keys: DeviceKeys, record: DeviceRecord, name: string, rows: StorageBatch): Promise<void>
  current(): LocalIdentity | undefined
  name(): string
  /** The signed profile that members of spaces get; undefined until it was changed for the first time. */
  readonly profile: Readable<ProfileRecord | undefined>
  /** A space has a newer profile of this person, by another of the person's devices. @throws EchoError of storage */
  takeProfile(record: ProfileRecord): Promise<void>
  /** Begins to keep the identity in `store`, and reads it. @throws EchoError data-corrupt, or one of storage */
  attach(store: IdentityStore): Promise<void>
  /** There will be no store: who waits for one hears why. */
  fail(error: EchoError): void
  /** Who is here cannot be read before the passphrase is typed in. */
  lock(): void
  /** As those of IdentityStore do. */
  readonly putPortableRows: PutRows
  readonly putPlatformRows: PutRows
  /** Reads the identity again: another tab made or renamed it. */
  reload(): Promise<void>
  /** Stores the identity again that the storage has lost. @throws EchoError of storage */
  writeBack(): Promise<void>
}

/** @param onChanged an identity was made or renamed here: other tabs should read it */
export function createIdentityControl(onChanged: () => void): IdentityControl {
  const state = createWritable<IdentityState>({ status: 'loading' })
  const signedProfile = createWritable<ProfileRecord | undefined>(undefined)
  let identity: LocalIdentity | undefined
  let giveStore: (store: IdentityStore) => void = () => {}
  let attached: IdentityStore | undefined
  let refuseStore: (error: EchoError) => void = () => {}
  const whenAttached = new Promise<IdentityStore>((resolve, reject) => {
    giveStore = resolve
    refuseStore = reject
  })
  // Whoever asks for the store hears of it.
  whenAttached.catch(() => {})

  async function storeOrWait(): Promise<IdentityStore> {
    if (state.get().status === 'locked') throw lockedError()
    return whenAttached
  }

  function publish(): void {
    const profile = attached?.profile.get()
    if (identity === undefined || profile === undefined) return state.set({ status: 'none' })
    state.set({ status: profile.phraseSaved ? 'ready' : 'unsaved', identity: { id: identity.id, ...profileOf(profile) } })
    const [before, { record }] = [signedProfile.get(), profile]
    // Who listens compares it with what others hold, and may have it read again: the same record is no news.
    if (before === undefined || record === undefined || !equalBytes(before.bytes, record.bytes)) signedProfile.set(record)
  }

  function become(next: LocalIdentity): void {
    identity = next
    publish()
    onChanged()
  }

  async function reload(): Promise<void> {
    const loaded = await (await whenAttached).load()
    if (!loaded.ok) throw loaded.error
    identity = loaded.value
    publish()
  }

  return {
    current: () => identity,
    name: () => attached?.profile.get()?.name ?? '',
    profile: signedProfile,
    root: async () =>
      (await whenAttached).openRoot().catch((error: unknown) => {
        if (error instanceof EchoError && error.code === 'no-identity') return undefined
        throw error
      }),
    async rootOf(phrase) {
      const root = await (await whenAttached).rootOfPhrase(phrase)
      if (!root.ok) throw root.error
      return root.value
    },
    awaitsDevices: () => attached?.profile.get()?.awaitsDevices === true,
    async adopt(keys, record, name, rows) {
      const store = await whenAttached
      become(await store.adopt(keys, record, name, { replaces: identity?.id, rows }))
    },
    async takeProfile(record) {
      await (await whenAttached).takeProfile(record)
      onChanged()
    },
    attach(store) {
      attached = store
      store.profile.subscribe(publish)
      giveStore(store)
      return reload()
    },
    fail: refuseStore,
    lock: () => state.set({ status: 'locked' }),
    // Who unlocks the device only to remove the passphrase may be ahead of the identity's being read.
    putPortableRows: async (put) => (await whenAttached).putPortableRows(put),
    putPlatformRows: async (put) => (await whenAttached).putPlatformRows(put),
    reload,
    writeBack: async () => attached?.writeBack(),
    commands: {
      state,
      async create({ name = '' } = {}) {
        const store = await storeOrWait()
        if (identity !== undefined) {
          throw new EchoError(
            'bad-config',
            'Somebody is signed in on this device already. One device has one identity; use another browser profile for another person.',
          )
        }
        const created = await store.create(name)
        become(created.identity)
        return { phrase: created.phrase }
      },
      async recover({ phrase, name = '', alone = false }) {
        const store = await storeOrWait()
        const recovered = await store.recover(phrase, name, alone)
        if (!recovered.ok) throw recovered.error
        become(recovered.value)
      },
      showPhrase: async () => (await storeOrWait()).showPhrase(),
      async confirmPhraseSaved() {
        await (await storeOrWait()).confirmPhraseSaved()
        onChanged()
      },
      async updateProfile(change) {
        await (await storeOrWait()).updateProfile(change)
        onChanged()
      },
    },
  }
}
