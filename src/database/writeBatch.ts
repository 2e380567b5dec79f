import type { RootDocument } from '../documents/rootDocument.ts'
import { EchoError } from '../shared/echoError.ts'
import { absent, type KeyState } from './itemIndex.ts'
import type { ItemStore } from './itemStore.ts'

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
}

/** @param onSettled called after each outermost batch, written or not */
export function createWriteBatch(root: RootDocument, store: ItemStore, onSettled: () => void): WriteBatch {
  const staged = new Map<string, unknown>()
  /** For each staging in turn what the key had been staged as, to go back step by step. */
  const log: { readonly key: string; readonly before: KeyState }[] = []
  let depth = 0

  const stagedState = (key: string): KeyState => (staged.has(key) ? { present: true, value: staged.get(key) } : absent)
  const mapState = (key: string): KeyState => (root.map.has(key) ? { present: true, value: root.map.get(key) } : absent)

  const rollBack = (mark: number): void => {
    const keys = new Set<string>()
    while (log.length > mark) {
      const { key, before } = log.pop()!
      keys.add(key)
      if (before.present) staged.set(key, before.value)
      else staged.delete(key)
    }
    store.apply([...keys].map((key) => [key, staged.has(key) ? stagedState(key) : mapState(key)]))
    store.bringBackRows()
  }

  const commit = (): void => {
    if (staged.size === 0) return
    root.write((map) => {
      for (const [key, value] of staged) map.set(key, value)
    })
    staged.clear()
    log.length = 0
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
    set(entries) {
      for (const [key, value] of entries) {
        log.push({ key, before: stagedState(key) })
        staged.set(key, value)
      }
      store.apply(entries.map(([key, value]) => [key, { present: true, value }]))
    },
  }
}
