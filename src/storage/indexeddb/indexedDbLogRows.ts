import { isBytes, utf8 } from '../../shared/bytes.ts'
import { rootDocumentId } from '../../shared/ids.ts'
import { checksum } from '../checksum.ts'
import type { MarkRow, PendingRow } from '../storage.ts'
import { compactBytes } from '../storageBatch.ts'

/** A row of the write-ahead log as it lies on disk. */
export type StoredPending = PendingRow & { readonly checksum: number }

/** A high-water mark as it lies on disk. */
export type StoredMark = MarkRow & { readonly checksum: number }

export function toStoredPending({ space, key, slot, document, from, to, update, heads, retracts }: PendingRow): StoredPending {
  const row = { space, key, slot, document, from, to, update: compactBytes(update), heads: heads.map(compactBytes) }
  const compact = retracts?.map(({ first, last }) => ({ first: compactBytes(first), last: compactBytes(last) }))
  const pending = compact === undefined ? row : { ...row, retracts: compact }
  return { ...pending, checksum: sumOfPending(pending) }
}

/**
 * A row of the write-ahead log from disk. A damaged one keeps its key and loses its update, so that whoever takes the log up tells of the lost edit and
 * deletes the row. Never throws: a row may hold anything.
 */
export function fromStoredPending({ checksum: sum, ...row }: StoredPending): PendingRow {
  if (isPending(row) && sumOfPending(row) === sum) return row
  const { space, key, slot } = row
  return { space, key, slot: Number.isSafeInteger(slot) ? slot : 0, document: rootDocumentId, from: 0, to: 0, update: nothing, heads: [] }
}

export function toStoredMark({ space, slot, seq, block }: MarkRow): StoredMark {
  return { space, slot, seq, block, checksum: sumOfMark({ space, slot, seq, block }) }
}

/** A mark from disk, or undefined where it is damaged: its slot is then passed over. Never throws. */
export function fromStoredMark({ checksum: sum, ...mark }: StoredMark): MarkRow | undefined {
  return sumOfMark(mark) === sum ? mark : undefined
}

/** No Yjs update is so short. */
const nothing = new Uint8Array(0)

function isPending({ update, heads, retracts }: PendingRow): boolean {
  if (!isBytes(update) || !Array.isArray(heads) || !heads.every(isBytes)) return false
  return retracts === undefined || (Array.isArray(retracts) && retracts.every((each) => isBytes(each?.first) && isBytes(each.last)))
}

function sumOfPending({ space, key, slot, document, from, to, update, heads, retracts = [] }: PendingRow): number {
  const names = utf8(JSON.stringify([space, key, slot, document, from, to, heads.length]))
  return checksum(names, update, ...heads, ...retracts.flatMap(({ first, last }) => [first, last]))
}

function sumOfMark({ space, slot, seq, block }: MarkRow): number {
  return checksum(utf8(JSON.stringify([space, slot, seq, block])))
}
