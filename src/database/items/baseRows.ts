import type { ItemRecord } from './itemIndex.ts'
import type { QueryPlan } from '../query/queryPlan.ts'
import { createWindow, type Follower, type SortedView } from '../query/sortedView.ts'

/** The rows of a query that another goes on from, and which of them came and went. */
export interface BaseRows {
  readonly records: ReadonlySet<ItemRecord>
  /** Takes over what changed in the view. @returns what came and went since the last call */
  sync(): readonly ItemRecord[]
  /** Starts again. */
  refill(): void
  dispose(): void
}

/** @param view the view of `plan` */
export function createBaseRows(plan: QueryPlan, view: SortedView): BaseRows {
  const isWhole = plan.limit === undefined && plan.offset === 0 && plan.after === undefined
  const follower: Follower = { changed: new Set(), whole: false }
  const window = createWindow(plan, false)
  if (isWhole) view.followers.add(follower)
  else view.windows.add(window)

  const readAll = (): Set<ItemRecord> => {
    follower.changed.clear()
    follower.whole = false
    return new Set(isWhole ? view.records() : view.readRecords(window))
  }
  let records = readAll()

  return {
    get records() {
      return records
    },
    sync() {
      if (isWhole && !follower.whole) {
        const changed = [...follower.changed].filter((record) => view.has(record) !== records.has(record))
        follower.changed.clear()
        for (const record of changed) if (!records.delete(record)) records.add(record)
        return changed
      }
      if (!isWhole && !window.dirty) return []
      const before = records
      records = readAll()
      return [...[...before].filter((record) => !records.has(record)), ...[...records].filter((record) => !before.has(record))]
    },
    refill() {
      records = readAll()
    },
    dispose() {
      view.followers.delete(follower)
      view.windows.delete(window)
    },
  }
}
