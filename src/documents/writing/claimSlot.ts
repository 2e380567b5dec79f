import { idBytes, type BlockId, type DeviceId, type SpaceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { Lock } from '../../storage/locks.ts'
import type { MarkRow, Storage } from '../../storage/storage.ts'
import { storageDisposedError } from '../../storage/storageError.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import { feedKeyOf, parseFeedKey } from '../../feed/feedKey.ts'

/** The right to write under one clientID of this device in a space; held as long as the tab lives, never stolen. */
export interface Slot {
  readonly number: number
  /** The newest block that this disk wrote under it. */
  readonly head: BlockId | undefined
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
 * Takes a slot: the one this tab had before (after a reload its lock comes free in a moment), else the first free one. A slot is passed over unless its
 * feed has one branch, which stands and ends where this disk's high-water mark is: with more in the feed, another copy of this profile has written, or
 * this one is a restored backup; with less, writes were lost that others may hold; and a withdrawn block's followers are withdrawn. Writing under it
 * again could put two contents under one clock.
 * @param options.isCopied whether a copy of this profile is known to have written; where blocks show it, it need not be said
 * @param options.spent slots under which nothing more may be written
 * @throws EchoError disposed where the storage ends meanwhile, or another of storage
 */
export async function claimSlot({
  hint,
  crypto,
  isCopied = false,
  spent,
  ...place
}: SlotPlace & {
  readonly crypto: CryptoPort
  readonly hint: number | undefined
  readonly isCopied?: boolean
  readonly spent?: ReadonlySet<number>
}): Promise<Slot> {
  if (hint !== undefined && !isCopied && spent?.has(hint) !== true) {
    const former = await take(place, hint, ownSlotWaitMs)
    if (former !== undefined) return former
  }
  const marks = await place.storage.readMarks(place.space)
  const copied = isCopied || hasForeignBlocks(place, marks)
  // A copy may have gone on under the slots that both know, and would take the same next one.
  const known = isCopied ? [] : marks.map(({ slot }) => slot).sort((a, b) => a - b)
  for (let i = 0; ; i++) {
    // A storage that has ended gives no lock at all, and every slot would seem to be held.
    if (place.storage.state.get().status === 'closed') throw storageDisposedError()
    const number = known[i] ?? (copied ? randomSlot(crypto) : i - known.length)
    const free = spent?.has(number) === true ? undefined : await take(place, number, 'no')
    if (free !== undefined) return free
  }
}

/**
 * Takes the slot of a tab that is gone, to cut what it left in the write-ahead log, also where nothing new may be written under it: what is cut
 * then follows what this disk had, and is withdrawn with it.
 * @returns undefined while the tab lives, and where the blocks that the log rests on are not here
 */
export async function claimAbandonedSlot({ slot, ...place }: SlotPlace & { readonly slot: number }): Promise<Slot | undefined> {
  const locked = await lock(place, slot, 'no')
  if (locked === undefined || locked.head === undefined || place.graph.node(locked.head) !== undefined) return locked
  locked.release()
  return undefined
}

async function take(place: SlotPlace, slot: number, wait: 'no' | number): Promise<Slot | undefined> {
  const locked = await lock(place, slot, wait)
  if (locked === undefined) return undefined
  const { graph } = place
  const [tip, ...more] = graph.tipsOf(feedKeyOf(idBytes(place.device), slot))
  if (more.length === 0 && tip?.id === locked.head && (tip === undefined || graph.stands(tip.id))) return locked
  locked.release()
  return undefined
}

/** Takes only the lock of a slot, where it is free: nobody else writes or recovers under the slot meanwhile. */
export function lockSlot(storage: Storage, space: SpaceId, slot: number, wait: 'no' | number = 'no'): Promise<Lock | undefined> {
  return storage.locks.acquire(`space/${space}/slot/${slot}`, wait)
}

async function lock({ storage, space }: SlotPlace, slot: number, wait: 'no' | number): Promise<Slot | undefined> {
  const held = await lockSlot(storage, space, slot, wait)
  if (held === undefined) return undefined
  // Asked under the lock: until then the former holder may still write.
  const mark = (await storage.readMarks(space)).find((row) => row.slot === slot)
  return { number: slot, head: mark?.block, release: () => held.release() }
}

/** Whether the graph holds blocks of this device that this disk did not write. */
function hasForeignBlocks({ graph, device }: SlotPlace, marks: readonly MarkRow[]): boolean {
  const key = idBytes(device)
  return graph.tips().some(({ feed, id }) => {
    const author = parseFeedKey(feed)!
    if (!author.device.every((byte, i) => byte === key[i])) return false
    const mark = marks.find(({ slot }) => slot === author.slot)
    return mark === undefined || (mark.block !== id && graph.node(mark.block) !== undefined)
  })
}

function randomSlot(crypto: CryptoPort): number {
  return crypto.randomBytes(4).reduce((number, byte) => number * 256 + byte, 0) >>> 1
}
