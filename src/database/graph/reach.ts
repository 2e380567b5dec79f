import type { ItemRecord } from '../items/itemIndex.ts'
import type { ItemChange } from '../items/itemStore.ts'

/**
 * The items that one step leads to from the rows of another query, kept up to date change by change: what a change costs is what it
 * changes, not how many items there are.
 *
 * Some steps are told by the item they lead to: a child names its parent, a link its ends (reachDown.ts). Others are told by the
 * item they start from: it names its parent, a link its target (reachUp.ts). Descendants are told by any item above.
 */
export interface Reach {
  has(record: ItemRecord): boolean
  /** What it leads to, and possibly more. */
  candidates(): Iterable<ItemRecord>
  /** Takes over changes, after the base has. @returns the items that may have come or gone beside those changed */
  sync(changes: readonly ItemChange[]): ReadonlySet<ItemRecord>
  /** Starts again, after the base was. */
  refill(): void
}
