import { parseId, type SpaceId } from '../../shared/ids.ts'
import type { Storage, StorageBatch } from '../../storage/storage.ts'
import { deletionOf } from '../spaces/deletedSpaces.ts'

/*
 * `import/<space>`: a space is being filled from a file, and is no space of this device yet. The row goes in the write that makes it one; one that
 * is found at a start, while nobody imports, is of a page that ended half-way.
 */

const prefix = 'import/'
/** Held by the tab that imports. */
export const importLock = 'import'

export function importingRow(space: SpaceId): NonNullable<StorageBatch['putKeys']>[number] {
  return { key: importingKey(space), value: true }
}

export function importingKey(space: SpaceId): string {
  return `${prefix}${space}`
}

/** Takes what was imported of a space off this device. @throws (rejects) EchoError of storage */
export async function removeHalfImport(storage: Storage, space: SpaceId): Promise<void> {
  const { deleteKeys = [], ...rest } = await deletionOf(storage, space, undefined)
  await storage.write({ ...rest, deleteKeys: [...deleteKeys, importingKey(space)] }, 'strict')
}

/** The spaces that are being filled, or were when a page ended. @throws (rejects) EchoError of storage */
export async function readHalfImports(storage: Storage): Promise<readonly SpaceId[]> {
  const rows = await storage.listKeys(prefix)
  return rows.flatMap(({ key }) => parseId<SpaceId>(key.slice(prefix.length), 32) ?? [])
}

/** Takes away what imports left that did not end. @throws (rejects) EchoError of storage */
export async function removeHalfImports(storage: Storage): Promise<void> {
  const spaces = await readHalfImports(storage)
  if (spaces.length === 0) return
  const lock = await storage.locks.acquire(importLock, 'no')
  if (lock === undefined) return
  try {
    // Read anew: what was being filled a moment ago may be a space by now.
    for (const space of await readHalfImports(storage)) await removeHalfImport(storage, space)
  } finally {
    lock.release()
  }
}
