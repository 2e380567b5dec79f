import type { SpaceId } from '../shared/ids.ts'
import { createWritable, type Readable } from '../shared/readable.ts'
import type { PendingRow } from '../storage/storage.ts'
import type { BlockStore } from '../feed/blockStore.ts'

/** The write-ahead log of the slot that a tab has: each local update is on its way to disk in the task that made it. */
export interface WriteAheadLog {
  /** Edits that are in no committed row and in no stored block: what a crash now would lose. */
  readonly unsaved: Readable<number>
  /** Goes on under a slot, after the rows that are already in its log. */
  follow(slot: number, existing: readonly string[]): void
  /**
   * Writes a row.
   * @param instead keys of rows that it replaces
   * @returns its key
   */
  append(edit: Omit<PendingRow, 'space' | 'slot' | 'key'>, instead?: readonly string[]): string
  /** Says that blocks hold what these rows hold. */
  covered(keys: readonly string[]): void
  /** Resolves when every row so far is committed, or has failed. */
  settled(): Promise<void>
}

export interface WriteAheadLogOptions {
  /** Writes a row together with the blocks that just arrived: the edit may refer to them, and a crash must not part them. */
  readonly store: Pick<BlockStore, 'put'>
  readonly space: SpaceId
  readonly onFault: (error: unknown) => void
}

export function createWriteAheadLog({ store, space, onFault }: WriteAheadLogOptions): WriteAheadLog {
  const unsafe = new Set<string>()
  const unsaved = createWritable(0)
  const writes = new Set<Promise<void>>()
  /** What the disk did not take goes with the next row: without those before it, a row is worth nothing. */
  const failed = new Map<string, { readonly row: PendingRow; readonly instead: readonly string[] }>()
  let slot = 0
  let next = 1

  function forget(keys: readonly string[]): void {
    for (const key of keys) {
      unsafe.delete(key)
      failed.delete(key)
    }
    unsaved.set(unsafe.size)
  }

  return {
    unsaved,
    follow(number, existing) {
      slot = number
      next = 1 + Math.max(0, ...existing.map((key) => Number(key.split('/')[1])))
    },
    append(edit, instead = []) {
      const key = pendingKey(slot, next++)
      forget(instead)
      unsafe.add(key)
      unsaved.set(unsafe.size)
      const entries = [...failed.values(), { row: { space, key, slot, ...edit }, instead }]
      const write = store
        .put([], 'relaxed', {
          putPending: entries.map(({ row }) => row),
          deletePending: entries.flatMap((entry) => entry.instead.map((former) => ({ space, key: former }))),
        })
        .then(
          () => forget(entries.map(({ row }) => row.key)),
          (error: unknown) => {
            for (const entry of entries) if (unsafe.has(entry.row.key)) failed.set(entry.row.key, entry)
            onFault(error)
          },
        )
      writes.add(write)
      void write.finally(() => writes.delete(write))
      return key
    },
    covered: forget,
    settled: async () => void (await Promise.all(writes)),
  }
}

/** `<slot>/<counter>`, padded so that text order is the order of writing. */
function pendingKey(slot: number, counter: number): string {
  return `${String(slot).padStart(10, '0')}/${String(counter).padStart(16, '0')}`
}
