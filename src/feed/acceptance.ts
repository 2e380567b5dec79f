import { toId, type BlockId, type DeviceId, type IdentityId } from '../shared/ids.ts'
import { covers, type Entry } from './graphEntry.ts'

/** What the membership log says of the authors of blocks. */
export interface Authors {
  /** Whether a device is a writer now, for the person that a block names (M24). */
  isWriter(identity: IdentityId, device: DeviceId): boolean
  /** Ids (32 bytes) of the blocks that ends keep, with their pasts. */
  keptBlocks(): readonly Uint8Array[]
}

/** Everyone writes, and nobody was ever removed. */
export const allAuthors: Authors = { isWriter: () => true, keptBlocks: () => [] }

/**
 * Which blocks count although, or because, their authors are no writers any more (docs/PROTOCOL.md#acceptance): those of present writers, those that an
 * end keeps, and the pasts of both. A function of the set of blocks and of what the log says.
 */
export interface Acceptance {
  /** The blocks that do not count, in no order. Whatever follows or names one is in it too. */
  readonly outside: ReadonlySet<Entry>
  /**
   * Takes in a block whose past was taken in.
   * @returns the blocks that count from now on, in causal order: none, itself, or with it some of its past
   */
  joined(entry: Entry): readonly Entry[]
  /** Whether an end keeps the block. */
  isKept(entry: Entry): boolean
  /** Asks the log again. @returns whether other blocks count than before, or an end keeps others */
  review(): boolean
}

/** @param entries of the graph, in causal order */
export function createAcceptance(
  entries: ReadonlyMap<BlockId, Entry>,
  pastOf: (entry: Entry) => readonly Entry[],
  authors: Authors,
): Acceptance {
  let outside = new Set<Entry>()
  /** What the log said when it was last asked, by person and device: all blocks are judged by one state of it. */
  const writers = new Map<string, boolean>()
  let keptIds = idsOf(authors.keptBlocks())
  let kept: Entry[] = []

  function isWriter({ node: { header } }: Entry): boolean {
    const identity = toId<IdentityId>(header.identity)
    const device = toId<DeviceId>(header.device)
    const key = `${identity} ${device}`
    let known = writers.get(key)
    if (known === undefined) {
      known = authors.isWriter(identity, device)
      writers.set(key, known)
    }
    return known
  }

  function counts(entry: Entry): boolean {
    return keptIds.has(entry.node.id) || isWriter(entry)
  }

  function find(): Set<Entry> {
    const found = new Set<Entry>()
    if (![...writers.values()].includes(false)) return found
    const accepted = new Set<Entry>()
    // The newest first: whatever has a block in its past was asked before it.
    for (const entry of [...entries.values()].reverse()) {
      if (!accepted.has(entry) && !counts(entry)) found.add(entry)
      else for (const other of pastOf(entry)) accepted.add(other)
    }
    return found
  }

  return {
    get outside() {
      return outside
    },
    joined(entry) {
      if (keptIds.has(entry.node.id)) kept.push(entry)
      if (!counts(entry)) {
        outside.add(entry)
        return []
      }
      const accepted = [entry]
      // What is accepted has an accepted past, so it is enough to follow what is not.
      for (let i = 0; i < accepted.length && outside.size > 0; i++) {
        for (const other of pastOf(accepted[i]!)) if (outside.delete(other)) accepted.push(other)
      }
      return accepted.sort((a, b) => a.order - b.order)
    },
    isKept: (entry) => kept.some((other) => covers(other, entry)),
    review() {
      const ids = idsOf(authors.keptBlocks())
      const isKeptSame = ids.size === keptIds.size && [...ids].every((id) => keptIds.has(id))
      let isSame = isKeptSame
      for (const [key, before] of writers) {
        const [identity, device] = key.split(' ') as [IdentityId, DeviceId]
        const now = authors.isWriter(identity, device)
        if (now === before) continue
        writers.set(key, now)
        isSame = false
      }
      if (isSame) return false
      keptIds = ids
      kept = [...ids].flatMap((id) => entries.get(id) ?? [])
      const before = outside
      outside = find()
      return !isKeptSame || outside.size !== before.size || [...outside].some((entry) => !before.has(entry))
    },
  }
}

function idsOf(blocks: readonly Uint8Array[]): ReadonlySet<BlockId> {
  return new Set(blocks.map((id) => toId<BlockId>(id)))
}
