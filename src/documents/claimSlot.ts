import { idBytes, type DeviceId, type SpaceId } from '../shared/ids.ts'
import type { Storage } from '../storage/storage.ts'
import { storageDisposedError } from '../storage/storageError.ts'
import type { BlockGraph } from '../feed/blockGraph.ts'
import { feedKeyOf } from '../feed/feedKey.ts'

/** The right to write under one clientID of this device in a space; held as long as the tab lives, never stolen. */
export interface Slot {
  readonly number: number
  release(): void
}

const ownSlotWaitMs = 200

export interface SlotPlace {
  readonly storage: Storage
  readonly space: SpaceId
  readonly device: DeviceId
  readonly graph: BlockGraph
}

/**
 * Takes a slot: the one this tab had before (after a reload its lock comes free in a moment), else the first free one. A slot whose high-water
 * mark is ahead of the graph has lost writes that others may hold, or its former tab wrote on while this one was reading; writing under it
 * again would put two contents under one clock, so it is passed over.
 * @param options.spent slots under which nothing written counts any more
 * @throws EchoError disposed where the storage ends meanwhile, or another of storage
 */
export async function claimSlot({
  hint,
  spent,
  ...place
}: SlotPlace & { readonly hint: number | undefined; readonly spent?: ReadonlySet<number> }): Promise<Slot> {
  const former = hint === undefined || spent?.has(hint) === true ? undefined : await take(place, hint, ownSlotWaitMs)
  if (former !== undefined) return former
  for (let slot = 0; ; slot++) {
    // A storage that has ended gives no lock at all, and every slot would seem to be held.
    if (place.storage.state.get().status === 'closed') throw storageDisposedError()
    const free = spent?.has(slot) === true ? undefined : await take(place, slot, 'no')
    if (free !== undefined) return free
  }
}

/** Takes the slot of a tab that is gone, to cut what it left in the write-ahead log; undefined while the tab lives, and where {@link claimSlot} would pass. */
export function claimAbandonedSlot({ slot, ...place }: SlotPlace & { readonly slot: number }): Promise<Slot | undefined> {
  return take(place, slot, 'no')
}

async function take({ storage, space, device, graph }: SlotPlace, slot: number, wait: 'no' | number): Promise<Slot | undefined> {
  const lock = await storage.locks.acquire(slotLockName(space, slot), wait)
  if (lock === undefined) return undefined
  // Asked under the lock: until then the former holder may still write.
  const mark = (await storage.readMarks(space)).find((row) => row.slot === slot)
  const head = graph.head(feedKeyOf(idBytes(device), slot))
  if (mark !== undefined && (head === undefined || head.seq < mark.seq)) {
    lock.release()
    return undefined
  }
  return { number: slot, release: () => lock.release() }
}

function slotLockName(space: SpaceId, slot: number): string {
  return `space/${space}/slot/${slot}`
}
