import type { SpaceId } from '../../shared/ids.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { PendingRow } from '../../storage/storage.ts'
import type { BlockStore } from '../../feed/store/blockStore.ts'

/** The write-ahead log of the slot that a tab has: each local update is on its way to disk before the task that made it is over, and nearly always at once. */
export interface WriteAheadLog {
  /** Edits that are in no committed row and in no stored block: what a crash now would lose. */
  readonly unsaved: Readable<number>
  /** Edits that are in no stored block yet, which nobody else can have. */
  readonly unshared: Readable<number>
  /** Goes on under a slot, after the rows that are already in its log. */
  follow(slot: number, existing: readonly PendingRow[]): void
  /**
   * Writes a row.
   * @param instead keys of rows that it replaces
   * @returns its key
   */
  append(edit: Omit<PendingRow, 'space' | 'slot' | 'key'>, instead?: readonly string[]): string
  /** Says that blocks hold what these rows hold. */
  covered(keys: readonly string[]): void
  /** Removes rows whose edits are written otherwise, or not at all. */
  drop(keys: readonly string[]): void
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
  const uncovered = new Set<string>()
  const unshared = createWritable(0)
  const writes = new Set<Promise<void>>()
  /** Rows of this task that no write has taken yet. */
  const waiting = new Map<string, PendingRow>()
  /** What the disk did not take goes with the next row: without those before it, a row is worth nothing. */
  const failed = new Map<string, PendingRow>()
  /** Keys of rows that go with the next write. */
  let replaced: readonly string[] = []
  /** Rows of this task that a write has taken; undefined between tasks. */
  let takenInTask: number | undefined
  let slot = 0
  let next = 1

  /** These rows are on the disk, or need not go there any more. */
  function settle(keys: readonly string[]): void {
    for (const key of keys) {
      unsafe.delete(key)
      waiting.delete(key)
      failed.delete(key)
    }
    unsaved.set(unsafe.size)
  }

  function forget(keys: readonly string[]): void {
    for (const key of keys) uncovered.delete(key)
    settle(keys)
    unshared.set(uncovered.size)
  }

  /**
   * A row goes at once, so that a page that ends in the middle of a task keeps it. Only where a task writes many, up to an eighth of them go together, at
   * the latest when the task ends: before a page can show them, and for the price of a few transactions.
   */
  function writeInTask(): void {
    if (takenInTask === undefined) {
      takenInTask = 0
      queueMicrotask(() => {
        takenInTask = undefined
        writeWaiting()
      })
    }
    if (waiting.size <= takenInTask / 8) return
    takenInTask += waiting.size
    writeWaiting()
  }

  function writeWaiting(): void {
    if (waiting.size === 0 && replaced.length === 0) return
    const rows = [...failed.values(), ...waiting.values()]
    const former = replaced
    waiting.clear()
    replaced = []
    const write = store.put([], 'relaxed', { putPending: rows, deletePending: former.map((key) => ({ space, key })) }).then(
      () => settle(rows.map(({ key }) => key)),
      (error: unknown) => {
        for (const row of rows) if (unsafe.has(row.key)) failed.set(row.key, row)
        replaced = [...former, ...replaced]
        onFault(error)
      },
    )
    writes.add(write)
    void write.finally(() => writes.delete(write))
  }

  return {
    unsaved,
    unshared,
    follow(number, existing) {
      slot = number
      next = 1 + Math.max(0, ...existing.map(({ key }) => Number(key.split('/')[1])))
    },
    append(edit, instead = []) {
      const key = pendingKey(slot, next++)
      if (instead.length > 0) {
        forget(instead)
        replaced = [...replaced, ...instead]
      }
      unsafe.add(key)
      uncovered.add(key)
      unsaved.set(unsafe.size)
      unshared.set(uncovered.size)
      waiting.set(key, { space, key, slot, ...edit })
      writeInTask()
      return key
    },
    covered: forget,
    drop(keys) {
      forget(keys)
      store.put([], 'relaxed', { deletePending: keys.map((key) => ({ space, key })) }).catch(onFault)
    },
    async settled() {
      writeWaiting()
      await Promise.all(writes)
    },
  }
}

/** `<slot>/<counter>`, padded so that text order is the order of writing. */
function pendingKey(slot: number, counter: number): string {
  return `${String(slot).padStart(10, '0')}/${String(counter).padStart(16, '0')}`
}
