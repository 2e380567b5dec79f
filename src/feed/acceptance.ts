import { toId, type BlockId, type DeviceId, type IdentityId } from '../shared/ids.ts'
import type { KeptBlock } from '../access/membershipLog.ts'
import { covers, type Entry } from './graph/graphEntry.ts'

/** What the membership log says of the authors of blocks. */
export interface Authors {
  /** Whether a device is a writer now, for the person that a block names (M24). */
  isWriter(identity: IdentityId, device: DeviceId): boolean
  /** The blocks that ends keep, with their pasts. */
  keptBlocks(): readonly KeptBlock[]
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
  let keptFor = authorsOf(authors.keptBlocks())
  let kept: Entry[] = []

  function isWriter({ node: { header } }: Entry): boolean {
    const identity = toId<IdentityId>(header.identity)
    const device = toId<DeviceId>(header.device)
    const key = pairOf(identity, device)
    let known = writers.get(key)
    if (known === undefined) {
      known = authors.isWriter(identity, device)
      writers.set(key, known)
    }
    return known
  }

  /** Whether an end against its author keeps it. Of others' blocks an end says nothing: whoever leaves could keep what a removed friend writes later. */
  function isNamed({ node: { id, header } }: Entry): boolean {
    const named = keptFor.get(id)
    return named !== undefined && (named.has(toId(header.identity)) || named.has(pairOf(toId(header.identity), toId(header.device))))
  }

  function counts(entry: Entry): boolean {
    return isNamed(entry) || isWriter(entry)
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
      if (isNamed(entry)) kept.push(entry)
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
      const nextKept = authorsOf(authors.keptBlocks())
      const isKeptSame = isSame(keptFor, nextKept)
      let areWritersSame = true
      for (const [key, before] of writers) {
        const [identity, device] = key.split(' ') as [IdentityId, DeviceId]
        const now = authors.isWriter(identity, device)
        if (now === before) continue
        writers.set(key, now)
        areWritersSame = false
      }
      if (isKeptSame && areWritersSame) return false
      keptFor = nextKept
      kept = [...nextKept.keys()].flatMap((id) => entries.get(id) ?? []).filter(isNamed)
      const before = outside
      outside = find()
      return !isKeptSame || outside.size !== before.size || [...outside].some((entry) => !before.has(entry))
    },
  }
}

/** Of each block that ends keep, the persons and the pairs of person and device against whom they are. */
function authorsOf(kept: readonly KeptBlock[]): ReadonlyMap<BlockId, ReadonlySet<string>> {
  const authors = new Map<BlockId, Set<string>>()
  for (const { block, identity, device } of kept) {
    const id = toId<BlockId>(block)
    const named = authors.get(id) ?? new Set()
    authors.set(id, named.add(device === undefined ? identity : pairOf(identity, device)))
  }
  return authors
}

function isSame(one: ReadonlyMap<BlockId, ReadonlySet<string>>, other: ReadonlyMap<BlockId, ReadonlySet<string>>): boolean {
  return (
    one.size === other.size &&
    [...one].every(([id, named]) => {
      const others = other.get(id)
      return others?.size === named.size && [...named].every((author) => others.has(author))
    })
  )
}

function pairOf(identity: IdentityId, device: DeviceId): string {
  return `${identity} ${device}`
}
