import { putValueAt } from '../types/fieldPath.ts'
import type { ItemRecord } from './itemIndex.ts'
import { readValue, type Value } from '../types/values.ts'

/**
 * Writes inside a field. Each is a key of its own, so that what two people change in one object at a time both holds. What is read is the
 * field as a whole with these leaves over it, the shortest path first; a leaf replaces what is no object on its way, and an object made
 * only of leaves goes with the last of them.
 *
 * A whole write deletes the leaves that its writer has. Blanking them instead would lose concurrent leaves, and leaving them would bring
 * old ones back.
 *
 * @param whole a copy of its own: the leaves are put into it, so that many of them do not cost a copy each
 * @param onUnreadable told of each leaf that cannot be read
 */
export function overlayLeaves(whole: Value | undefined, leaves: ReadonlyMap<string, unknown>, onUnreadable: () => void): Value | undefined {
  const sorted = [...leaves].map(([path, stored]) => ({ names: path.split('.').slice(1), path, stored }))
  sorted.sort((a, b) => a.names.length - b.names.length || (a.path < b.path ? -1 : 1))
  let value: unknown = whole
  for (const { names, stored } of sorted) {
    const leaf = stored === undefined ? undefined : readValue(stored)
    if (leaf === undefined && stored !== undefined) onUnreadable()
    else value = putValueAt(value, names, leaf)
  }
  return value as Value | undefined
}

/** The paths of the leaves that a write of `path` as a whole deletes. */
export function leavesUnder(record: ItemRecord, path: string): string[] {
  const field = path.includes('.') ? path.slice(0, path.indexOf('.')) : path
  return [...(record.leaves?.get(field)?.keys() ?? [])].filter((leaf) => leaf.startsWith(`${path}.`))
}
