import type { BlockId, DocumentId, SpaceId } from '../shared/ids.ts'
import type { EchoError } from '../shared/echoError.ts'
import type { Readable } from '../shared/readable.ts'
import type { DocumentCaches } from './documentCache.ts'
import type { Locks } from './locks.ts'

/**
 * What a device keeps. One write is one transaction: it is begun in the task that asks for it (IndexedDB: `commit()` in that
 * task), so a page killed right after loses nothing, and it counts as saved when the transaction has completed, not before.
 */
export interface Storage {
  /** How storage is doing; a UI shows everything but `ready`. */
  readonly state: Readable<StorageState>
  readonly locks: Locks
  /** Caches of open documents; without them each document is built from its blocks. */
  readonly documentCaches?: DocumentCaches

  /** Opens the database; call before anything else, once. @returns when `state` is no longer `opening`. Never rejects. */
  open(): Promise<void>
  /**
   * Makes all changes of `batch` or none; what it deletes goes first, whatever it puts second. Byte strings are copied in this task.
   * @returns once they are committed. A batch without changes resolves at once.
   * @throws EchoError storage-full, storage-unavailable, storage-version or storage-blocked (then also in `state`); bad-value for a
   * value of the keys table that cannot be cloned; storage-unavailable before `open()`; disposed after `dispose()`. Reads throw the same.
   */
  write(batch: StorageBatch, durability: Durability): Promise<void>
  /** A value of the keys table, or undefined; null where it was sealed (lockableStorage.ts) and is damaged. Keys are paths such as `identity/root` or `space/<id>/epoch/<key id>`. */
  readKey(key: string): Promise<unknown>
  /** All entries whose key begins with `prefix`, in key order. */
  listKeys(prefix: string): Promise<readonly { readonly key: string; readonly value: unknown }[]>
  /**
   * Signed membership operations of a space, in the order they were first put; putting an id again changes nothing, unless its row is damaged.
   * Damaged rows are left out and counted.
   */
  readMembership(space: SpaceId): Promise<{ readonly rows: readonly Uint8Array[]; readonly damaged: number }>
  /** Headers and signatures of a space's blocks, ordered by feed and sequence number, without payloads. Damaged rows are left out and reported in `damaged`. */
  readHeaders(space: SpaceId): Promise<{ readonly rows: readonly HeaderRow[]; readonly damaged: number }>
  /** The named blocks whole, in the order asked; undefined where one is missing or damaged (its checksum does not fit). */
  readBlocks(space: SpaceId, blocks: readonly BlockPlace[]): Promise<readonly (BlockRow | undefined)[]>
  /** A space's bundles without their payloads, ordered by feed and sequence number. Damaged rows are left out and reported in `damaged`. */
  readBundles(space: SpaceId): Promise<{ readonly rows: readonly BundleHeadRow[]; readonly damaged: number }>
  /** A bundle whole, or undefined where it is missing or damaged. */
  readBundle(space: SpaceId, bundle: BundlePlace): Promise<BundleRow | undefined>
  /** The write-ahead log of a space, in the order it was written. A damaged row has an empty update in place of its own, which no edit makes. */
  readPending(space: SpaceId): Promise<readonly PendingRow[]>
  /** The high-water marks of a space's own slots, without damaged ones. */
  readMarks(space: SpaceId): Promise<readonly MarkRow[]>

  /** Asks the browser not to evict the data. @returns whether it agreed; false where it cannot be asked. */
  persist(): Promise<boolean>
  /** Closes the database when the writes begun are through, then lets go of all locks. Idempotent. */
  dispose(): Promise<void>
}

/** `strict` reaches the disk before it counts as saved (keys, membership, first sends); `relaxed` survives a crash of the page. */
export type Durability = 'strict' | 'relaxed'

export type StorageState =
  | { readonly status: 'opening' }
  | { readonly status: 'ready'; readonly persistent: boolean }
  /** Another tab holds an older version of the database open. */
  | { readonly status: 'blocked'; readonly error: EchoError }
  /** The last write did not fit; the next that succeeds goes back to ready. */
  | { readonly status: 'full'; readonly error: EchoError }
  /** No database here (private mode, disabled), closed or deleted under the app, or of another version. */
  | { readonly status: 'unavailable'; readonly error: EchoError }
  /**
   * The database was deleted while the app was open, by the user or for want of room, and a new one took its place: what was stored before is gone, but for
   * what this tab still had in memory and writes again. Stays so until the page is loaded again; writes work.
   * `error` is one object for each time it was deleted.
   */
  | { readonly status: 'emptied'; readonly error: EchoError }
  | { readonly status: 'closed' }

/** A storage that holds rows as they lie on the disk: what is locked is sealed in them (lockableStorage.ts). */
export interface Disk extends Storage {
  /**
   * Changes how rows are kept: every row of the keys table, of membership and of the write-ahead log that `change` gives anew, and then `putKeys`, in one
   * strict transaction over all tabs; damaged rows stay as they are. @throws EchoError as {@link Storage.write} does
   */
  rewrite(change: RowChange, putKeys: NonNullable<StorageBatch['putKeys']>): Promise<void>
}

/** What becomes of a row; undefined leaves it. Never throws, and has no effect of its own. */
export interface RowChange {
  /** @returns what is to be put in the place of a value, which is never undefined itself */
  key(key: string, value: unknown): unknown
  operation(space: SpaceId, operation: Uint8Array): Uint8Array | undefined
  /** @returns the update to be kept in the place of the row's */
  pending(row: PendingRow): Uint8Array | undefined
}

export interface StorageBatch {
  readonly putKeys?: readonly { readonly key: string; readonly value: unknown }[]
  readonly deleteKeys?: readonly string[]
  readonly putMembership?: readonly { readonly space: SpaceId; readonly id: string; readonly operation: Uint8Array }[]
  readonly putBlocks?: readonly BlockRow[]
  readonly deleteBlocks?: readonly (BlockPlace & { readonly space: SpaceId })[]
  readonly putBundles?: readonly BundleRow[]
  readonly deleteBundles?: readonly (BundlePlace & { readonly space: SpaceId })[]
  readonly putPending?: readonly PendingRow[]
  readonly deletePending?: readonly { readonly space: SpaceId; readonly key: string }[]
  readonly putMarks?: readonly MarkRow[]
  /** Forgets everything of a space, the caches of its documents included, but its entries in the keys table. */
  readonly deleteSpace?: SpaceId
}

/** Where a block lies: the key of its row within a space. Two blocks of a forked feed share feed and sequence number. */
export interface BlockPlace {
  /** `<device id>/<slot>`. */
  readonly feed: string
  readonly seq: number
  readonly block: BlockId
}

export interface HeaderRow extends BlockPlace {
  readonly space: SpaceId
  /** Encoded header (feed/header.ts). */
  readonly header: Uint8Array
  /** 64 bytes. */
  readonly signature: Uint8Array
}

export interface BlockRow extends HeaderRow {
  /** Encoded envelope: who sealed it, nonce and ciphertext. */
  readonly envelope: Uint8Array
}

/**
 * Where a bundle (feed/bundles/bundle.ts) lies: the place of its last block, and what it holds. Bundles that differ in anything are rows of their own, so that
 * two tabs, of which one has judged less, never take each other's away.
 */
export interface BundlePlace extends BlockPlace {
  /** Sequence number of its first block. */
  readonly first: number
  /** How many of its blocks, from the first on, were found good. What lies behind them was not judged yet, or was refused. */
  readonly judged: number
}

/** A bundle without its payloads; a bundle stands in the place of its blocks' rows. */
export interface BundleHeadRow extends BundlePlace {
  readonly space: SpaceId
  readonly head: Uint8Array
  /** Hashes of its blocks' payloads, 32 bytes each, so that opening a space decrypts nothing; none where that would take more than the payloads. */
  readonly hashes: Uint8Array
}

export interface BundleRow extends BundleHeadRow {
  readonly parts: Uint8Array
}

/** A local Yjs update that no stored block covers yet. */
export interface PendingRow {
  readonly space: SpaceId
  /** Unique within the space, ascending (by UTF-16 units) within a slot: the order of writing. */
  readonly key: string
  readonly slot: number
  readonly document: DocumentId
  /** First Yjs clock of the update, and the clock after its last. Equal for an update that only deletes. */
  readonly from: number
  readonly to: number
  /** Yjs V1 update. */
  readonly update: Uint8Array
  /** The dependency heads at the time of the edit (32 bytes each). */
  readonly heads: readonly Uint8Array[]
  /** Block ids (32 bytes each), where the update writes withdrawn edits again: what its first block retracts. */
  readonly retracts?: readonly { readonly first: Uint8Array; readonly last: Uint8Array }[]
}

/** How far a slot of this device has written in a space; written strict before the first send of what it covers. */
export interface MarkRow {
  readonly space: SpaceId
  readonly slot: number
  /** Sequence number of the newest own block. */
  readonly seq: number
  readonly block: BlockId
}
