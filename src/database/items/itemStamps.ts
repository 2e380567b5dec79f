import type { Author, RootDocument } from '../../documents/rootDocument.ts'
import type { ItemRecord, ItemStamps } from './itemIndex.ts'
import { elementKey, elementOrderKey, fieldKey, systemKey } from '../types/itemKeys.ts'

/**
 * Who made an item and who changed it last, by the blocks its keys came in. Times are the authors' own and can be wrong or lies; of two
 * changes the one that claims the later time counts.
 */
export function stampsOfItem(root: RootDocument, record: ItemRecord): ItemStamps {
  const created = authorOfKey(root, record.id)
  const keys = [...(record.later?.keys() ?? [])].map((field) => fieldKey(record.id, field))
  for (const leaves of record.leaves?.values() ?? []) for (const path of leaves.keys()) keys.push(fieldKey(record.id, path))
  for (const [field, elements] of record.elements ?? []) {
    for (const id of elements.keys()) keys.push(elementKey(record.id, field, id), elementOrderKey(record.id, field, id))
  }
  keys.push(systemKey(record.id, 'parent'), systemKey(record.id, 'order'), systemKey(record.id, 'deleted'))
  let updated = created
  for (const key of keys) {
    const author = authorOfKey(root, key)
    if (author !== undefined && (updated === undefined || author.timeMs > updated.timeMs)) updated = author
  }
  return { createdAt: created?.timeMs, createdBy: created?.identity, updatedAt: updated?.timeMs, updatedBy: updated?.identity }
}

/** Who wrote what a key says now, and when. */
export function authorOfKey(root: RootDocument, key: string): Author | undefined {
  // Yjs has no public way from a key to the struct that won it; a test pins this one.
  const struct = root.map._map.get(key)
  return struct === undefined ? undefined : root.authorOf(struct.lastId.client, struct.lastId.clock)
}
