import { idBytes, type DeviceId, type SpaceId } from '../shared/ids.ts'
import type { PendingRow, Storage } from '../storage/storage.ts'
import type { BlockGraph } from '../feed/blockGraph.ts'
import { feedKeyOf } from '../feed/feedKey.ts'
import type { BlockCutter } from './blockCutter.ts'
import type { BlockFinisher, CutBlock } from './blockFinisher.ts'
import { claimAbandonedSlot } from './claimSlot.ts'
import { recoverPending } from './recoverPending.ts'

/** Where edits come from that an earlier page left in the write-ahead log. */
export interface RecoveryPlace {
  readonly storage: Storage
  readonly space: SpaceId
  readonly device: DeviceId
  readonly graph: BlockGraph
  readonly finisher: BlockFinisher
  readonly onFault: (error: unknown) => void
}

/** Cuts rows under the slot of `cutter`, whose lock is held. @returns the blocks, which are on their way to disk */
export function recoverRows(place: RecoveryPlace, rows: readonly PendingRow[], cutter: BlockCutter, slot: number): readonly CutBlock[] {
  const { storage, space, device, graph, finisher, onFault } = place
  if (rows.length === 0 || cutter.obstacle() !== undefined) return []
  const { blocks, stale, faults } = recoverPending(rows, cutter, graph, feedKeyOf(idBytes(device), slot))
  for (const block of blocks) finisher.add(block)
  if (stale.length > 0) storage.write({ deletePending: stale.map((key) => ({ space, key })) }, 'relaxed').catch(onFault)
  for (const fault of faults) onFault(fault)
  return blocks
}

/**
 * Rows of tabs that are gone are cut under their own slots, each while its lock is held.
 * @param ownSlot is passed over
 * @param take gets the blocks in the task in which they join the graph, before any that rest on them
 * @throws (rejects) EchoError of storage
 */
export async function recoverAbandoned(
  place: RecoveryPlace,
  ownSlot: number,
  createCutter: (slot: number) => BlockCutter,
  take: (blocks: readonly CutBlock[]) => void,
): Promise<void> {
  const { storage, space, finisher } = place
  for (const slot of new Set((await storage.readPending(space)).map((row) => row.slot))) {
    const lock = slot === ownSlot ? undefined : await claimAbandonedSlot({ ...place, slot })
    if (lock === undefined) continue
    // Read again under the lock: another tab may have been here before.
    const rows = (await storage.readPending(space)).filter((row) => row.slot === slot)
    take(recoverRows(place, rows, createCutter(slot), slot))
    // Not before all is stored: as long as a disk is full, the next tab would cut the same rows into other blocks.
    void finisher.drained().then(() => lock.release())
  }
}
