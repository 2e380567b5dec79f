import { isBytes } from '../../shared/bytes.ts'
import { checksum } from '../checksum.ts'
import { fromStoredPending, toStoredPending } from './indexedDbLogRows.ts'
import type { EchoDatabase } from './indexedDbSchema.ts'
import type { RowChange, StorageBatch } from '../storage.ts'
import { compactBytes } from '../storageBatch.ts'

const rowsPerRead = 500

/** What `Disk.rewrite` does. Rejects as a transaction does; then nothing is changed. */
export async function rewriteRows(database: EchoDatabase, change: RowChange, putKeys: NonNullable<StorageBatch['putKeys']>): Promise<void> {
  const transaction = database.transaction(['keys', 'membership', 'pending'], 'readwrite', { durability: 'strict' })
  const keys = transaction.objectStore('keys')
  const membership = transaction.objectStore('membership')
  const pending = transaction.objectStore('pending')
  // How all of it ended is told below, once.
  const puts: Promise<unknown>[] = [transaction.done]
  try {
    await eachRow(keys, (_key, row) => {
      const value = change.key(row.key, row.value)
      if (value !== undefined) puts.push(keys.put({ key: row.key, value }))
    })
    await eachRow(membership, (key, row) => {
      if (!isBytes(row.operation) || checksum(row.operation) !== row.checksum) return
      const operation = change.operation(row.space, row.operation)
      if (operation === undefined) return
      puts.push(membership.put({ ...row, operation: compactBytes(operation), checksum: checksum(operation) }, key))
    })
    await eachRow(pending, (_key, stored) => {
      const row = fromStoredPending(stored)
      // A damaged row has none.
      const update = row.update.length === 0 ? undefined : change.pending(row)
      if (update !== undefined) puts.push(pending.put(toStoredPending({ ...row, update })))
    })
    for (const row of putKeys) puts.push(keys.put(row))
  } catch {
    abortQuietly(transaction)
  }
  // One that failed has ended the transaction, which says why.
  await Promise.allSettled(puts)
  await transaction.done
}

/** Visits all rows of a table, some hundred at a time: a cursor takes about a millisecond a row. */
async function eachRow<Key extends IDBValidKey, Row>(
  table: {
    getAllKeys(range: IDBKeyRange | null, count: number): Promise<readonly Key[]>
    getAll(range: IDBKeyRange | null, count: number): Promise<readonly Row[]>
  },
  visit: (key: Key, row: Row) => void,
): Promise<void> {
  let range: IDBKeyRange | null = null
  for (;;) {
    const [keys, rows]: [readonly Key[], readonly Row[]] = await Promise.all([
      table.getAllKeys(range, rowsPerRead),
      table.getAll(range, rowsPerRead),
    ])
    for (const [i, key] of keys.entries()) visit(key, rows[i]!)
    if (keys.length < rowsPerRead) return
    range = IDBKeyRange.lowerBound(keys.at(-1), true)
  }
}

/** One that a full disk has ended already cannot be ended again. */
function abortQuietly(transaction: { abort(): void }): void {
  try {
    transaction.abort()
  } catch {
    // It is over.
  }
}
