import { cacheRowPrefix } from '../../storage/documentCache.ts'
import { spaceKeyPrefixes } from '../spaces/spaceRecord.ts'
import type { InspectableSpace } from './inspectable.ts'

/** How many rows a space has on this device's disk, by table; nothing of what they hold. */
export interface StoredRows {
  readonly table: 'blocks' | 'bundles' | 'membership' | 'write-ahead log' | 'marks' | 'keys' | 'caches'
  readonly rows: number
  /** Rows whose checksum is wrong, where the table tells. */
  readonly damaged: number
}

/** Counts the rows of a space. It reads headers and no payloads. @throws (rejects) EchoError of storage */
export async function inspectStorage({ id, storage }: InspectableSpace): Promise<readonly StoredRows[]> {
  const [blocks, bundles, membership, pending, marks, keys, caches] = await Promise.all([
    storage.readHeaders(id),
    storage.readBundles(id),
    storage.readMembership(id),
    storage.readPending(id),
    storage.readMarks(id),
    Promise.all(spaceKeyPrefixes(id).map((prefix) => storage.listKeys(prefix))),
    storage.listKeys(`${cacheRowPrefix}${id}/`),
  ])
  const whole = (table: StoredRows['table'], { length }: readonly unknown[]): StoredRows => ({ table, rows: length, damaged: 0 })
  return [
    { table: 'blocks', rows: blocks.rows.length, damaged: blocks.damaged },
    { table: 'bundles', rows: bundles.rows.length, damaged: bundles.damaged },
    { table: 'membership', rows: membership.rows.length, damaged: membership.damaged },
    { ...whole('write-ahead log', pending), damaged: pending.filter(({ update }) => update.length === 0).length },
    whole('marks', marks),
    whole('keys', keys.flat()),
    whole('caches', caches),
  ]
}
