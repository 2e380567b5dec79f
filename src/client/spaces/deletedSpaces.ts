import { isBytes } from '../../shared/bytes.ts'
import { parseId, type SpaceId } from '../../shared/ids.ts'
import type { Storage, StorageBatch } from '../../storage/storage.ts'
import { spaceKeyPrefixes } from './spaceRecord.ts'

/*
 * `gone/<space>`: this person has deleted the space, and the other devices may not know yet. The row takes the place of all rows of the space in one
 * write, and stays until the private space of the person's devices says so too, or the space is joined again.
 */

const prefix = 'gone/'
/** Ends that a deletion names; one is enough to tell who has heard of it. */
export const maxNamedEnds = 16

export function deletedKey(space: SpaceId): string {
  return `${prefix}${space}`
}

/** The ids (32 bytes) of the operations by which the person was out of each deleted space. @throws EchoError of storage */
export async function readDeleted(storage: Storage): Promise<ReadonlyMap<SpaceId, readonly Uint8Array[]>> {
  const rows = await storage.listKeys(prefix)
  return new Map(
    rows.flatMap(({ key, value }) => {
      const space = parseId<SpaceId>(key.slice(prefix.length), 32)
      return space === undefined || !Array.isArray(value) ? [] : [[space, value.filter(isBytes)] as const]
    }),
  )
}

/**
 * What takes everything of a space off this device.
 * @param ends what other devices are to be told; undefined where it was they that told this one
 * @throws EchoError of storage
 */
export async function deletionOf(storage: Storage, space: SpaceId, ends: readonly Uint8Array[] | undefined): Promise<StorageBatch> {
  const rows = (await Promise.all(spaceKeyPrefixes(space).map((of) => storage.listKeys(of)))).flat()
  return {
    deleteSpace: space,
    deleteKeys: rows.map(({ key }) => key),
    putKeys: ends === undefined ? [] : [{ key: deletedKey(space), value: ends.slice(0, maxNamedEnds) }],
  }
}
