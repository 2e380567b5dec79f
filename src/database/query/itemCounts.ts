import { compareTexts } from '../types/compareValues.ts'
import { isItem } from './itemFinder.ts'
import type { ItemRecord } from '../items/itemIndex.ts'

/** How many items a space has, of all types, also those that this app does not know. */
export interface ItemCounts {
  /** What is there to see: neither deleted nor under something deleted. Links are counted among them. */
  readonly shown: number
  /** In the trash or under something that is; links to such, and to what is not here. */
  readonly deleted: number
  /** Hidden for good. */
  readonly purged: number
  /** Of those that are shown. */
  readonly links: number
  /** Of those that are shown, with a text of their own. */
  readonly texts: number
  /** Of those that are shown, the most frequent first, at most 1,000 types. */
  readonly byType: readonly { readonly type: string; readonly count: number }[]
}

const maxTypes = 1_000

/** Counts what is in an index. */
export function countItems(records: Iterable<ItemRecord>): ItemCounts {
  const counts = { shown: 0, deleted: 0, purged: 0, links: 0, texts: 0 }
  const byType = new Map<string, number>()
  for (const record of records) {
    if (!isItem(record)) continue
    if (record.purged) counts.purged += 1
    else if (record.hidden) counts.deleted += 1
    else {
      const { type, model, source } = record.creation
      counts.shown += 1
      if (source !== undefined) counts.links += 1
      if (model === 'text') counts.texts += 1
      byType.set(type, (byType.get(type) ?? 0) + 1)
    }
  }
  const sorted = [...byType].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count || compareTexts(a.type, b.type))
  return { ...counts, byType: sorted.slice(0, maxTypes) }
}
