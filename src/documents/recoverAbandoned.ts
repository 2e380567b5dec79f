import type { EchoError } from '../shared/echoError.ts'
import { idBytes, type BlockId, type DeviceId, type DocumentId, type SpaceId } from '../shared/ids.ts'
import type { Result } from '../shared/result.ts'
import type { PendingRow, Storage } from '../storage/storage.ts'
import type { BlockGraph } from '../feed/blockGraph.ts'
import { feedKeyOf } from '../feed/feedKey.ts'
import type { BlockCutter } from './blockCutter.ts'
import type { BlockFinisher, CutBlock } from './blockFinisher.ts'
import { claimAbandonedSlot } from './claimSlot.ts'
import type { LoadedDocument } from './loadDocument.ts'
import { recoverPending } from './recoverPending.ts'

/** Where edits come from that an earlier page left in the write-ahead log. */
export interface RecoveryPlace {
  readonly storage: Storage
  readonly space: SpaceId
  readonly device: DeviceId
  readonly graph: BlockGraph
  readonly finisher: BlockFinisher
  /** Builds a document, in which the edits are judged. */
  readonly load: (document: DocumentId) => Promise<Result<LoadedDocument, EchoError>>
  /** A payload that is still in memory because its block is not stored yet. */
  readonly unstored: (id: BlockId) => Uint8Array | undefined
  readonly onFault: (error: unknown) => void
}

/**
 * Cuts rows under the slot of `cutter`, whose lock is held. Rows of a document that cannot be built stay.
 * @param take gets the blocks in the task in which they join the graph, before any that rest on them
 */
export async function recoverRows(
  place: RecoveryPlace,
  rows: readonly PendingRow[],
  cutter: BlockCutter,
  slot: number,
  take: (blocks: readonly CutBlock[]) => void = () => {},
): Promise<void> {
  const { storage, space, device, graph, finisher, onFault } = place
  if (rows.length === 0) return
  const documents = await loadAll(place, new Set(rows.map((row) => row.document)))
  // From here on nothing is awaited, so that the documents are those of the graph.
  if (cutter.obstacle() !== undefined) return
  const loaded = rows.filter((row) => documents.has(row.document))
  const { blocks, stale, faults } = recoverPending(loaded, cutter, graph, feedKeyOf(idBytes(device), slot), documents)
  for (const block of blocks) finisher.add(block)
  if (stale.length > 0) storage.write({ deletePending: stale.map((key) => ({ space, key })) }, 'relaxed').catch(onFault)
  for (const fault of faults) onFault(fault)
  take(blocks)
}

/** Builds documents; when it resolves, each holds what the graph holds. */
async function loadAll(
  { load, unstored, onFault }: RecoveryPlace,
  ids: ReadonlySet<DocumentId>,
): Promise<ReadonlyMap<DocumentId, LoadedDocument>> {
  const documents = new Map<DocumentId, LoadedDocument>()
  for (let lacking = [...ids]; lacking.length > 0;) {
    for (const id of lacking) {
      const loaded = await load(id)
      if (loaded.ok) documents.set(id, loaded.value)
      else onFault(loaded.error)
    }
    lacking = [...documents].filter(([, document]) => !document.catchUp(unstored)).map(([id]) => id)
  }
  return documents
}

/**
 * Rows of tabs that are gone are cut under their own slots, each while its lock is held.
 * @param ownSlot is passed over
 * @param take as in {@link recoverRows}
 * @throws (rejects) EchoError of storage
 */
export async function recoverAbandoned(
  place: RecoveryPlace,
  ownSlot: number,
  createCutter: (slot: number) => BlockCutter,
  take?: (blocks: readonly CutBlock[]) => void,
): Promise<void> {
  const { storage, space, finisher } = place
  for (const slot of new Set((await storage.readPending(space)).map((row) => row.slot))) {
    const lock = slot === ownSlot ? undefined : await claimAbandonedSlot({ ...place, slot })
    if (lock === undefined) continue
    // Read again under the lock: another tab may have been here before.
    const rows = (await storage.readPending(space)).filter((row) => row.slot === slot)
    await recoverRows(place, rows, createCutter(slot), slot, take)
    // Not before all is stored: as long as a disk is full, the next tab would cut the same rows into other blocks.
    void finisher.drained().then(() => lock.release())
  }
}
