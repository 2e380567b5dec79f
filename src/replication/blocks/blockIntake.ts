import type { Bundle } from '../../feed/bundles/bundle.ts'
import type { BlockReceiver, ReceiveOutcome } from '../../feed/blockReceiver.ts'

/**
 * What arrives of blocks over one link: it is judged, and acknowledged once it is worked through. What waits for its device's quota is worked through as
 * well: the peer must not keep others' blocks back for it; it is told to spare us.
 */
export interface BlockIntake {
  /** `blocks` and `bundle` messages of the peer that are not acknowledged yet. */
  readonly unacknowledged: number
  /** Blocks that the peer sent and that were new here, and good. */
  readonly given: number
  /** Blocks arrived. @returns what became of each, when all are judged */
  onBlocks(blocks: readonly Uint8Array[]): Promise<readonly ReceiveOutcome[]>
  /** A bundle arrived. @returns what became of its blocks, when all are judged */
  onBundle(bundle: Bundle): Promise<readonly ReceiveOutcome[]>
}

/** `blocks` and `bundle` messages of the peer that may be unacknowledged: a sender stops at 16 (blockSender.ts), but for those that it had begun. */
export const maxUnacknowledged = 128

/** @param acknowledge a message is worked through */
export function createBlockIntake(receiver: BlockReceiver, acknowledge: () => void): BlockIntake {
  let unacknowledged = 0
  let given = 0

  /** A message of so many parts is here. @returns to be called for each part that is worked through */
  function begin(parts: number): () => void {
    let left = parts
    unacknowledged++
    return () => {
      left--
      if (left > 0) return
      unacknowledged--
      acknowledge()
    }
  }

  async function working<T extends ReceiveOutcome | readonly ReceiveOutcome[]>(
    worked: () => void,
    judge: (done: () => void) => Promise<T>,
  ): Promise<T> {
    let isDone = false
    const done = (): void => {
      if (!isDone) worked()
      isDone = true
    }
    try {
      const outcomes = await judge(done)
      given += [outcomes].flat().filter(({ status }) => status === 'accepted').length
      return outcomes
    } finally {
      // Also after a fault of our own: a peer that waits for an answer sends nothing more.
      done()
    }
  }

  return {
    get unacknowledged() {
      return unacknowledged
    },
    get given() {
      return given
    },
    onBlocks(blocks) {
      const worked = begin(Math.max(1, blocks.length))
      if (blocks.length === 0) worked()
      return Promise.all(blocks.map((block) => working(worked, (done) => receiver.receive(block, done))))
    },
    onBundle(bundle) {
      return working(begin(1), (done) => receiver.receiveBundle(bundle, done))
    },
  }
}
