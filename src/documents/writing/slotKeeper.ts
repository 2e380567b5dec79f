import { toId, type BlockId, type DeviceId } from '../../shared/ids.ts'
import type { CryptoPort } from '../../crypto/cryptoPort.ts'
import type { PendingRow } from '../../storage/storage.ts'
import type { BlockCutter } from './blockCutter.ts'
import { claimSlot, type Slot, type SlotPlace } from './claimSlot.ts'
import type { LoadedDocument } from '../loading/loadDocument.ts'
import type { LeftOut } from './guardInDocument.ts'

/** A slot that a tab may go on under. */
export interface NextSlot {
  readonly slot: Slot
  readonly cutter: BlockCutter
  /** What lies in its write-ahead log. */
  readonly rows: readonly PendingRow[]
}

/** The slot that a tab writes under, and when it has to be another. */
export interface SlotKeeper {
  readonly slot: number
  readonly cutter: BlockCutter
  /** All that this tab has, with those that it wrote under before. */
  readonly had: readonly number[]
  /** Whether nothing more may be written under the slot: its feed holds what this tab did not cut, or may hold it elsewhere, what it cut does not stand or was left out of a document, or edits of its log wait. */
  isSpoiled(): boolean
  /** Whether what this tab cut last stands. */
  isHeadStanding(): boolean
  /** Says that a peer named a block of the slot that is not here. Anyone may claim it, so it counts once; after that only blocks, which this device alone can sign. */
  noteOutdated(): void
  /** Says that writes were left out of a document; where they are of the slot, so would be what it writes there later. */
  noteLeftOut(leftOut: readonly LeftOut[]): void
  /** The blocks at which branches begin that this disk wrote and that stand against others. Those are what peers hold longer, so these are to give way. */
  contestedBranches(): Promise<readonly BlockId[]>
  /** Says that rows of a slot's write-ahead log wait: what is written under it now would take their clocks. */
  noteWaiting(slot: number): void
  /** Takes another slot, without going on under it yet. @throws (rejects) EchoError of storage */
  claimNext(): Promise<NextSlot>
  moveTo(next: NextSlot): void
  /** Lets a former slot go, under which this tab wrote nothing. */
  letGo(slot: number): void
  release(): void
}

/** @throws (rejects) EchoError of {@link claimSlot} */
export async function createSlotKeeper({
  place,
  crypto,
  hint,
  root,
  createCutter,
  cutHeads,
}: {
  readonly place: SlotPlace
  readonly crypto: CryptoPort
  /** The slot this tab had before a reload. */
  readonly hint: number | undefined
  /** The root document as it was loaded. */
  readonly root: LoadedDocument
  readonly createCutter: (slot: Slot) => BlockCutter
  /** The newest blocks that this page cut, under whatever slots; the marks follow them when they are stored. */
  readonly cutHeads: () => readonly BlockId[]
}): Promise<SlotKeeper & { readonly rows: readonly PendingRow[] }> {
  const { storage, space, graph } = place
  const spent = new Set<number>()
  noteLeftOut(root.leftOut)
  const first = await withLog(await claimSlot({ ...place, crypto, hint, spent }))
  let slots: readonly Slot[] = [first.slot]
  let { cutter } = first
  let isOutdated = false
  let wasOutdated = false

  async function withLog(slot: Slot): Promise<NextSlot> {
    const rows = (await storage.readPending(space)).filter((row) => row.slot === slot.number)
    return { slot, cutter: createCutter(slot), rows }
  }

  function noteLeftOut(leftOut: readonly LeftOut[]): void {
    for (const { node } of leftOut) if (toId<DeviceId>(node.header.device) === place.device) spent.add(node.header.slot)
  }

  function isWrittenElsewhere(): boolean {
    return isOutdated || graph.tipsOf(cutter.feed).some(({ id }) => id !== cutter.head)
  }

  function isHeadStanding(): boolean {
    return cutter.head === undefined || graph.stands(cutter.head)
  }

  return {
    rows: first.rows,
    get slot() {
      return slots.at(-1)!.number
    },
    get cutter() {
      return cutter
    },
    get had() {
      return slots.map(({ number }) => number)
    },
    isSpoiled: () => spent.has(slots.at(-1)!.number) || isWrittenElsewhere() || !isHeadStanding(),
    isHeadStanding,
    noteOutdated() {
      isOutdated = !wasOutdated
      wasOutdated = true
    },
    noteLeftOut,
    noteWaiting: (slot) => void spent.add(slot),
    async contestedBranches() {
      const marks = await storage.readMarks(space)
      const newest = [...marks.map(({ block }) => block), ...cutHeads()]
      return newest.flatMap((block) => graph.firstContested(block) ?? [])
    },
    claimNext: async () => withLog(await claimSlot({ ...place, crypto, hint: undefined, spent, isCopied: isWrittenElsewhere() })),
    moveTo(next) {
      slots = [...slots, next.slot]
      cutter = next.cutter
      isOutdated = false
    },
    letGo(number) {
      for (const slot of slots) if (slot.number === number) slot.release()
      slots = slots.filter((slot) => slot.number !== number)
    },
    release() {
      for (const slot of slots) slot.release()
    },
  }
}
