import { unwrap } from 'idb'
import { isBytes } from '../../shared/bytes.ts'
import type { BlockId, SpaceId } from '../../shared/ids.ts'
import { checksum } from '../checksum.ts'
import {
  bundleKeyOf,
  fromStoredBundleHead,
  fromStoredBundleParts,
  fromStoredEnvelope,
  fromStoredHeader,
  spaceRange,
  type EchoDatabase,
  type StoredBundleHead,
  type StoredBundleParts,
  type StoredEnvelope,
  type StoredHeader,
} from './indexedDbSchema.ts'
import { completionOf } from './indexedDbWrite.ts'
import type { BlockPlace, BlockRow, BundleHeadRow, BundlePlace, BundleRow, HeaderRow } from '../storage.ts'

/** Headers read at once: a request that clones far more holds the page up and keeps all of them twice in memory. */
const headersPerRead = 2_000
/** Blocks read at once, which may have large envelopes. */
const blocksPerRead = 128

/** What `Storage.readMembership` gives. Rejects as a request does. */
export async function readMembership(database: EchoDatabase, space: SpaceId): Promise<{ rows: readonly Uint8Array[]; damaged: number }> {
  const rows = await database.getAllFromIndex('membership', 'space', space)
  const operations = new Map<string, Uint8Array>()
  const damaged = new Set<string>()
  for (const { id, operation, checksum: sum } of rows) {
    if (!isBytes(operation) || checksum(operation) !== sum) damaged.add(id)
    else if (!operations.has(id)) operations.set(id, operation)
  }
  // A damaged row may have been put again since.
  return { rows: [...operations.values()], damaged: [...damaged].filter((id) => !operations.has(id)).length }
}

/** What `Storage.readHeaders` gives. Rejects as a request does. */
export async function readHeaders(database: EchoDatabase, space: SpaceId): Promise<{ rows: HeaderRow[]; damaged: number }> {
  const store = database.transaction('headers').store
  const all = spaceRange(space)
  const rows: HeaderRow[] = []
  let damaged = 0
  let range = all
  for (;;) {
    const stored = await store.getAll(range, headersPerRead)
    for (const row of stored) {
      const header = fromStoredHeader(row)
      if (header === undefined) damaged++
      else rows.push(header)
    }
    const last = stored.at(-1)
    if (last === undefined || stored.length < headersPerRead) return { rows, damaged }
    range = IDBKeyRange.bound(keyOf(space, last), all.upper, true)
  }
}

/** Bundles read at once: a head of a thousand blocks with their hashes takes some 40 KB. */
const bundlesPerRead = 128

/** What `Storage.readBundles` gives. Rejects as a request does. */
export async function readBundles(database: EchoDatabase, space: SpaceId): Promise<{ rows: BundleHeadRow[]; damaged: number }> {
  const store = database.transaction('bundles').store
  const all = spaceRange(space)
  const rows: BundleHeadRow[] = []
  let damaged = 0
  let range = all
  for (;;) {
    const stored = await store.getAll(range, bundlesPerRead)
    for (const row of stored) {
      const bundle = fromStoredBundleHead(row)
      if (bundle === undefined) damaged++
      else rows.push(bundle)
    }
    const last = stored.at(-1)
    if (last === undefined || stored.length < bundlesPerRead) return { rows, damaged }
    range = IDBKeyRange.bound(bundleKeyOf(space, last), all.upper, true)
  }
}

/** What `Storage.readBundle` gives. Rejects when the connection is lost. */
export async function readBundle(database: EchoDatabase, space: SpaceId, place: BundlePlace): Promise<BundleRow | undefined> {
  const transaction = unwrap(database).transaction(['bundles', 'bundleParts'])
  const [storedHead, storedParts] = await Promise.all([
    readOrMiss<StoredBundleHead | undefined>(transaction.objectStore('bundles').get(bundleKeyOf(space, place))),
    readOrMiss<StoredBundleParts | undefined>(transaction.objectStore('bundleParts').get(bundleKeyOf(space, place))),
    completionOf(transaction),
  ])
  const head = storedHead && fromStoredBundleHead(storedHead)
  const parts = fromStoredBundleParts(storedParts)
  return head && parts && { ...head, parts }
}

/** What `Storage.readBlocks` gives. A record that cannot be read is a missing one; rejects when the connection is lost. */
export async function readBlocks(
  database: EchoDatabase,
  space: SpaceId,
  places: readonly BlockPlace[],
): Promise<readonly (BlockRow | undefined)[]> {
  const transaction = unwrap(database).transaction(['headers', 'envelopes'])
  const completion = completionOf(transaction)
  const headers = new Map<string, StoredHeader>()
  const envelopes = new Map<string, StoredEnvelope>()
  const reads = runsOf(places).flatMap((run) => [
    readRun(transaction.objectStore('headers'), space, run, headers),
    readRun(transaction.objectStore('envelopes'), space, run, envelopes),
  ])
  await Promise.all([completion, ...reads])
  return places.map((place) => {
    const storedHeader = headers.get(nameOf(place))
    const header = storedHeader && fromStoredHeader(storedHeader)
    const envelope = fromStoredEnvelope(envelopes.get(nameOf(place)))
    return header && envelope && { ...header, envelope }
  })
}

/** Groups places that follow each other in a feed: reading such a run at once costs a fourth of reading its blocks one by one. */
function runsOf(places: readonly BlockPlace[]): BlockPlace[][] {
  const sorted = [...places].sort((a, b) => compare(a.feed, b.feed) || a.seq - b.seq || compare(a.block, b.block))
  const runs: BlockPlace[][] = []
  let run: BlockPlace[] = []
  for (const place of sorted) {
    const last = run.at(-1)
    const follows = last !== undefined && last.feed === place.feed && place.seq - last.seq <= 1 && run.length < blocksPerRead
    if (!follows) runs.push((run = []))
    run.push(place)
  }
  return runs
}

async function readRun<Row extends BlockPlace>(
  store: IDBObjectStore,
  space: SpaceId,
  run: readonly BlockPlace[],
  into: Map<string, Row>,
): Promise<void> {
  const range = IDBKeyRange.bound(keyOf(space, run[0]!), keyOf(space, run.at(-1)!))
  // A fork of foreign making may put any number of blocks at one place of a feed.
  let rows = await readOrMiss<Row[]>(store.getAll(range, 2 * blocksPerRead))
  if (rows === undefined || rows.length === 2 * blocksPerRead) {
    const single = await Promise.all(run.map((place) => readOrMiss<Row | undefined>(store.get(keyOf(space, place)))))
    rows = single.filter((row) => row !== undefined)
  }
  for (const row of rows) into.set(nameOf(row), row)
}

/** The result of a request, or undefined where it failed: its record is gone, and that must not take others of the transaction along. */
function readOrMiss<T>(request: IDBRequest<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', (event) => {
      event.preventDefault()
      resolve(undefined)
    })
  })
}

function keyOf(space: SpaceId, { feed, seq, block }: BlockPlace): [SpaceId, string, number, BlockId] {
  return [space, feed, seq, block]
}

function nameOf({ feed, seq, block }: BlockPlace): string {
  return JSON.stringify([feed, seq, block])
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
