import type * as Y from 'yjs'
import type { RootDocument } from '../../documents/rootDocument.ts'
import type { IdentityId } from '../../shared/ids.ts'
import { equalValues } from '../types/compareValues.ts'
import type { ItemRecord } from './itemIndex.ts'
import { fieldKey } from '../types/itemKeys.ts'
import { keptAt, keysOfPath, type FieldStorages } from '../types/lenses.ts'
import { readValue, type Value } from '../types/values.ts'

/** A value that lost against another which was written at the same time: neither author had seen the other's. */
export interface Conflict {
  /** The field, or the path inside one, such as `address.city`. */
  readonly key: string
  /** Undefined where the field was unset. */
  readonly value: Value | undefined
  readonly author: IdentityId
  /** Milliseconds by the author's own clock (advisory). */
  readonly time: number
  /** What the item has there now; undefined where the field is unset. */
  readonly kept: Value | undefined
}

type LostValue = Omit<Conflict, 'kept'>

/** At most so many are told of a key, the newest: who writes under ever new slots must not flood a list. */
const maxPerKey = 20
/**
 * So many writers of a key are compared, each with each. They are the last in the order of the key's structs, in which whoever has seen a value comes
 * behind it: so none that is compared has been seen by one that is not.
 */
const maxWriters = 64

/**
 * The values of an item that lost, newest first. They are read from what the document holds of each key (its tombstones keep their content), so they are
 * the same on every device that has the same blocks, and after a reload; who writes the key having seen both ends it.
 * @param key one field or path; undefined asks about all that were written after creation
 * @param storages where fields that went through lenses are kept; they are told by their names now, each value once
 */
export function findConflicts(
  root: RootDocument,
  record: ItemRecord,
  key: string | undefined,
  storages: FieldStorages = noStorages,
): readonly LostValue[] {
  const keys =
    key === undefined
      ? [...(record.later?.keys() ?? []), ...[...(record.leaves?.values() ?? [])].flatMap((leaves) => [...leaves.keys()])]
      : keysOfPath(storages, key)
  const found: LostValue[] = []
  for (const conflict of keys.flatMap((each) => conflictsOfKey(root, record.id, each)).sort((a, b) => b.time - a.time)) {
    const now = keptAt(storages, conflict.key, conflict.value)
    if (now === undefined) continue
    const isKnown = found.some(
      ({ key: path, author, value }) => path === now.path && author === conflict.author && equalValues(value, now.value),
    )
    if (!isKnown) found.push(now.path === conflict.key ? conflict : Object.freeze({ ...conflict, key: now.path, value: now.value }))
  }
  return Object.freeze(found)
}

const noStorages: FieldStorages = new Map()

interface Written {
  readonly client: number
  readonly clock: number
  readonly value: unknown
}

function conflictsOfKey(root: RootDocument, id: string, key: string): readonly LostValue[] {
  // Yjs has no public way from a key to its structs; a test pins this one.
  const winner = root.map._map.get(fieldKey(id, key))
  if (winner === undefined || winner.left === null) return []
  const last = { ...winner.lastId, value: winner.deleted ? undefined : winner.content.getContent().at(-1) }
  /** The last that each client wrote: it has seen what it wrote before. */
  const written = new Map<number, Written>([[last.client, last]])
  for (let struct: Y.Item | null = winner.left; struct !== null; struct = struct.left) {
    const { client, clock } = struct.lastId
    const values = struct.content.getContent()
    if (written.size >= maxWriters && !written.has(client)) continue
    if (values.length > 0 && (written.get(client)?.clock ?? -1) < clock) written.set(client, { client, clock, value: values.at(-1) })
  }
  const all = [...written.values(), last]
  const lost = all.filter((one) => one !== last && !all.some((other) => other !== one && root.hasSeen(other, one)))
  return lost
    .flatMap(({ client, clock, value: stored }): LostValue[] => {
      const author = root.authorOf(client, clock)
      const value = readValue(stored)
      const isUnreadable = stored !== undefined && value === undefined
      if (author === undefined || isUnreadable || equalValues(stored, last.value)) return []
      return [Object.freeze({ key, value, author: author.identity, time: author.timeMs })]
    })
    .sort((a, b) => b.time - a.time)
    .slice(0, maxPerKey)
}
