import { rootDocumentId } from '../../shared/ids.ts'
import { ok } from '../../shared/result.ts'
import type { BlockCutter } from './blockCutter.ts'
import type { CutBlock } from './blockFinisher.ts'
import type { Slot } from './claimSlot.ts'
import type { LoadedDocument } from '../loading/loadDocument.ts'
import { recoverAbandoned, recoverRows, type RecoveryPlace } from './recoverAbandoned.ts'
import type { NextSlot, SlotKeeper } from './slotKeeper.ts'

/** Takes up what earlier pages left in the write-ahead log, and takes slots under which nothing is left. */
export interface Recovery {
  /** At the start: takes up what is left under the own slot, which this tab leaves where it has to wait, and under those of tabs that are gone. */
  open(): Promise<void>
  /** Takes another slot, without going on under it yet. @throws (rejects) EchoError of storage */
  claimNext(): Promise<NextSlot>
  /** As {@link recoverAbandoned}. @param take as in {@link recoverRows} */
  takeUp(take: (blocks: readonly CutBlock[]) => void): Promise<boolean>
}

export function createRecovery(options: {
  readonly place: Omit<RecoveryPlace, 'missing' | 'told'>
  /** The root document as it was loaded with the graph. */
  readonly root: LoadedDocument
  readonly keeper: SlotKeeper & { readonly rows: NextSlot['rows'] }
  readonly createCutter: (slot: Slot) => BlockCutter
  readonly goOnUnder: (next: NextSlot) => void
}): Recovery {
  const { root, keeper, createCutter } = options
  const place: RecoveryPlace = { ...options.place, missing: new Map(), told: new Set() }
  const { finisher, load, unstored } = place
  /** While nothing is open yet, the root document need not be built once more. */
  const opening: RecoveryPlace = {
    ...place,
    load: async (id, past) => (id === rootDocumentId && past === undefined && root.catchUp(unstored) ? ok(root) : load(id, past)),
  }

  async function claimNext(at: RecoveryPlace): Promise<NextSlot> {
    for (;;) {
      const next = await keeper.claimNext()
      if (await recoverRows(at, next.rows, next.cutter)) return next
      keeper.noteWaiting(next.slot.number)
      // Some of them may be cut, and are not stored yet.
      void finisher.drained().then(() => next.slot.release())
    }
  }

  return {
    async open() {
      if (!(await recoverRows(opening, keeper.rows, keeper.cutter))) {
        const waiting = keeper.slot
        keeper.noteWaiting(waiting)
        options.goOnUnder(await claimNext(opening))
        // Nothing of this page is under it, and its rows are for whoever gets what they rest on.
        void finisher.drained().then(() => keeper.letGo(waiting))
      }
      await recoverAbandoned(opening, keeper.had, createCutter)
    },
    claimNext: () => claimNext(place),
    takeUp: (take) => recoverAbandoned(place, keeper.had, createCutter, take),
  }
}
