import { isBytes } from '../../shared/bytes.ts'
import { openDB, type DBSchema, type IDBPDatabase, type OpenDBCallbacks } from 'idb'
import type { BlockId, SpaceId } from '../../shared/ids.ts'
import { checksum } from '../checksum.ts'
import type { StoredMark, StoredPending } from './indexedDbLogRows.ts'
import type { BlockPlace, BlockRow, BundleHeadRow, BundlePlace, BundleRow, HeaderRow } from '../storage.ts'
import { compactBytes } from '../storageBatch.ts'

/**
 * Raised with every change of the tables or of what their rows hold; an older kit then stops writing (two versions of an app in two tabs). There is nothing
 * yet that would turn an older database into one of this version, so none is opened.
 */
export const schemaVersion = 2

/** A header as it lies on disk. */
export type StoredHeader = HeaderRow & { readonly checksum: number }

/** A block's envelope, apart from its header so that opening a space reads no payload. */
export interface StoredEnvelope extends BlockPlace {
  readonly space: SpaceId
  readonly envelope: Uint8Array
  readonly checksum: number
}

const bundleKeyPath = ['space', 'feed', 'seq', 'first', 'judged', 'block']
export type BundleKey = [SpaceId, string, number, number, number, BlockId]

export function bundleKeyOf(space: SpaceId, { feed, seq, first, judged, block }: BundlePlace): BundleKey {
  return [space, feed, seq, first, judged, block]
}

/** A bundle without its payloads as it lies on disk. */
export type StoredBundleHead = BundleHeadRow & { readonly checksum: number }

export interface StoredBundleParts extends BundlePlace {
  readonly space: SpaceId
  readonly parts: Uint8Array
  readonly checksum: number
}

export interface StoredMembership {
  readonly space: SpaceId
  readonly id: string
  readonly operation: Uint8Array
  readonly checksum: number
}

/** The tables. Keys that begin with the space let one range name all its rows. */
export interface EchoSchema extends DBSchema {
  keys: { key: string; value: { readonly key: string; readonly value: unknown } }
  /** The key is a counter of the database's own, so that the order of putting holds over all tabs. */
  membership: { key: number; value: StoredMembership; indexes: { space: SpaceId } }
  headers: { key: [SpaceId, string, number, BlockId]; value: StoredHeader }
  envelopes: { key: [SpaceId, string, number, BlockId]; value: StoredEnvelope }
  bundles: { key: BundleKey; value: StoredBundleHead }
  bundleParts: { key: BundleKey; value: StoredBundleParts }
  pending: { key: [SpaceId, string]; value: StoredPending }
  marks: { key: [SpaceId, number]; value: StoredMark }
}

export type EchoDatabase = IDBPDatabase<EchoSchema>
export type TableName = 'keys' | 'membership' | 'headers' | 'envelopes' | 'bundles' | 'bundleParts' | 'pending' | 'marks'

/** Opens the database and makes its tables where they are missing. Rejects as `indexedDB.open` does, or where there is none. */
export async function openEchoDatabase(
  name: string,
  events: Omit<OpenDBCallbacks<EchoSchema>, 'upgrade'> & {
    readonly created?: () => void
    /** The database is of an older version; it is left as it is, and not opened. */
    readonly older?: () => void
  },
): Promise<EchoDatabase> {
  return openDB<EchoSchema>(name, schemaVersion, {
    ...events,
    upgrade: (database, version, _to, transaction) => {
      if (version > 0) {
        events.older?.()
        // It rejects with what the opening rejects with.
        transaction.done.catch(() => {})
        return transaction.abort()
      }
      events.created?.()
      database.createObjectStore('keys', { keyPath: 'key' })
      database.createObjectStore('membership', { autoIncrement: true }).createIndex('space', 'space')
      database.createObjectStore('headers', { keyPath: ['space', 'feed', 'seq', 'block'] })
      database.createObjectStore('envelopes', { keyPath: ['space', 'feed', 'seq', 'block'] })
      database.createObjectStore('bundles', { keyPath: bundleKeyPath })
      database.createObjectStore('bundleParts', { keyPath: bundleKeyPath })
      database.createObjectStore('pending', { keyPath: ['space', 'key'] })
      database.createObjectStore('marks', { keyPath: ['space', 'slot'] })
    },
  })
}

/** The keys of all rows of a space: an array sorts after every text and number. */
export function spaceRange(space: SpaceId): IDBKeyRange {
  return IDBKeyRange.bound([space], [space, []])
}

export function toStoredHeader({ space, feed, seq, block, header, signature }: HeaderRow): StoredHeader {
  return {
    space,
    feed,
    seq,
    block,
    header: compactBytes(header),
    signature: compactBytes(signature),
    checksum: checksum(header, signature),
  }
}

export function toStoredEnvelope({ space, feed, seq, block, envelope }: BlockRow): StoredEnvelope {
  return { space, feed, seq, block, envelope: compactBytes(envelope), checksum: checksum(envelope) }
}

/** The header of a row from disk, or undefined where it is damaged. Never throws: a row may hold anything. */
export function fromStoredHeader({ space, feed, seq, block, header, signature, checksum: sum }: StoredHeader): HeaderRow | undefined {
  if (!isBytes(header) || !isBytes(signature) || checksum(header, signature) !== sum) return undefined
  return { space, feed, seq, block, header, signature }
}

/** The envelope of a row from disk, or undefined where it is missing or damaged. Never throws. */
export function fromStoredEnvelope(row: StoredEnvelope | undefined): Uint8Array | undefined {
  return row !== undefined && isBytes(row.envelope) && checksum(row.envelope) === row.checksum ? row.envelope : undefined
}

export function toStoredBundleHead({ space, feed, seq, block, first, judged, head, hashes }: BundleHeadRow): StoredBundleHead {
  return {
    space,
    feed,
    seq,
    block,
    first,
    judged,
    head: compactBytes(head),
    hashes: compactBytes(hashes),
    checksum: checksum(head, hashes),
  }
}

export function toStoredBundleParts({ space, feed, seq, block, first, judged, parts }: BundleRow): StoredBundleParts {
  return { space, feed, seq, block, first, judged, parts: compactBytes(parts), checksum: checksum(parts) }
}

/** The bundle of a row from disk, or undefined where it is damaged. Never throws. */
export function fromStoredBundleHead(row: StoredBundleHead): BundleHeadRow | undefined {
  const { space, feed, seq, block, first, judged, head, hashes } = row
  if (!isBytes(head) || !isBytes(hashes) || checksum(head, hashes) !== row.checksum) return undefined
  return { space, feed, seq, block, first, judged, head, hashes }
}

/** The payloads of a row from disk, or undefined where they are missing or damaged. Never throws. */
export function fromStoredBundleParts(row: StoredBundleParts | undefined): Uint8Array | undefined {
  return row !== undefined && isBytes(row.parts) && checksum(row.parts) === row.checksum ? row.parts : undefined
}
