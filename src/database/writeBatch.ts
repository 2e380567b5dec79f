import type { RootDocument } from '../documents/rootDocument.ts'
import { EchoError } from '../shared/echoError.ts'
import { absent, type KeyState } from './items/itemIndex.ts'
import type { ItemStore } from './items/itemStore.ts'

/**
 * Local writes, index first: a key is taken over by the index at once, so that the next read sees it, and enters Yjs in one transaction at
 * the end of the outermost batch. (Taking the index from Yjs events instead is too late inside a transaction and inside listeners.)
 * A batch that throws leaves nothing: its keys are derived again from what the map, or the batch around it, says.
 */
export interface WriteBatch {
  /** Runs `change` as one atomic step; inside another batch as a part of it that can fail alone. */
  run<T>(change: () => T): T
  /** Stages keys. Only inside {@link run}. */
  set(entries: readonly (readonly [string, unknown])[]): void
  /** Stages that keys go. Only inside {@link run}. */
  remove(keys: readonly string[]): void
  /** Stages what keys are to say, nothing for those that go. Only inside {@link run}. */
  put(entries: readonly (readonly [string, KeyState])[]): void
  /** Whether a batch is under way. */
  readonly isRunning: boolean
}

export interface WriteBatchOptions {
  readonly root: RootDocument
  readonly store: ItemStore
  /** Called with the keys that are about to enter Yjs; what it returns is called when they have. */
  readonly onWrite: (keys: readonly string[]) => () => void
  /** Called after each outermost batch, written or not. */
  readonly onSettled: () => void
}

/** A batch over a store and the document behind it. */
export function createWriteBatch({ root, store, onWrite, onSettled }: WriteBatchOptions): WriteBatch {
  const staged = new Map<string, KeyState>()
  /** For each staging in turn what the key had been staged as, to go back step by step. */
  const log: { readonly key: string; readonly before: KeyState | undefined }[] = []
  let depth = 0

  const mapState = (key: string): KeyState => (root.map.has(key) ? { present: true, value: root.map.get(key) } : absent)

  const rollBack = (mark: number): void => {
    const keys = new Set<string>()
    while (log.length > mark) {
      const { key, before } = log.pop()!
      keys.add(key)
      if (before === undefined) staged.delete(key)
      else staged.set(key, before)
    }
    store.apply([...keys].map((key) => [key, staged.get(key) ?? mapState(key)]))
    store.bringBackRows()
  }

  const commit = (): void => {
    if (staged.size === 0) return
    const written = onWrite([...staged.keys()])
    root.write((map) => {
      for (const [key, state] of staged) {
        if (state.present) map.set(key, state.value)
        else map.delete(key)
      }
    })
    staged.clear()
    log.length = 0
    written()
  }

  const stage = (entries: readonly (readonly [string, KeyState])[]): void => {
    for (const [key, state] of entries) {
      log.push({ key, before: staged.get(key) })
      staged.set(key, state)
    }
    store.apply(entries)
  }

  return {
    run(change) {
      const mark = log.length
      depth += 1
      if (depth === 1) store.rememberRows(true)
      try {
        const result = change()
        if (typeof (result as { readonly then?: unknown } | undefined)?.then === 'function') {
          throw new EchoError(
            'bad-value',
            'A batch must be synchronous, but its function returned a Promise. Await first, then write in one batch.',
          )
        }
        if (depth === 1) commit()
        return result
      } catch (error) {
        rollBack(mark)
        throw error
      } finally {
        depth -= 1
        if (depth === 0) {
          store.rememberRows(false)
          onSettled()
        }
      }
    },
    set: (entries) => stage(entries.map(([key, value]) => [key, { present: true, value }])),
    remove: (keys) => stage(keys.map((key) => [key, absent])),
    put: stage,
    get isRunning() {
      return depth > 0
    },
  }
}
