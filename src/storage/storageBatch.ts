import type { BlockRow, BundleHeadRow, BundleRow, PendingRow, StorageBatch } from './storage.ts'

/** The changes of both as one batch. No row may be put by one and deleted by the other: a batch deletes before it puts. */
export function joinBatches(one: StorageBatch, other: StorageBatch): StorageBatch {
  const joined: Record<string, unknown> = { ...one }
  for (const [kind, changes] of Object.entries(other)) {
    const former = joined[kind]
    joined[kind] = Array.isArray(former) ? [...former, ...changes] : changes
  }
  return joined
}

/** Whether a batch changes nothing. */
export function isEmptyBatch(batch: StorageBatch): boolean {
  return (
    batch.deleteSpace === undefined &&
    [
      batch.putKeys,
      batch.deleteKeys,
      batch.putMembership,
      batch.putBlocks,
      batch.deleteBlocks,
      batch.putBundles,
      batch.deleteBundles,
      batch.putPending,
      batch.deletePending,
      batch.putMarks,
    ].every((changes) => changes === undefined || changes.length === 0)
  )
}

/** `bytes` in a buffer of its own size: a clone of a view would drag the whole buffer below it onto the disk. */
export function compactBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
}

/** A copy of a block row that shares no memory with it. */
export function copyBlock(row: BlockRow): BlockRow {
  const { space, block, feed, seq } = row
  return { space, block, feed, seq, header: row.header.slice(), signature: row.signature.slice(), envelope: row.envelope.slice() }
}

/** A copy of a bundle's row that shares no memory with it. */
export function copyBundle(row: BundleRow): BundleRow {
  return { ...copyBundleHead(row), parts: row.parts.slice() }
}

/** A copy of a bundle's row without its payloads, which shares no memory with it. */
export function copyBundleHead(row: BundleHeadRow): BundleHeadRow {
  const { space, block, feed, seq, first, judged } = row
  return { space, block, feed, seq, first, judged, head: row.head.slice(), hashes: row.hashes.slice() }
}

/** A copy of a pending row that shares no memory with it. */
export function copyPending(row: PendingRow): PendingRow {
  const { space, key, slot, document, from, to } = row
  const copy = { space, key, slot, document, from, to, update: row.update.slice(), heads: row.heads.map((head) => head.slice()) }
  const retracts = row.retracts?.map(({ first, last }) => ({ first: first.slice(), last: last.slice() }))
  return retracts === undefined ? copy : { ...copy, retracts }
}
