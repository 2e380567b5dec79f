import type { Author, RootDocument } from '../documents/rootDocument.ts'
import type { ItemRecord } from './itemIndex.ts'
import { fieldKey, systemKey } from './itemKeys.ts'
import type { ItemStamps } from './itemRows.ts'

/**
 * Who made an item and who changed it last, by the blocks its keys came in. Times are the authors' own and can be wrong or lies; of two
 * changes the one that claims the later time counts.
 */
export function stampsOfItem(root: RootDocument, record: ItemRecord): ItemStamps {
  const created = authorOfKey(root, record.id)
  const keys = [...(record.later?.keys() ?? [])].map((field) => fieldKey(record.id, field))
  keys.push(systemKey(record.id, 'parent'), systemKey(record.id, 'order'), systemKey(record.id, 'deleted'))
  let updated = created
  for (const key of keys) {
    const author = authorOfKey(root, key)
    if (author !== undefined && (updated === undefined || author.timeMs > updated.timeMs)) updated = author
  }
  return { createdAt: created?.timeMs, createdBy: created?.identity, updatedAt: updated?.timeMs, updatedBy: updated?.identity }
}

function authorOfKey(root: RootDocument, key: string): Author | undefined {
  // Yjs has no public way from a key to the struct that won it; a test pins this one.
  const struct = root.map._map.get(key)
  return struct === undefined ? undefined : root.authorOf(struct.lastId.client, struct.lastId.clock)
}
