import type { Clock, Timer } from '../../shared/ports.ts'
import { createWritable, type Readable } from '../../shared/readable.ts'
import type { BlockGraph } from '../../feed/graph/blockGraph.ts'
import type { ContentHead } from '../../replication/joining/joinMessages.ts'

/** How far the content is that a join waits for: the host named the heads of its feeds. */
export interface FirstSync {
  /** Undefined when everything is here, or is no longer waited for. */
  readonly state: Readable<FirstSyncState | undefined>
  /** Waits for what the host of a further join named, too. */
  expect(awaiting: readonly ContentHead[]): void
  /** A block has arrived. */
  note(): void
  /** Waits no longer: the host may have named what nobody has, or may never come back. */
  giveUp(): void
  dispose(): void
}

export interface FirstSyncState {
  /** From 0 to 1. */
  readonly progress: number
  /** Nothing has come for a while: whoever has the rest may be gone. */
  readonly stalled: boolean
}

const stalledAfterMs = 30_000

/** @param onComplete called when all has come, before `state` says so: complete means applied, not only arrived */
export function createFirstSync(options: {
  readonly awaiting: readonly ContentHead[]
  readonly graph: BlockGraph
  readonly clock: Clock
  readonly onComplete: () => void
}): FirstSync {
  const { graph, clock } = options
  let { awaiting } = options
  let timer: Timer | undefined
  const first = remaining()
  const state = createWritable<FirstSyncState | undefined>(first === undefined ? undefined : { progress: first, stalled: false })
  if (first !== undefined) watch()

  /** How much of what the host named is here; undefined = all. */
  function remaining(): number | undefined {
    let expected = 0
    let here = 0
    for (const { feed, seq } of awaiting) {
      expected += seq + 1
      here += Math.min(seq, Math.max(-1, ...graph.tipsOf(feed).map((tip) => tip.seq))) + 1
    }
    return here === expected ? undefined : here / expected
  }

  function watch(): void {
    clock.clear(timer)
    timer = clock.after(stalledAfterMs, () => {
      const present = state.get()
      if (present !== undefined) state.set({ ...present, stalled: true })
    })
  }

  function finish(): void {
    clock.clear(timer)
    options.onComplete()
    state.set(undefined)
  }

  return {
    state,
    expect(heads) {
      awaiting = [...awaiting, ...heads]
      const progress = remaining()
      if (progress === undefined) return
      state.set({ progress, stalled: false })
      watch()
    },
    note() {
      if (state.get() === undefined) return
      const progress = remaining()
      if (progress === undefined) return finish()
      if (progress !== state.get()?.progress) {
        state.set({ progress, stalled: false })
        watch()
      }
    },
    giveUp() {
      if (state.get() !== undefined) finish()
    },
    dispose: () => clock.clear(timer),
  }
}
