import type { BlockId } from '../../shared/ids.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import type { SlotKeeper } from '../writing/slotKeeper.ts'

/** Whether the open documents show what stands of the graph (feed/graph/forkVerdict.ts), and what is left to decide about that. */
export interface ShownVerdict {
  /** Whether the documents show what was decided to stand, and can be written. What is in doubt waits, and all else goes on meanwhile. */
  isCurrent(): boolean
  /** Whether nothing is left to decide or to show. */
  isSettled(): boolean
  /** Decides what stands; what this disk wrote gives way to what others may hold. @throws (rejects) EchoError of storage */
  decide(): Promise<void>
  /** Says that the documents show what is decided now. */
  noteShown(): void
  /** Says that a block of this device came: where it forks a feed, it has to be looked whether what this disk wrote has to give way to it. */
  noteOwn(block: BlockId): void
}

export function createShownVerdict(graph: BlockGraph, keeper: SlotKeeper): ShownVerdict {
  /** {@link BlockGraph.verdict} as the documents show it. */
  let shown = graph.verdict
  let isForkNew = false

  function isCurrent(): boolean {
    return graph.verdict === shown && !keeper.isSpoiled()
  }

  return {
    isCurrent,
    isSettled: () => isCurrent() && graph.isDecided && !isForkNew,
    async decide() {
      graph.reviewAuthors()
      graph.decide()
      isForkNew = false
      graph.takeBack(await keeper.contestedBranches())
      graph.decide()
    },
    noteShown() {
      shown = graph.verdict
    },
    noteOwn(block) {
      isForkNew ||= graph.rivals(block).length > 0
    },
  }
}
