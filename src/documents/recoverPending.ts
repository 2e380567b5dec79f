import * as Y from 'yjs'
import { toId, type BlockId } from '../shared/ids.ts'
import type { EchoError } from '../shared/echoError.ts'
import type { PendingRow } from '../storage/storage.ts'
import type { BlockGraph, FeedKey } from '../feed/blockGraph.ts'
import type { CutBlock } from './blockFinisher.ts'
import type { BlockCutter } from './blockCutter.ts'

/**
 * Cuts what a page left in the write-ahead log when it ended before its blocks were stored. Each row knows the past its edit had, so the
 * blocks come out as they would have then. Rows that some stored block already covers are only dropped.
 * @returns the blocks to finish; the rows to delete; faults of rows that no peer would accept (these rows stay)
 */
export function recoverPending(
  rows: readonly PendingRow[],
  cutter: BlockCutter,
  graph: BlockGraph,
  feed: FeedKey,
): { readonly blocks: readonly CutBlock[]; readonly stale: readonly string[]; readonly faults: readonly EchoError[] } {
  const blocks: CutBlock[] = []
  const stale: string[] = []
  const faults: EchoError[] = []
  for (const run of runsOfOnePast(rows)) {
    const { document, heads } = run[0]!
    const keys = run.map((row) => row.key)
    const from = graph.nextClock(feed, document)
    const covered = run.filter((row) => row.to <= from && row.from < row.to)
    const open = run.filter((row) => !covered.includes(row))
    if (open.length === 0) {
      stale.push(...keys)
      continue
    }
    const update = trimmed(open, cutter.client, from)
    const past = heads.map((head) => toId<BlockId>(head)).filter((id) => graph.node(id) !== undefined)
    const cut = cutter.cut(document, update, from, keys, past)
    if (cut.ok) blocks.push(...cut.value)
    else faults.push(cut.error)
    if (cut.ok && cut.value.length === 0) stale.push(...keys)
  }
  return { blocks, stale, faults }
}

/** Neighbouring rows of one document that saw the same heads. */
function runsOfOnePast(rows: readonly PendingRow[]): readonly (readonly PendingRow[])[] {
  const runs: PendingRow[][] = []
  const pastOf = (row: PendingRow) => `${row.document} ${row.heads.map((head) => toId<BlockId>(head)).join()}`
  for (const row of rows) {
    const run = runs.at(-1)
    if (run !== undefined && pastOf(run[0]!) === pastOf(row)) run.push(row)
    else runs.push([row])
  }
  return runs
}

/** Updates of neighbouring transactions can hold the same structs (a write from an observer), and a stored block may hold the first ones. */
function trimmed(rows: readonly PendingRow[], client: number, from: number): Uint8Array {
  const merged = rows.length === 1 ? rows[0]!.update : Y.mergeUpdates(rows.map((row) => row.update))
  return Y.diffUpdate(merged, Y.encodeStateVector(new Map([[client, from]])))
}
