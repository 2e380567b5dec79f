import { isArrayBuffer } from '../../shared/bytes.ts'
import type { EchoError } from '../../shared/echoError.ts'
import type { BlockId, SpaceId } from '../../shared/ids.ts'
import { createLockManager, type LockManager } from './memoryLocks.ts'
import { copyPending } from '../storageBatch.ts'
import { storageFullError, storageUnavailableError } from '../storageError.ts'
import type { BlockRow, BundlePlace, BundleRow, Durability, MarkRow, PendingRow, RowChange, Storage, StorageBatch } from '../storage.ts'

/** What several memory storages ("tabs") share and what outlives them, with switches for the faults of a real disk. */
export interface MemoryDisk {
  /** A write that takes more than this in all fails with storage-full. Infinity at first. */
  quotaBytes: number
  /** Whether the database can be opened; false is a browser that has none. */
  available: boolean
  /** What `persist()` answers. */
  grantsPersistence: boolean
  /** Bytes stored now; an estimate for the keys table. */
  readonly usedBytes: number
  /** The locks of all tabs on this disk. */
  readonly lockManager: LockManager

  /** Makes the next write that would complete fail with `error` instead. */
  failNextWrite(error: EchoError): void
  /** Spoils a stored header or envelope, or those of the bundle that ends with the block, so that its checksum does not hold. */
  damageBlock(space: SpaceId, block: BlockId, part: 'header' | 'envelope'): void
  /** Spoils a stored membership operation so that its checksum does not hold. */
  damageOperation(space: SpaceId, id: string): void
  /** Deletes everything under the open tabs, as a browser does that wants the room or a user who clears the data. Each tab finds it empty with its next use. */
  empty(): void
  /** Closes every tab's connection under it, as evicting the database does, but keeps the data. The next use of a tab opens again. */
  close(): void
  /**
   * The power fails: writes that are not complete are lost, and of the relaxed ones since the last strict one those after the first
   * `keptRelaxed` (all are kept by default); every tab ends and its locks are free.
   */
  crash(keptRelaxed?: number): void
  /** What is stored now, to be given to {@link restore} later. */
  backup(): DiskBackup
  /** An old copy comes back in the place of what is stored. End all tabs first. */
  restore(backup: DiskBackup): void
  /** One page is killed: the writes it has begun still complete, the tab ends, its locks are free. */
  kill(tab: Storage): void

  /** For the storages on this disk: a tab joins. */
  attach(tab: MemoryTab): void
  /** For the storages on this disk: a tab is gone. */
  detach(tab: MemoryTab): void
  /** For the storages on this disk: runs `work` on the tables after everything asked for before it. */
  run<T>(work: (tables: MemoryTables) => T): Promise<T>
  /** For the storages on this disk: makes all changes of a batch or none. The batch must share no memory with the caller. */
  commit(batch: StorageBatch, durability: Durability): Promise<void>
  /** For the storages on this disk: what `Storage.rewrite` does. */
  rewrite(change: RowChange, putKeys: NonNullable<StorageBatch['putKeys']>): Promise<void>
}

/** A storage as its disk sees it. */
export interface MemoryTab {
  readonly storage: Storage
  onClose(): void
  onEmptied(): void
  onKill(): void
}

/** A copy of all tables of a disk. */
export interface DiskBackup {
  readonly tables: MemoryTables
  readonly usedBytes: number
}

/** The tables of a disk. Only the disk writes. */
export interface MemoryTables {
  readonly keys: ReadonlyMap<string, unknown>
  readonly spaces: ReadonlyMap<SpaceId, MemorySpace>
}

export interface MemorySpace {
  readonly membership: Map<string, Uint8Array>
  readonly damagedOperations: Set<string>
  readonly blocks: Map<BlockId, BlockRow>
  /** By {@link bundleNameOf}. */
  readonly bundles: Map<string, BundleRow>
  readonly damagedHeaders: Set<BlockId>
  readonly damagedEnvelopes: Set<BlockId>
  readonly pending: Map<string, PendingRow>
  readonly marks: Map<number, MarkRow>
}

/** More relaxed writes than this the system has put on the disk by itself. */
const maxRelaxed = 1000

interface Job {
  run(): void
  lose(): void
}

/**
 * An empty disk.
 * @param schedule runs what it is given later, never at once; a write counts as complete when it has run. A microtask by default.
 * @example
 * const disk = createMemoryDisk()
 * const storage = createMemoryStorage({ disk })
 */
export function createMemoryDisk(schedule: (complete: () => void) => void = queueMicrotask): MemoryDisk {
  const keys = new Map<string, unknown>()
  const spaces = new Map<SpaceId, MemorySpace>()
  const tabs = new Set<MemoryTab>()
  let jobs: Job[] = []
  /** For each complete relaxed write that no strict one followed: what takes it back. */
  let relaxed: (() => void)[] = []
  let usedBytes = 0
  let nextFailure: EchoError | undefined

  function run<T>(work: (tables: MemoryTables) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      jobs.push({
        run: () => {
          try {
            resolve(work({ keys, spaces }))
          } catch (error) {
            reject(error as Error)
          }
        },
        lose: () => reject(storageUnavailableError('The machine stopped before the call was complete.')),
      })
      // One turn a job, always the oldest: what was asked first is done first, whatever order the scheduler chooses.
      schedule(() => jobs.shift()?.run())
    })
  }

  /** @returns what takes the changes back */
  function apply(batch: StorageBatch, replaced: NonNullable<StorageBatch['putMembership']> = []): () => void {
    const undo: (() => void)[] = []
    const bytesBefore = usedBytes
    let bytes = usedBytes

    function change<K, V>(table: Map<K, V>, key: K, value: V | undefined): void {
      const before = table.get(key)
      if (value === undefined) table.delete(key)
      else table.set(key, value)
      bytes += estimateBytes(value) - estimateBytes(before)
      undo.push(() => (before === undefined ? table.delete(key) : table.set(key, before)))
    }

    function spaceOf(id: SpaceId): MemorySpace {
      let space = spaces.get(id)
      if (space === undefined) {
        space = {
          membership: new Map(),
          damagedOperations: new Set(),
          blocks: new Map(),
          bundles: new Map(),
          damagedHeaders: new Set(),
          damagedEnvelopes: new Set(),
          pending: new Map(),
          marks: new Map(),
        }
        change(spaces, id, space)
      }
      return space
    }

    if (batch.deleteSpace !== undefined) change(spaces, batch.deleteSpace, undefined)
    for (const key of batch.deleteKeys ?? []) change(keys, key, undefined)
    for (const { space, key } of batch.deletePending ?? []) change(spaceOf(space).pending, key, undefined)
    for (const { space, block } of batch.deleteBlocks ?? []) change(spaceOf(space).blocks, block, undefined)
    for (const { space, ...place } of batch.deleteBundles ?? []) change(spaceOf(space).bundles, bundleNameOf(place), undefined)
    for (const { key, value } of batch.putKeys ?? []) change(keys, key, value)
    for (const { space, id, operation } of batch.putMembership ?? []) {
      const { membership, damagedOperations } = spaceOf(space)
      if (!membership.has(id) || damagedOperations.has(id)) change(membership, id, operation)
    }
    for (const { space, id, operation } of replaced) change(spaceOf(space).membership, id, operation)
    for (const row of batch.putBlocks ?? []) change(spaceOf(row.space).blocks, row.block, row)
    for (const row of batch.putBundles ?? []) change(spaceOf(row.space).bundles, bundleNameOf(row), row)
    for (const row of batch.putPending ?? []) change(spaceOf(row.space).pending, row.key, row)
    for (const row of batch.putMarks ?? []) change(spaceOf(row.space).marks, row.slot, row)

    const takeBack = (): void => {
      for (const step of undo.reverse()) step()
      usedBytes = bytesBefore
    }
    if (bytes > usedBytes && bytes > disk.quotaBytes) {
      takeBack()
      throw storageFullError()
    }
    usedBytes = bytes
    for (const { space, id } of batch.putMembership ?? []) spaces.get(space)?.damagedOperations.delete(id)
    for (const { space, block } of [...(batch.putBlocks ?? []), ...(batch.putBundles ?? [])]) {
      spaces.get(space)?.damagedHeaders.delete(block)
      spaces.get(space)?.damagedEnvelopes.delete(block)
    }
    return takeBack
  }

  /** The rows that a change gives anew. */
  function rewritten(change: RowChange): { readonly batch: StorageBatch; readonly operations: NonNullable<StorageBatch['putMembership']> } {
    const putKeys = [...keys].flatMap(([key, value]) => {
      const changed = change.key(key, structuredClone(value))
      return changed === undefined ? [] : [{ key, value: structuredClone(changed) }]
    })
    const putPending = [...spaces.values()].flatMap(({ pending }) =>
      [...pending.values()].flatMap((row) => {
        const update = change.pending(copyPending(row))
        return update === undefined ? [] : [{ ...row, update }]
      }),
    )
    const operations = [...spaces].flatMap(([space, { membership, damagedOperations }]) =>
      [...membership].flatMap(([id, operation]) => {
        const changed = damagedOperations.has(id) ? undefined : change.operation(space, operation.slice())
        return changed === undefined ? [] : [{ space, id, operation: changed }]
      }),
    )
    return { batch: { putKeys, putPending }, operations }
  }

  /** A write fails with what a test wants it to. */
  function failIfAsked(): void {
    const failure = nextFailure
    nextFailure = undefined
    if (failure !== undefined) throw failure
  }

  function copyTables(tables: MemoryTables): MemoryTables {
    return { keys: new Map(tables.keys), spaces: new Map([...tables.spaces].map(([id, space]) => [id, copySpace(space)])) }
  }

  const disk: MemoryDisk = {
    quotaBytes: Infinity,
    available: true,
    grantsPersistence: false,
    get usedBytes() {
      return usedBytes
    },
    lockManager: createLockManager(),
    failNextWrite: (error) => (nextFailure = error),
    damageBlock: (space, block, part) => {
      const tables = spaces.get(space)
      ;(part === 'header' ? tables?.damagedHeaders : tables?.damagedEnvelopes)?.add(block)
    },
    damageOperation: (space, id) => spaces.get(space)?.damagedOperations.add(id),
    empty: () => {
      keys.clear()
      spaces.clear()
      usedBytes = 0
      relaxed = []
      for (const tab of [...tabs]) tab.onEmptied()
    },
    close: () => {
      for (const tab of [...tabs]) tab.onClose()
    },
    crash: (keptRelaxed = Infinity) => {
      const lost = jobs
      jobs = []
      for (const tab of [...tabs]) tab.onKill()
      for (const job of lost) job.lose()
      for (const takeBack of relaxed.slice(keptRelaxed).reverse()) takeBack()
      relaxed = []
    },
    backup: () => ({ tables: copyTables({ keys, spaces }), usedBytes }),
    restore: (backup) => {
      const tables = copyTables(backup.tables)
      keys.clear()
      for (const [key, value] of tables.keys) keys.set(key, value)
      spaces.clear()
      for (const [id, space] of tables.spaces) spaces.set(id, space)
      usedBytes = backup.usedBytes
      relaxed = []
    },
    kill: (storage) => {
      for (const tab of [...tabs]) if (tab.storage === storage) tab.onKill()
    },
    attach: (tab) => tabs.add(tab),
    detach: (tab) => tabs.delete(tab),
    run,
    commit: (batch, durability) =>
      run(() => {
        failIfAsked()
        const takeBack = apply(batch)
        // A strict write puts everything before it on the disk, too: the database keeps one log.
        if (durability === 'strict') relaxed = []
        else if (relaxed.push(takeBack) > maxRelaxed) relaxed.shift()
      }),
    rewrite: (change, putKeys) =>
      run(() => {
        failIfAsked()
        const { batch, operations } = rewritten(change)
        apply({ ...batch, putKeys: [...(batch.putKeys ?? []), ...putKeys] }, operations)
        relaxed = []
      }),
  }
  return disk
}

/** The key of a bundle's row within a space. */
export function bundleNameOf({ feed, seq, first, judged, block }: BundlePlace): string {
  return JSON.stringify([feed, seq, first, judged, block])
}

function copySpace(space: MemorySpace): MemorySpace {
  return {
    membership: new Map(space.membership),
    damagedOperations: new Set(space.damagedOperations),
    blocks: new Map(space.blocks),
    bundles: new Map(space.bundles),
    damagedHeaders: new Set(space.damagedHeaders),
    damagedEnvelopes: new Set(space.damagedEnvelopes),
    pending: new Map(space.pending),
    marks: new Map(space.marks),
  }
}

/** About what a value takes on a disk; undefined takes nothing. */
function estimateBytes(value: unknown, seen = new Set<object>()): number {
  if (value === undefined) return 0
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  if (ArrayBuffer.isView(value)) return value.byteLength
  // Asked of nearly every row, and the answer no costs an exception: what is plainly something else is not asked.
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype && isArrayBuffer(value)) return value.byteLength
  if (seen.has(value)) return 0
  seen.add(value)
  let bytes = 8
  for (const part of value instanceof Map || value instanceof Set ? value.values() : Object.values(value))
    bytes += estimateBytes(part, seen)
  return bytes
}
