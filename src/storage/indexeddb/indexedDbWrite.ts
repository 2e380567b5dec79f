import { EchoError } from '../../shared/echoError.ts'
import type { SpaceId } from '../../shared/ids.ts'
import { checksum } from '../checksum.ts'
import { toStoredMark, toStoredPending } from './indexedDbLogRows.ts'
import {
  bundleKeyOf,
  spaceRange,
  toStoredBundleHead,
  toStoredBundleParts,
  toStoredEnvelope,
  toStoredHeader,
  type TableName,
} from './indexedDbSchema.ts'
import type { Durability, StorageBatch } from '../storage.ts'
import { compactBytes } from '../storageBatch.ts'
import { uncloneableError } from '../storageError.ts'

/**
 * Begins the one transaction of a batch and commits it in the same task: without `commit()` a page killed right after loses it
 * (7 to 50 of 50 trials), with it none. Raw IndexedDB, because a promise for each put would only be thrown away.
 * @throws EchoError bad-value for what IndexedDB cannot store, and whatever `transaction()` throws on a connection that is gone.
 */
export function beginWrite(database: IDBDatabase, batch: StorageBatch, durability: Durability): IDBTransaction {
  const transaction = database.transaction(tablesOf(batch), 'readwrite', { durability })
  try {
    issue(transaction, batch)
  } catch (cause) {
    transaction.abort()
    throw cause instanceof DOMException && cause.name === 'DataCloneError' ? uncloneableError(cause) : badRowError(cause)
  }
  // What a space's end deletes by an index is asked for in a later task, and nothing may follow a commit.
  if (batch.deleteSpace === undefined) transaction.commit()
  return transaction
}

/** Resolves when a transaction has completed. Success of its requests means nothing: a full disk aborts it afterwards. */
export function completionOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error ?? new DOMException('the transaction was aborted', 'AbortError')))
  })
}

function tablesOf(batch: StorageBatch): TableName[] {
  if (batch.deleteSpace !== undefined) return ['keys', 'membership', 'headers', 'envelopes', 'bundles', 'bundleParts', 'pending', 'marks']
  const tables: TableName[] = []
  if (batch.putKeys?.length || batch.deleteKeys?.length) tables.push('keys')
  if (batch.putMembership?.length) tables.push('membership')
  if (batch.putBlocks?.length || batch.deleteBlocks?.length) tables.push('headers', 'envelopes')
  if (batch.putBundles?.length || batch.deleteBundles?.length) tables.push('bundles', 'bundleParts')
  if (batch.putPending?.length || batch.deletePending?.length) tables.push('pending')
  if (batch.putMarks?.length) tables.push('marks')
  return tables
}

function issue(transaction: IDBTransaction, batch: StorageBatch): void {
  const table = (name: TableName): IDBObjectStore => transaction.objectStore(name)

  if (batch.deleteSpace !== undefined) deleteSpace(table, batch.deleteSpace)
  for (const key of batch.deleteKeys ?? []) table('keys').delete(key)
  for (const { space, key } of batch.deletePending ?? []) table('pending').delete([space, key])
  for (const { space, feed, seq, block } of batch.deleteBlocks ?? []) {
    for (const name of ['headers', 'envelopes'] as const) table(name).delete([space, feed, seq, block])
  }
  for (const { space, ...place } of batch.deleteBundles ?? []) {
    for (const name of ['bundles', 'bundleParts'] as const) table(name).delete(bundleKeyOf(space, place))
  }

  for (const { key, value } of batch.putKeys ?? []) table('keys').put({ key, value })
  for (const { space, id, operation } of batch.putMembership ?? [])
    table('membership').put({ space, id, operation: compactBytes(operation), checksum: checksum(operation) })
  for (const row of batch.putBlocks ?? []) {
    table('headers').put(toStoredHeader(row))
    table('envelopes').put(toStoredEnvelope(row))
  }
  for (const row of batch.putBundles ?? []) {
    table('bundles').put(toStoredBundleHead(row))
    table('bundleParts').put(toStoredBundleParts(row))
  }
  for (const row of batch.putPending ?? []) table('pending').put(toStoredPending(row))
  for (const row of batch.putMarks ?? []) table('marks').put(toStoredMark(row))
}

function deleteSpace(table: (name: TableName) => IDBObjectStore, space: SpaceId): void {
  for (const name of ['headers', 'envelopes', 'bundles', 'bundleParts', 'pending', 'marks'] as const) table(name).delete(spaceRange(space))
  // Asked before the puts of this batch, so it does not name what they add.
  const membership = table('membership')
  const keys = membership.index('space').getAllKeys(space)
  keys.addEventListener('success', () => {
    for (const key of keys.result) membership.delete(key)
  })
}

function badRowError(cause: unknown): EchoError {
  return new EchoError(
    'bad-value',
    'A row cannot be stored, because a part of its key is neither a text nor a number. Check space, feed, seq, slot, key and block of the rows in the batch.',
    { cause },
  )
}
