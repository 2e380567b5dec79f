import type { EchoError } from '../../shared/echoError.ts'
import { toId, type BlockId, type DeviceId, type DocumentId, type SpaceId } from '../../shared/ids.ts'
import type { Result } from '../../shared/result.ts'
import type { PendingRow, Storage } from '../../storage/storage.ts'
import type { BlockGraph, BlockNode } from '../../feed/graph/blockGraph.ts'
import type { BlockCutter } from './blockCutter.ts'
import type { BlockFinisher, CutBlock } from './blockFinisher.ts'
import { claimAbandonedSlot, type Slot } from './claimSlot.ts'
import type { LoadedDocument } from '../loading/loadDocument.ts'
import { recoverPending } from './recoverPending.ts'

/** Where edits come from that an earlier page left in the write-ahead log. */
export interface RecoveryPlace {
  readonly storage: Storage
  readonly space: SpaceId
  readonly device: DeviceId
  readonly graph: BlockGraph
  readonly finisher: BlockFinisher
  /** Builds a document, in which the edits are judged: of what stands, or of the blocks of `past`. */
  readonly load: (document: DocumentId, past?: () => readonly BlockNode[]) => Promise<Result<LoadedDocument, EchoError>>
  /** A payload that is still in memory because its block is not stored yet. */
  readonly unstored: (id: BlockId) => Uint8Array | undefined
  /** By slot, the blocks that its rows rest on and that were not here when they were last tried. It lives as long as the page. */
  readonly missing: Map<number, readonly BlockId[]>
  /** Documents that could not be built, which is told once while the page lives. */
  readonly told: Set<DocumentId>
  readonly onFault: (error: unknown) => void
}

/**
 * Cuts rows under the slot of `cutter`, whose lock is held. Rows of a document that cannot be built stay.
 * @param take gets the blocks in the task in which they join the graph, before any that rest on them
 * @returns whether none stays: as long as one does, its clocks must not be given to other edits
 */
export async function recoverRows(
  place: RecoveryPlace,
  rows: readonly PendingRow[],
  cutter: BlockCutter,
  take: (blocks: readonly CutBlock[]) => void = () => {},
): Promise<boolean> {
  const { storage, space, graph, finisher, missing, onFault } = place
  if (rows.length === 0) return true
  // Where the feed went on without this disk, or does not stand, the edits follow what this disk had: they fork the feed or do not stand, and are written again.
  const { feed, head } = cutter
  const isAside = (head !== undefined && !graph.stands(head)) || graph.tipsOf(feed).some(({ id }) => id !== head)
  const heads = rows.flatMap((row) => row.heads.map((id) => toId<BlockId>(id)))
  const past = (document: DocumentId) => () => graph.pastOf(cutter.head === undefined ? heads : [...heads, cutter.head], document)
  const documents = await loadAll(place, new Set(rows.map((row) => row.document)), (id) => (isAside ? past(id) : undefined))
  // From here on nothing is awaited, so that the documents are those of the graph.
  if (cutter.obstacle() !== undefined) return false
  const loaded = rows.filter((row) => documents.has(row.document))
  const { blocks, stale, unreadable, faults } = recoverPending(loaded, cutter, graph, documents)
  for (const block of blocks) finisher.add(block)
  // Aside of what stands a refusal may be an error of this disk alone; nothing is dropped for it, but what no opening can read.
  const isRefused = faults.length > unreadable.length
  const dropped = isAside && isRefused ? unreadable : [...stale, ...unreadable]
  if (dropped.length > 0) storage.write({ deletePending: dropped.map((key) => ({ space, key })) }, 'relaxed').catch(onFault)
  for (const fault of faults) onFault(fault)
  take(blocks)
  const done = new Set([...dropped, ...blocks.flatMap((block) => block.rows)])
  const isDone = rows.every((row) => done.has(row.key))
  missing.set(rows[0]!.slot, isDone ? [] : heads.filter((id) => graph.node(id) === undefined))
  return isDone
}

/** Builds documents; when it resolves, each holds what the graph holds. */
async function loadAll(
  { load, unstored, told, onFault }: RecoveryPlace,
  ids: ReadonlySet<DocumentId>,
  pastOf: (document: DocumentId) => (() => readonly BlockNode[]) | undefined,
): Promise<ReadonlyMap<DocumentId, LoadedDocument>> {
  const documents = new Map<DocumentId, LoadedDocument>()
  for (let lacking = [...ids]; lacking.length > 0;) {
    for (const id of lacking) {
      const loaded = await load(id, pastOf(id))
      if (loaded.ok) documents.set(id, loaded.value)
      else {
        if (!told.has(id)) onFault(loaded.error)
        told.add(id)
      }
    }
    lacking = [...documents].filter(([, document]) => !document.catchUp(unstored)).map(([id]) => id)
  }
  return documents
}

/**
 * Rows of tabs that are gone are cut under their own slots, each while its lock is held. Those that rest on blocks which are not here are tried again only
 * when one of these has come.
 * @param ownSlots are passed over
 * @param take as in {@link recoverRows}
 * @returns whether some stay: their tab still holds its slot, or blocks that they rest on are not here
 * @throws (rejects) EchoError of storage
 */
export async function recoverAbandoned(
  place: RecoveryPlace,
  ownSlots: readonly number[],
  createCutter: (slot: Slot) => BlockCutter,
  take?: (blocks: readonly CutBlock[]) => void,
): Promise<boolean> {
  const { storage, space, graph, finisher, missing } = place
  const isHere = (id: BlockId): boolean => graph.node(id) !== undefined
  let someStay = false
  for (const slot of new Set((await storage.readPending(space)).map((row) => row.slot))) {
    if (ownSlots.includes(slot)) continue
    const lacking = missing.get(slot) ?? []
    const lock = lacking.length > 0 && !lacking.some(isHere) ? undefined : await claimAbandonedSlot({ ...place, slot })
    someStay ||= lock === undefined
    if (lock === undefined) continue
    // Read again under the lock: another tab may have been here before.
    const rows = (await storage.readPending(space)).filter((row) => row.slot === slot)
    await recoverRows(place, rows, createCutter(lock), take)
    someStay ||= (missing.get(slot) ?? []).length > 0
    // Not before all is stored: as long as a disk is full, the next tab would cut the same rows into other blocks.
    void finisher.drained().then(() => lock.release())
  }
  return someStay
}
