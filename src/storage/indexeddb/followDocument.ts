import { IndexeddbPersistence } from 'y-indexeddb'
import * as Y from 'yjs'
import { applyUpdate } from '../applyUpdate.ts'
import type { Clock, Timer } from '../../shared/ports.ts'
import { cover, markKey, toStoredMark, type Covered } from './indexedDbCacheRows.ts'
import { completionOf } from './indexedDbWrite.ts'

/** y-indexeddb at work on one document. */
export interface Following {
  readonly covered: Covered
  /** Whether every row so far was committed or still may be. */
  readonly isGood: boolean
  mark(value: Uint8Array, stored: () => Promise<unknown>): Promise<boolean>
  followLast(): void
  stop(): Promise<void>
}

/** So many bytes of updates wait in memory for the next mark; without one, what is written of them would be removed again when the cache is read. */
const maxCollectedBytes = 1024 * 1024
/** A database that does not open leaves y-indexeddb waiting for ever. */
const syncDeadlineMs = 5_000

/**
 * Attaches y-indexeddb to a document: fills it with the rows there are, and writes those later updates that come together as one row.
 *
 * y-indexeddb listens to no abort, throws out of `doc.transact` when its database was closed, and trims in a timer whose failure nobody catches.
 * So its transactions are watched from the first on, its listener is wrapped, and it never gets to trim: a new generation does that.
 * @param covered the rows that are there
 * @returns undefined where it does not come to an end in time; the document must not be used then
 */
export async function followDocument(
  name: string,
  doc: Y.Doc,
  clock: Clock,
  covered: Covered,
  rows: readonly Uint8Array[],
): Promise<Following | undefined> {
  const running = new Set<Promise<void>>()
  let isGood = true
  /** Updates that are in no row yet. */
  let collected: Uint8Array[] = []
  let collectedBytes = 0
  let database: IDBDatabase | null = null
  let begun: IDBTransaction | undefined
  /** Let go once they are in the document, which lives long. */
  let unfilled = rows

  const persistence = new IndexeddbPersistence(name, doc)
  // It sets `db` and begins its first transaction in one task; to see that one, too, the setting itself must be watched.
  Object.defineProperty(persistence, 'db', {
    get: () => database,
    set: (opened: IDBDatabase) => {
      database = opened
      watchDatabase(opened)
    },
  })
  persistence._db.catch(spoil)
  doc.off('destroy', persistence.destroy)
  doc.off('update', persistence._storeUpdate)
  const store = persistence._storeUpdate
  persistence._storeUpdate = onUpdate
  // It shall not read the rows again, which takes it longer.
  persistence._dbref = Infinity
  persistence.on('synced', fill)

  function onUpdate(update: Uint8Array, origin: unknown): void {
    if (!isGood || origin === persistence || database === null) return
    collected.push(update)
    collectedBytes += update.length
    if (collectedBytes > maxCollectedBytes) storeCollected()
  }

  /** In one transaction, committed in this task. */
  function storeCollected(): void {
    if (collected.length === 0) return
    const update = Y.mergeUpdates(collected)
    collected = []
    collectedBytes = 0
    persistence._dbsize = 0
    begun = undefined
    try {
      store(update, undefined)
      ;(begun as IDBTransaction | undefined)?.commit()
    } catch {
      // The database was closed or deleted under it. The document has the update, and so has the write-ahead log.
      spoil()
    }
  }

  /** In the task in which y-indexeddb wrote down what the document held: from then on nothing may be missed. */
  function fill(): void {
    try {
      Y.transact(doc, () => unfilled.forEach((row) => applyUpdate(doc, row, persistence)), persistence, false)
    } catch {
      // A row that does not decode. The document is not used then.
      spoil()
    }
    unfilled = []
    // Not before: Yjs would encode all rows once more, only to show them to a listener.
    followLast()
  }

  function followLast(): void {
    if (!isGood) return
    doc.off('update', onUpdate)
    doc.on('update', onUpdate)
  }

  function spoil(): void {
    isGood = false
    collected = []
    doc.off('update', onUpdate)
  }

  function watchDatabase(opened: IDBDatabase): void {
    opened.addEventListener('close', spoil)
    opened.addEventListener('versionchange', spoil)
    const begin = opened.transaction.bind(opened)
    opened.transaction = (...args) => {
      const transaction = begin(...args)
      watchTransaction(transaction)
      begun = transaction
      return transaction
    }
  }

  function watchTransaction(transaction: IDBTransaction): void {
    const completion = completionOf(transaction).catch(spoil)
    running.add(completion)
    void completion.then(() => running.delete(completion))
    // Of a failed request only the abort is of interest: y-indexeddb would make of it a rejection that nobody handles.
    transaction.addEventListener('error', (event) => event.stopPropagation(), true)
    const openTable = transaction.objectStore.bind(transaction)
    transaction.objectStore = (table) => {
      const opened = openTable(table)
      if (table !== 'updates' || Object.hasOwn(opened, 'add')) return opened
      const add = opened.add.bind(opened)
      opened.add = (row: Uint8Array) => {
        covered = cover(covered, row)
        return add(row)
      }
      return opened
    }
  }

  async function mark(value: Uint8Array, stored: () => Promise<unknown>): Promise<boolean> {
    if (isGood) storeCollected()
    const at = covered
    const before = [...running]
    try {
      await Promise.all([stored(), ...before])
      if (!isGood || database === null) return false
      const transaction = database.transaction('custom', 'readwrite')
      transaction.objectStore('custom').put(toStoredMark(value, at), markKey)
      transaction.commit()
      await completionOf(transaction)
      return isGood
    } catch {
      // Not stored, aborted or closed: the state of storage tells, and the former mark stands.
      return false
    }
  }

  async function stop(): Promise<void> {
    spoil()
    await Promise.all(running)
    void persistence.destroy().catch(spoil)
  }

  let timer: Timer | undefined
  const late = new Promise<false>((resolve) => (timer = clock.after(syncDeadlineMs, () => resolve(false))))
  const isFilled = await Promise.race([persistence.whenSynced.then(() => true), late])
  clock.clear(timer)
  if (!isFilled || !isGood) {
    void stop()
    return undefined
  }
  return {
    get covered() {
      return covered
    },
    get isGood() {
      return isGood
    },
    mark,
    followLast,
    stop,
  }
}
