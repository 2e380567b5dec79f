import { openDB } from 'idb'
import { isBytes } from '../../shared/bytes.ts'
import { Writer } from '../../shared/encoding.ts'
import { checksum } from '../checksum.ts'

/** How many rows of a cache something covers, from the first, and a checksum over them, whatever their order. */
export interface Covered {
  readonly rows: number
  readonly sum: number
}

export const nothingCovered: Covered = { rows: 0, sum: 0 }

/** One row more. */
export function cover({ rows, sum }: Covered, row: Uint8Array): Covered {
  return { rows: rows + 1, sum: (sum + checksum(row)) >>> 0 }
}

/** What lies in the table `custom` of a cache's database under {@link markKey}. */
export interface StoredMark extends Covered {
  readonly value: Uint8Array
  readonly checksum: number
}

export const markKey = 'mark'

export function toStoredMark(value: Uint8Array, { rows, sum }: Covered): StoredMark {
  return { value, rows, sum, checksum: markSum(value, { rows, sum }) }
}

function markSum(value: Uint8Array, { rows, sum }: Covered): number {
  return checksum(value, new Writer().uint(rows).u32(sum).finish())
}

function isStoredMark(value: unknown): value is StoredMark {
  if (typeof value !== 'object' || value === null) return false
  const mark = value as Partial<StoredMark>
  if (!isBytes(mark.value) || !Number.isSafeInteger(mark.rows) || mark.rows! < 0) return false
  if (!Number.isInteger(mark.sum) || mark.sum! < 0 || mark.sum! > 0xffff_ffff) return false
  return markSum(mark.value, mark as Covered) === mark.checksum
}

/**
 * The mark of a cache with the rows that it covers, if all are there and as they were. Rows that came after it are removed: they may hold what no stored
 * block does. Makes the tables of y-indexeddb where the database is new. Rejects as IndexedDB does.
 */
export async function readChecked(name: string): Promise<{ readonly mark: StoredMark; readonly rows: readonly Uint8Array[] } | undefined> {
  const database = await openDB(name, undefined, {
    upgrade(opened) {
      opened.createObjectStore('updates', { autoIncrement: true })
      opened.createObjectStore('custom')
    },
  })
  try {
    const transaction = database.transaction(['updates', 'custom'], 'readwrite')
    const updates = transaction.objectStore('updates')
    const [mark, keys, rows] = await Promise.all([
      transaction.objectStore('custom').get(markKey) as Promise<unknown>,
      updates.getAllKeys(),
      updates.getAll() as Promise<unknown[]>,
    ])
    if (!isStoredMark(mark) || rows.length < mark.rows) return undefined
    const marked = rows.slice(0, mark.rows)
    if (!marked.every(isBytes) || marked.reduce(cover, nothingCovered).sum !== mark.sum) return undefined
    if (rows.length > mark.rows) await updates.delete(IDBKeyRange.lowerBound(keys[mark.rows]))
    await transaction.done
    return { mark, rows: marked }
  } finally {
    database.close()
  }
}
