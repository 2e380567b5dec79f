import { append } from '../shared/append.ts'
import { compareBytes } from '../shared/bytes.ts'
import { toId, type BlockId, type DeviceId, type DocumentId } from '../shared/ids.ts'
import { covers, type Entry } from './graph/graphEntry.ts'

/**
 * Which blocks hold again what their devices took back. Copies of a device may write the same again without knowing of each other: of the blocks of a
 * document whose retractions begin with the same block, only the least is the one that does it.
 */
export interface Rewrites {
  /** Notes what a block retracts from `first` on. @returns the block that did the same and is beaten by it */
  note(by: Entry, first: BlockId, last: BlockId): Entry | undefined
  /** Whether another block writes again what this one does, and is the one that does it. */
  isBeaten(entry: Entry): boolean
  /** Whether a retraction in a document begins with this block. */
  isClaimed(entry: Entry, document: DocumentId): boolean
  /** Whether the device has written again what a withdrawn block of it held, or another copy of the device has. */
  isWrittenAgain(entry: Entry): boolean
  clear(): void
}

interface Retracting {
  readonly by: Entry
  readonly first: BlockId
  readonly last: BlockId
}

/** @param entries of the graph */
export function createRewrites(entries: ReadonlyMap<BlockId, Entry>): Rewrites {
  /** By device, document and the first block that is retracted, the one that writes it again. */
  const claims = new Map<string, Entry>()
  const retractionsByDevice = new Map<DeviceId, Retracting[]>()

  function hasLost(by: Entry, first: BlockId): boolean {
    return claims.get(claimOf(deviceOf(by), by.node.document, first)) !== by
  }

  function isBeaten(entry: Entry): boolean {
    return entry.node.header.retracts.some(({ first }) => hasLost(entry, toId<BlockId>(first)))
  }

  return {
    note(by, first, last) {
      append(retractionsByDevice, deviceOf(by), { by, first, last })
      const key = claimOf(deviceOf(by), by.node.document, first)
      const other = claims.get(key)
      if (other !== undefined && compareBytes(by.bytes, other.bytes) >= 0) return undefined
      claims.set(key, by)
      return other
    },
    isBeaten,
    isClaimed: (entry, document) => claims.has(claimOf(deviceOf(entry), document, entry.node.id)),
    isWrittenAgain: (entry) =>
      isBeaten(entry) ||
      (retractionsByDevice.get(deviceOf(entry)) ?? []).some(({ by, first, last }) => {
        const [from, to] = [entries.get(first), entries.get(last)]
        if (by.node.document !== entry.node.document || hasLost(by, first)) return false
        if (from?.node.feed !== entry.node.feed || !covers(entry, from)) return false
        // While the last one is not here, nothing says that this one came after it.
        return to === undefined || (to.node.feed === entry.node.feed && covers(to, entry))
      }),
    clear() {
      claims.clear()
      retractionsByDevice.clear()
    },
  }
}

function deviceOf({ node: { header } }: Entry): DeviceId {
  return toId<DeviceId>(header.device)
}

function claimOf(device: DeviceId, document: DocumentId, first: BlockId): string {
  return `${device} ${document} ${first}`
}
