import { EchoError } from '../../shared/echoError.ts'
import type { SpaceId } from '../../shared/ids.ts'
import { createWritable } from '../../shared/readable.ts'
import type { DocumentCaches } from '../documentCache.ts'
import type { Locks, TabLocks } from '../locks.ts'
import { bundleNameOf, createMemoryDisk, type MemoryDisk, type MemorySpace, type MemoryTab, type MemoryTables } from './memoryDisk.ts'
import type { BlockPlace, BlockRow, Disk, Durability, HeaderRow, StorageBatch, StorageState } from '../storage.ts'
import { copyBlock, copyBundle, copyBundleHead, copyPending, isEmptyBatch } from '../storageBatch.ts'
import { notOpenError, storageDisposedError, storageEmptiedError, storageUnavailableError, uncloneableError } from '../storageError.ts'

export interface MemoryStorageOptions {
  /** Shared by the tabs of one device, and kept over its restarts. A fresh one by default. */
  readonly disk?: MemoryDisk
  /** The tab's locks, which the storage disposes. The disk's own by default. */
  readonly locks?: TabLocks
  /** Makes the tab's caches of open documents; none by default. */
  readonly documentCaches?: (locks: Locks) => DocumentCaches
}

/**
 * Storage in memory, for tests and simulations: one storage is one tab, the disk is the device.
 * @example
 * const disk = createMemoryDisk()
 * const storage = createMemoryStorage({ disk })
 * await storage.open()
 * await storage.dispose()
 * const afterRestart = createMemoryStorage({ disk })
 */
export function createMemoryStorage(options: MemoryStorageOptions = {}): Disk {
  const disk = options.disk ?? createMemoryDisk()
  const locks = options.locks ?? disk.lockManager.locks()
  const documentCaches = options.documentCaches?.(locks)
  const state = createWritable<StorageState>({ status: 'opening' })
  const begun = new Set<Promise<unknown>>()
  let connected = false
  let persistent = false
  let emptied: EchoError | undefined
  let opening: Promise<void> | undefined
  let disposing: Promise<void> | undefined

  function connect(): void {
    connected = disk.available
    state.set(connected ? usable() : { status: 'unavailable', error: storageUnavailableError('There is no database here.') })
  }

  function usable(): StorageState {
    return emptied !== undefined ? { status: 'emptied', error: emptied } : { status: 'ready', persistent }
  }

  async function open(): Promise<void> {
    await Promise.resolve()
    if (state.get().status !== 'opening') return
    disk.attach(tab)
    connect()
  }

  function assertConnected(): void {
    const { status } = state.get()
    if (status === 'opening') throw notOpenError()
    if (status === 'closed') throw storageDisposedError()
    if (!connected) connect()
    const now = state.get()
    if (!connected && now.status === 'unavailable') throw now.error
  }

  async function track<T>(work: Promise<T>): Promise<T> {
    begun.add(work)
    try {
      return await work
    } finally {
      begun.delete(work)
    }
  }

  async function write(batch: StorageBatch, durability: Durability): Promise<void> {
    assertConnected()
    if (isEmptyBatch(batch)) return
    await tell(disk.commit(copyBatch(batch), durability))
    if (batch.deleteSpace !== undefined) await documentCaches?.deleteSpace(batch.deleteSpace)
  }

  /** Waits for a write, and lets the state say how it went. */
  async function tell(writing: Promise<void>): Promise<void> {
    try {
      await track(writing)
    } catch (error) {
      const failure = error instanceof EchoError ? error : storageUnavailableError('The write failed.', error)
      if (connected && failure.code !== 'bad-value')
        state.set({ status: failure.code === 'storage-full' ? 'full' : 'unavailable', error: failure })
      throw failure
    }
    const { status } = state.get()
    if (connected && (status === 'full' || status === 'unavailable')) state.set(usable())
  }

  async function read<T>(work: (tables: MemoryTables) => T): Promise<T> {
    assertConnected()
    return track(disk.run(work))
  }

  function readSpace<T>(space: SpaceId, nothing: T, work: (tables: MemorySpace) => T): Promise<T> {
    return read(({ spaces }) => {
      const tables = spaces.get(space)
      return tables === undefined ? nothing : work(tables)
    })
  }

  function end(): void {
    connected = false
    disk.detach(tab)
    state.set({ status: 'closed' })
  }

  async function dispose(): Promise<void> {
    end()
    // A lock that is free while a write of its holder is under way would let the next holder read too early.
    await Promise.allSettled([...begun])
    locks.dispose()
  }

  const storage: Disk = {
    state,
    locks,
    ...(documentCaches && { documentCaches }),
    open: () => (opening ??= open()),
    write,
    async rewrite(change, putKeys) {
      assertConnected()
      await tell(disk.rewrite(change, structuredClone(putKeys)))
    },
    readKey: (key) => read(({ keys }) => structuredClone(keys.get(key))),
    listKeys: (prefix) =>
      read(({ keys }) =>
        [...keys]
          .filter(([key]) => key.startsWith(prefix))
          .sort(([a], [b]) => compare(a, b))
          .map(([key, value]) => ({ key, value: structuredClone(value) })),
      ),
    readMembership: (space) =>
      readSpace(space, { rows: [], damaged: 0 }, ({ membership, damagedOperations }) => ({
        rows: [...membership].filter(([id]) => !damagedOperations.has(id)).map(([, operation]) => operation.slice()),
        damaged: damagedOperations.size,
      })),
    readHeaders: (space) =>
      readSpace(space, { rows: [], damaged: 0 }, ({ blocks, damagedHeaders }) => ({
        rows: [...blocks.values()]
          .filter(({ block }) => !damagedHeaders.has(block))
          .map(headerOf)
          .sort(comparePlaces),
        damaged: [...blocks.keys()].filter((block) => damagedHeaders.has(block)).length,
      })),
    readBlocks: (space, places) =>
      readSpace(
        space,
        places.map(() => undefined),
        (tables) => places.map((place) => blockAt(tables, place)),
      ),
    readBundles: (space) =>
      readSpace(space, { rows: [], damaged: 0 }, ({ bundles, damagedHeaders }) => ({
        rows: [...bundles.values()]
          .filter(({ block }) => !damagedHeaders.has(block))
          .map(copyBundleHead)
          .sort(comparePlaces),
        damaged: [...bundles.values()].filter(({ block }) => damagedHeaders.has(block)).length,
      })),
    readBundle: (space, place) =>
      readSpace(space, undefined, ({ bundles, damagedHeaders, damagedEnvelopes }) => {
        const row = bundles.get(bundleNameOf(place))
        return row === undefined || damagedHeaders.has(row.block) || damagedEnvelopes.has(row.block) ? undefined : copyBundle(row)
      }),
    readPending: (space) =>
      readSpace(space, [], ({ pending }) => [...pending.values()].sort((a, b) => compare(a.key, b.key)).map(copyPending)),
    readMarks: (space) =>
      readSpace(space, [], ({ marks }) => [...marks.values()].sort((a, b) => a.slot - b.slot).map((row) => ({ ...row }))),
    persist: async () => {
      persistent = disk.grantsPersistence
      if (state.get().status === 'ready') state.set({ status: 'ready', persistent })
      return persistent
    },
    dispose: () => (disposing ??= dispose()),
  }

  const tab: MemoryTab = {
    storage,
    onClose: () => {
      connected = false
      state.set({ status: 'unavailable', error: storageUnavailableError('The database was closed under the app.') })
    },
    onEmptied: () => {
      emptied = storageEmptiedError()
      tab.onClose()
    },
    onKill: () => {
      end()
      locks.dispose()
    },
  }
  return storage
}

function copyBatch(batch: StorageBatch): StorageBatch {
  return {
    ...batch,
    putKeys: batch.putKeys?.map(({ key, value }) => ({ key, value: cloneValue(value) })) ?? [],
    putMembership: batch.putMembership?.map((row) => ({ ...row, operation: row.operation.slice() })) ?? [],
    putBlocks: batch.putBlocks?.map(copyBlock) ?? [],
    putBundles: batch.putBundles?.map(copyBundle) ?? [],
    putPending: batch.putPending?.map(copyPending) ?? [],
    putMarks: batch.putMarks?.map((row) => ({ ...row })) ?? [],
    deleteKeys: [...(batch.deleteKeys ?? [])],
    deletePending: [...(batch.deletePending ?? [])],
    deleteBlocks: [...(batch.deleteBlocks ?? [])],
    deleteBundles: [...(batch.deleteBundles ?? [])],
  }
}

function cloneValue(value: unknown): unknown {
  try {
    return structuredClone(value)
  } catch (cause) {
    throw uncloneableError(cause)
  }
}

/** A block as the real database finds it: by its whole place, and only where neither part is damaged. */
function blockAt(tables: MemorySpace, { feed, seq, block }: BlockPlace): BlockRow | undefined {
  const row = tables.blocks.get(block)
  if (row === undefined || row.feed !== feed || row.seq !== seq) return undefined
  return tables.damagedHeaders.has(block) || tables.damagedEnvelopes.has(block) ? undefined : copyBlock(row)
}

function headerOf({ space, block, feed, seq, header, signature }: HeaderRow): HeaderRow {
  return { space, block, feed, seq, header: header.slice(), signature: signature.slice() }
}

function comparePlaces(a: BlockPlace, b: BlockPlace): number {
  return compare(a.feed, b.feed) || a.seq - b.seq || compare(a.block, b.block)
}

/** The order of IndexedDB's string keys: by UTF-16 units. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
