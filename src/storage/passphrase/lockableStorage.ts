import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import { EchoError } from '../../shared/echoError.ts'
import type { SpaceId } from '../../shared/ids.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import { createLockableCaches } from './lockableCaches.ts'
import { cacheRowPrefix } from '../documentCache.ts'
import type { LoadLocking } from './loadLocking.ts'
import type { Locking } from './locking.ts'
import type { LockedRow } from './lockKeys.ts'
import { isSameLock, lockKey, parseLockRow, putLock, rowKeyLength, type LockRow } from './lockRow.ts'
import { lockedError, storageDisposedError } from '../storageError.ts'
import { isSealed, sealedValue } from './sealedForm.ts'
import type { Opened, RowSeal } from './sealedRows.ts'
import type { Disk, RowChange, Storage, StorageBatch } from '../storage.ts'

/** Whether rows are under a passphrase: `off`, not; `locked`, they are and this tab cannot read them; `unlocked`, they are and it can. */
export type LockStatus = 'off' | 'locked' | 'unlocked'

/** The passphrase of a device. Results are EchoErrors bad-passphrase, or load-failed; what a call throws is an EchoError of storage. */
export interface StorageLock {
  readonly status: Readable<LockStatus>
  /** Finds out whether there is a passphrase, once no other tab is setting or removing one; before anything is read. @throws EchoError data-corrupt */
  load(): Promise<void>
  unlock(passphrase: string): Promise<Result<void, EchoError>>
  /**
   * Seals everything under a first passphrase, in one transaction.
   * @param instead gives rows to be put in the place of those that cannot be sealed
   */
  set(passphrase: string, instead: PutRows): Promise<Result<void, EchoError>>
  /** Puts another passphrase in the place of the present one. */
  change(current: string, next: string): Promise<Result<void, EchoError>>
  /** Opens everything for good. @param instead gives rows to be put in the place of those that shall not lie open */
  remove(current: string, instead: PutRows): Promise<Result<void, EchoError>>
  /** Stores the lock again where the storage has lost it: whatever else is written back lies under it. */
  writeBack(): Promise<void>
}

/** Has rows put that it reads and makes anew, and sees to it that they do not change meanwhile. Rejects as `put` does. */
export type PutRows = (put: (rows: NonNullable<StorageBatch['putKeys']>) => Promise<void>) => Promise<void>

export interface LockableStorageOptions {
  /** Asked for when rows are sealed or opened. */
  readonly crypto: () => Pick<CryptoPort, 'hash' | 'randomBytes'>
  /** Keys of rows that are read before a passphrase is typed in, and say nothing worth hiding. */
  readonly open: readonly string[]
  /** The spaces whose documents may have caches, from the rows as they lie on the disk. */
  readonly cachedSpaces: () => Promise<readonly SpaceId[]>
  readonly loadLocking: LoadLocking
  /** Has the other tabs end, and load anew: what they have read is about to lie otherwise. Resolves when they have had time to end. */
  readonly restartOthers: () => Promise<void>
}

const lockName = 'passphrase'
/** Another tab may be rewriting all rows. */
const lockWaitMs = 60_000

/**
 * A storage whose rows can be put under a passphrase: what goes through it is sealed on its way to the disk and opened on its way back. While it is locked,
 * writing throws `identity-locked`, and so does reading a sealed row.
 */
export function createLockableStorage(
  disk: Disk,
  { crypto, open, cachedSpaces, loadLocking, restartOthers }: LockableStorageOptions,
): { readonly storage: Storage; readonly lock: StorageLock } {
  const status = createWritable<LockStatus>('off')
  const staysOpen = new Set([lockKey, ...open])
  const caches = disk.documentCaches && createLockableCaches(disk.documentCaches, () => status.get() !== 'off')
  /** The row as it was last read or written. */
  let row: LockRow | undefined
  /** Opens rows and, while unlocked, seals them. */
  let seal: RowSeal | undefined

  function sealWith(locking: Locking, keys: readonly Uint8Array[]): RowSeal {
    return locking.createRowSeal({ crypto: crypto(), keys, staysOpen: (key) => staysOpen.has(key) || key.startsWith(cacheRowPrefix) })
  }

  /** What opens a row that was found sealed. @throws EchoError identity-locked, data-corrupt, load-failed */
  async function opener(): Promise<RowSeal> {
    if (seal === undefined && row?.status === 'off') {
      const locking = await loadLocking()
      if (!locking.ok) throw locking.error
      seal = sealWith(locking.value, row.keys)
    }
    if (seal === undefined) throw (await disk.readKey(lockKey)) === undefined ? damagedLock() : lockedError()
    return seal
  }

  /** @returns null in the place of a value that is damaged: there was one, and nobody shall take its place as if there had been none */
  async function openValue(key: string, value: unknown): Promise<unknown> {
    if (sealedValue(value) === undefined) return value
    const opened = (await opener()).openValue(key, value)
    if (opened.status === 'unknown-key') await assertLockIsKnown()
    return opened.status === 'open' ? opened.value : null
  }

  /**
   * What none of the keys at hand has sealed is damaged, as long as the lock is the one that was read.
   * @throws EchoError identity-locked where another tab has set a passphrase since
   */
  async function assertLockIsKnown(): Promise<void> {
    if (!isSameLock(row, parseLockRow(await disk.readKey(lockKey)))) throw lockedError()
  }

  const storage: Storage = {
    state: disk.state,
    locks: disk.locks,
    ...(caches && { documentCaches: caches.caches }),
    open: () => disk.open(),
    write(batch, durability) {
      if (status.get() === 'locked') return Promise.reject(lockedError())
      // In this task: an edit is on its way to the disk when the call that made it returns.
      return disk.write(status.get() === 'unlocked' ? seal!.sealBatch(batch) : batch, durability)
    },
    async readKey(key) {
      return openValue(key, await disk.readKey(key))
    },
    async listKeys(prefix) {
      const rows: { key: string; value: unknown }[] = []
      for (const { key, value } of await disk.listKeys(prefix)) {
        // That one is of no concern to whoever uses the storage.
        if (key !== lockKey) rows.push({ key, value: await openValue(key, value) })
      }
      return rows
    },
    async readMembership(space) {
      const { rows, damaged } = await disk.readMembership(space)
      if (!rows.some(isSealed)) return { rows, damaged }
      const by = await opener()
      const opened = rows.map((operation) => by.openOperation(space, operation))
      if (opened.some(isUnderUnknownKey)) await assertLockIsKnown()
      const good = opened.flatMap((each) => (each.status === 'open' ? [each.value] : []))
      return { rows: good, damaged: damaged + rows.length - good.length }
    },
    readHeaders: (space) => disk.readHeaders(space),
    readBlocks: (space, places) => disk.readBlocks(space, places),
    readBundles: (space) => disk.readBundles(space),
    readBundle: (space, place) => disk.readBundle(space, place),
    async readPending(space) {
      const rows = await disk.readPending(space)
      if (!rows.some(({ update }) => isSealed(update))) return rows
      const by = await opener()
      const opened = rows.map((each) => by.openUpdate(each))
      if (opened.some(isUnderUnknownKey)) await assertLockIsKnown()
      return opened.map((each, i) => ({ ...rows[i]!, update: each.status === 'open' ? each.value : new Uint8Array(0) }))
    },
    readMarks: (space) => disk.readMarks(space),
    persist: () => disk.persist(),
    dispose: () => disk.dispose(),
  }

  /** Deletes what lies in the open beside the rows. */
  async function dropCaches(): Promise<void> {
    await caches?.stop()
    for (const space of await cachedSpaces()) await disk.documentCaches?.deleteSpace(space)
  }

  /** Seals what a tab wrote that had not heard of the passphrase: one that was frozen may write long after it was set. */
  async function sealLate(by: RowSeal): Promise<void> {
    await dropCaches()
    await rewriteRest(by.sealing)
  }

  /** Rewrites rows that came late, where the disk takes them; they are read in either form. */
  async function rewriteRest(change: RowChange): Promise<void> {
    try {
      await disk.rewrite(change, [])
    } catch {
      // A full disk keeps nobody out of what lies on it, nor undoes what was set: its state tells, and the next unlocking tries again.
    }
  }

  /** Runs `work` with the keys that the passphrase opens, while no other tab changes the lock. */
  async function withKeys(
    passphrase: string,
    work: (locking: Locking, keys: readonly Uint8Array[], locked: LockedRow) => Promise<void>,
  ): Promise<Result<void, EchoError>> {
    const locking = await loadLocking()
    if (!locking.ok) return locking
    return alone(async () => {
      const now = parseLockRow(await disk.readKey(lockKey))
      const keys = now?.status === 'locked' ? await locking.value.unlockKeys(now, passphrase) : undefined
      if (now?.status !== 'locked' || keys === undefined) return fail(wrongPassphrase())
      await work(locking.value, keys, now)
      return ok(undefined)
    })
  }

  async function alone<T>(work: () => Promise<T>): Promise<T> {
    const held = await disk.locks.acquire(lockName, lockWaitMs)
    if (held === undefined && disk.state.get().status === 'closed') throw storageDisposedError()
    if (held === undefined)
      throw new EchoError('timeout', 'Another tab has been changing the passphrase for too long. Close it, or try again.')
    try {
      return await work()
    } finally {
      held.release()
    }
  }

  async function put(next: Exclude<LockRow, { status: 'damaged' }>): Promise<void> {
    await disk.write({ putKeys: [putLock(next)] }, 'strict')
    row = next
  }

  return {
    storage,
    lock: {
      status,
      async load() {
        row = await alone(async () => parseLockRow(await disk.readKey(lockKey)))
        if (row?.status === 'damaged') throw damagedLock()
        if (row?.status === 'locked') status.set('locked')
      },
      unlock: (passphrase) =>
        withKeys(passphrase, async (locking, keys, locked) => {
          row = locked
          seal = sealWith(locking, keys)
          await sealLate(seal)
          status.set('unlocked')
        }),
      async set(passphrase, instead) {
        const locking = await loadLocking()
        if (!locking.ok) return locking
        return alone(async () => {
          const now = parseLockRow(await disk.readKey(lockKey))
          if (now?.status === 'locked') throw new EchoError('denied', 'This device has a passphrase already. Change that one.')
          // Never the former ones again: they lay open.
          const keys = [crypto().randomBytes(rowKeyLength), ...(now?.status === 'off' ? now.keys : [])]
          const next = await locking.value.lockKeys(crypto(), passphrase, keys)
          const by = sealWith(locking.value, keys)
          await instead(async (putKeys) => {
            await restartOthers()
            await disk.rewrite(by.sealing, [putLock(next), ...(by.sealBatch({ putKeys }).putKeys ?? [])])
          })
          row = next
          seal = by
          status.set('unlocked')
          // What this tab wrote in the meantime.
          await rewriteRest(by.sealing)
          await dropCaches()
          return ok(undefined)
        })
      },
      change: (current, next) => withKeys(current, async (locking, keys) => put(await locking.lockKeys(crypto(), next, keys))),
      remove: (current, instead) =>
        withKeys(current, async (locking, keys) => {
          const next: LockRow = { status: 'off', keys }
          const by = sealWith(locking, keys)
          await instead(async (rows) => {
            await restartOthers()
            await disk.rewrite(by.opening, [putLock(next), ...rows])
          })
          row = next
          seal = by
          status.set('off')
          await rewriteRest(by.opening)
        }),
      async writeBack() {
        if (row !== undefined && row.status !== 'damaged' && (await disk.readKey(lockKey)) === undefined) await put(row)
      },
    },
  }
}

function isUnderUnknownKey({ status }: Opened<unknown>): boolean {
  return status === 'unknown-key'
}

function wrongPassphrase(): EchoError {
  return new EchoError('bad-passphrase', 'This is not the passphrase of this device. Mind capital letters and the keyboard layout.')
}

function damagedLock(): EchoError {
  return new EchoError(
    'data-corrupt',
    'The row that says how this device is locked is missing or damaged, so no passphrase can open what is stored. Erase the device (echo.reset) and recover with the 24 words, or add it again from another device.',
    { details: { row: lockKey } },
  )
}
