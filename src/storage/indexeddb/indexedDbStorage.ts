import { unwrap } from 'idb'
import { systemClock, type Clock } from '../../shared/ports.ts'
import { EchoError } from '../../shared/echoError.ts'
import { createIndexedDbCaches } from './indexedDbCaches.ts'
import { createIndexedDbConnection } from './indexedDbConnection.ts'
import { fromStoredMark, fromStoredPending } from './indexedDbLogRows.ts'
import { readBlocks, readBundle, readBundles, readHeaders, readMembership } from './indexedDbRead.ts'
import { spaceRange, type EchoDatabase } from './indexedDbSchema.ts'
import { beginWrite, completionOf } from './indexedDbWrite.ts'
import type { TabLocks } from '../locks.ts'
import type { Disk, Durability, RowChange, StorageBatch } from '../storage.ts'
import { rewriteRows } from './indexedDbRewrite.ts'
import { isEmptyBatch } from '../storageBatch.ts'
import { createWebLocks } from '../webLocks.ts'

export interface IndexedDbStorageOptions {
  /** The tab's locks, which the storage disposes. Web Locks by default. */
  readonly locks?: TabLocks
  readonly clock?: Clock
}

/**
 * Storage in the browser's IndexedDB. The caches of open documents (y-indexeddb) have databases of their own beside this one.
 * @param name of the database and the prefix of its locks; one for each app on an origin.
 * @example
 * const storage = createIndexedDbStorage('field-notes')
 * await storage.open()
 */
export function createIndexedDbStorage(name: string, options: IndexedDbStorageOptions = {}): Disk {
  const clock = options.clock ?? systemClock
  const connection = createIndexedDbConnection(name, clock)
  const locks = options.locks ?? createWebLocks(`${name}/`, clock)
  const begun = new Set<Promise<unknown>>()
  let disposing: Promise<void> | undefined

  async function track<T>(database: EchoDatabase, kind: 'read' | 'write', work: Promise<T>): Promise<T> {
    begun.add(work)
    try {
      return await work
    } catch (cause) {
      throw connection.failed(database, cause, kind)
    } finally {
      begun.delete(work)
    }
  }

  async function write(batch: StorageBatch, durability: Durability): Promise<void> {
    const open = connection.current()
    if (isEmptyBatch(batch)) return
    // No await while the database is open: the transaction must be committed in the task of the caller.
    const database = open ?? (await connection.reopen())
    let transaction: IDBTransaction
    try {
      transaction = beginWrite(unwrap(database), batch, durability)
    } catch (cause) {
      if (cause instanceof EchoError) throw cause
      throw connection.failed(database, cause, 'write')
    }
    await track(database, 'write', completionOf(transaction))
    connection.wrote(database)
    if (batch.deleteSpace !== undefined) await caches.deleteSpace(batch.deleteSpace)
  }

  async function rewrite(change: RowChange, putKeys: NonNullable<StorageBatch['putKeys']>): Promise<void> {
    const database = connection.current() ?? (await connection.reopen())
    await track(database, 'write', rewriteRows(database, change, putKeys))
    connection.wrote(database)
  }

  async function read<T>(work: (database: EchoDatabase) => Promise<T>): Promise<T> {
    const database = connection.current() ?? (await connection.reopen())
    return track(database, 'read', work(database))
  }

  async function dispose(): Promise<void> {
    connection.close()
    // A lock that is free while a write of its holder is under way would let the next holder read too early.
    await Promise.allSettled([...begun])
    locks.dispose()
  }

  const storage: Disk = {
    state: connection.state,
    locks,
    get documentCaches() {
      return caches
    },
    open: connection.open,
    write,
    rewrite,
    readKey: (key) => read(async (database) => (await database.get('keys', key))?.value),
    listKeys: (prefix) => read((database) => database.getAll('keys', IDBKeyRange.bound(prefix, `${prefix}\uffff`))),
    readMembership: (space) => read((database) => readMembership(database, space)),
    readHeaders: (space) => read((database) => readHeaders(database, space)),
    readBlocks: (space, places) => read((database) => readBlocks(database, space, places)),
    readBundles: (space) => read((database) => readBundles(database, space)),
    readBundle: (space, bundle) => read((database) => readBundle(database, space, bundle)),
    readPending: (space) => read(async (database) => (await database.getAll('pending', spaceRange(space))).map(fromStoredPending)),
    readMarks: (space) =>
      read(async (database) => (await database.getAll('marks', spaceRange(space))).flatMap((row) => fromStoredMark(row) ?? [])),
    persist: async () => {
      const granted = await askToPersist()
      connection.setPersistent(granted)
      return granted
    },
    dispose: () => (disposing ??= dispose()),
  }
  const caches = createIndexedDbCaches({ name, locks, clock, storage })
  return storage
}

async function askToPersist(): Promise<boolean> {
  try {
    return (await globalThis.navigator?.storage?.persist?.()) ?? false
  } catch {
    // A browser that cannot be asked has promised nothing.
    return false
  }
}
