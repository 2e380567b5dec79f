import * as Y from 'yjs'
import { toId, type BlockId, type DocumentId } from '../../shared/ids.ts'
import { EchoError } from '../../shared/echoError.ts'
import type { PendingRow } from '../../storage/storage.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import type { CutBlock } from './blockFinisher.ts'
import type { BlockCutter } from './blockCutter.ts'
import type { LoadedDocument } from '../loading/loadDocument.ts'

/**
 * Cuts what a page left in the write-ahead log when it ended before its blocks were stored. Each row knows the past its edit had, so the
 * blocks come out as they would have then. Rows that some stored block already covers are only dropped, and so, with their fault, are rows that no peer would
 * accept and those of the same document that rest on them: their clocks are free for what is written next. The same goes for rows after a gap, which a failing disk may have left. Other rows whose past is not here
 * stay, with all behind them in their document.
 * @param documents every document of the rows, as the graph has it; what is cut is applied to it
 * @returns the blocks to finish; the rows to delete, and apart from them those that cannot be read; why rows were dropped
 */
export function recoverPending(
  rows: readonly PendingRow[],
  cutter: BlockCutter,
  graph: BlockGraph,
  documents: ReadonlyMap<DocumentId, LoadedDocument>,
): {
  readonly blocks: readonly CutBlock[]
  readonly stale: readonly string[]
  readonly unreadable: readonly string[]
  readonly faults: readonly EchoError[]
} {
  const blocks: CutBlock[] = []
  const stale: string[] = []
  const faults: EchoError[] = []
  const refused = new Set<DocumentId>()
  const waits = new Set<DocumentId>()
  const readable = rows.filter((row) => isReadable(row.update))
  const unreadable = rows.flatMap((row) => (readable.includes(row) ? [] : [row.key]))
  for (const run of runsOfOnePast(readable)) {
    const { document, heads, retracts = [], from: start } = run[0]!
    const keys = run.map((row) => row.key)
    // Those behind it begin where it ends.
    if (waits.has(document)) continue
    const from = cutter.nextClock(document)
    // What a row deletes may come in a block behind those with its structs, and that one may not be stored; a deletion that is made twice does no harm.
    const covered = run.filter((row) => row.to <= from && row.from < row.to && !hasDeletions(row.update))
    const open = run.filter((row) => !covered.includes(row))
    if (open.length === 0 || refused.has(document)) {
      stale.push(...keys)
      continue
    }
    const first = Math.min(...open.filter((row) => row.from < row.to).map((row) => row.from))
    if (first < Infinity && first > from) {
      faults.push(lost())
      refused.add(document)
      stale.push(...keys)
      continue
    }
    const update = trimmed(open, cutter.client, from)
    const past = heads.map((head) => toId<BlockId>(head)).filter((id) => graph.node(id) !== undefined)
    const isPastHere = past.length === heads.length
    const loaded = documents.get(document)!
    // The block that begins where the row does is the one that retracts; once it is there, those behind it need not.
    const cut = cutter.cut(document, loaded.doc, update, from, keys, { past, retracts: from === start ? retracts : [] })
    if (cut.ok) {
      blocks.push(...cut.value)
      loaded.catchUp((id) => cut.value.find(({ node }) => node.id === id)?.payload)
    } else {
      faults.push(isPastHere ? cut.error : waiting(cut.error))
      if (isPastHere) refused.add(document)
      else waits.add(document)
    }
    if (cut.ok ? cut.value.length === 0 : isPastHere) stale.push(...keys)
  }
  return { blocks, stale, unreadable, faults: [...unreadable.map(damaged), ...faults] }
}

function lost(): EchoError {
  return new EchoError(
    'storage-unavailable',
    'Edits of an earlier page are lost: the disk had not taken those they build on when the page ended. The page had shown them as unsaved.',
  )
}

function damaged(): EchoError {
  return new EchoError(
    'data-corrupt',
    'Edits of an earlier page are lost: the disk gave them back damaged before they could be sent. What was written before them is unharmed.',
  )
}

function hasDeletions(update: Uint8Array): boolean {
  return Y.decodeUpdate(update).ds.clients.size > 0
}

/** A damaged disk may give any bytes back, and Yjs throws at what is no update. */
function isReadable(update: Uint8Array): boolean {
  try {
    Y.decodeUpdate(update)
    return true
  } catch {
    return false
  }
}

function waiting(cause: EchoError): EchoError {
  return new EchoError(
    'storage-unavailable',
    'Edits of an earlier page wait: blocks that they build on are not on this disk. They are taken up when those have come from another member.',
    { cause },
  )
}

/** Neighbouring rows of one document that saw the same heads, up to a gap: what lies before one is whole. */
function runsOfOnePast(rows: readonly PendingRow[]): readonly (readonly PendingRow[])[] {
  const runs: PendingRow[][] = []
  const pastOf = (row: PendingRow) => `${row.document} ${row.heads.map((head) => toId<BlockId>(head)).join()}`
  for (const row of rows) {
    const run = runs.at(-1)
    const isPlain = run !== undefined && row.retracts === undefined && run[0]!.retracts === undefined
    if (isPlain && row.from <= run.at(-1)!.to && pastOf(run[0]!) === pastOf(row)) run.push(row)
    else runs.push([row])
  }
  return runs
}

/** Updates of neighbouring transactions can hold the same structs (a write from an observer), and a stored block may hold the first ones. */
function trimmed(rows: readonly PendingRow[], client: number, from: number): Uint8Array {
  const merged = rows.length === 1 ? rows[0]!.update : Y.mergeUpdates(rows.map((row) => row.update))
  return Y.diffUpdate(merged, Y.encodeStateVector(new Map([[client, from]])))
}
