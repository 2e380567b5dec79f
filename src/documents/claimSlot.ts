import { idBytes, type DeviceId, type SpaceId } from '../shared/ids.ts'
import type { Lock } from '../storage/locks.ts'
import type { Storage } from '../storage/storage.ts'
import type { BlockGraph } from '../feed/blockGraph.ts'
import { feedKeyOf } from '../feed/feedKey.ts'

/** The right to write under one clientID of this device in a space; held as long as the tab lives, never stolen. */
export interface Slot {
  readonly number: number
  release(): void
}

const ownSlotWaitMs = 200

/**
 * Takes a slot: the one this tab had before (after a reload its lock comes free in a moment), else the first free one. A slot whose high-water
 * mark is ahead of the stored blocks has lost writes that others may hold; writing under it again would put two contents under one clock,
 * so it is passed over for good.
 */
export async function claimSlot(options: {
  readonly storage: Storage
  readonly space: SpaceId
  readonly device: DeviceId
  readonly graph: BlockGraph
  readonly hint: number | undefined
}): Promise<Slot> {
  const { storage, space, device, graph, hint } = options
  const marks = new Map((await storage.readMarks(space)).map((mark) => [mark.slot, mark]))

  function isSound(slot: number): boolean {
    const mark = marks.get(slot)
    const head = graph.head(feedKeyOf(idBytes(device), slot))
    return mark === undefined || (head !== undefined && head.seq >= mark.seq)
  }

  async function take(slot: number, wait: 'no' | number): Promise<Slot | undefined> {
    if (!isSound(slot)) return undefined
    const lock = await storage.locks.acquire(slotLockName(space, slot), wait)
    return lock && { number: slot, release: () => lock.release() }
  }

  const former = hint === undefined ? undefined : await take(hint, ownSlotWaitMs)
  if (former !== undefined) return former
  for (let slot = 0; ; slot++) {
    const free = await take(slot, 'no')
    if (free !== undefined) return free
  }
}

/** Takes the slot of a tab that is gone, to cut what it left in the write-ahead log; undefined while the tab lives. */
export function claimAbandonedSlot(storage: Storage, space: SpaceId, slot: number): Promise<Lock | undefined> {
  return storage.locks.acquire(slotLockName(space, slot), 'no')
}

function slotLockName(space: SpaceId, slot: number): string {
  return `space/${space}/slot/${slot}`
}
