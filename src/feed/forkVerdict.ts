import { compareBytes, equalBytes } from '../shared/bytes.ts'
import { toId, type BlockId } from '../shared/ids.ts'
import { covers, type Entry } from './graphEntry.ts'

/**
 * Which blocks of a graph stand where feeds fork or devices take blocks back (docs/PROTOCOL.md#forks): a function of the set of blocks. While there
 * is neither, a joining block costs nothing here.
 */
export interface ForkVerdict {
  /** Grows whenever a block that was here is withdrawn or stands again. */
  readonly version: number
  /** What does not stand. Whatever follows or names a block of it is in it too. */
  readonly withdrawn: ReadonlySet<Entry>
  /** Says that a block joined the graph, with what it names as its past and the blocks that have its place too. */
  joined(entry: Entry, before: readonly Entry[], rivals: readonly Entry[]): void
  /** Takes blocks back without a retraction. */
  takeBack(entries: readonly Entry[]): void
  /** The other blocks at the place of one. */
  rivalsOf(entry: Entry): readonly Entry[]
  /** The first block of its feed up to this one that stands against a rival which was not taken back. */
  firstContested(entry: Entry): Entry | undefined
  /** Whether these blocks and their pasts hold no two blocks of one place, so that one document can hold them all. */
  canMeet(entries: readonly Entry[]): boolean
  /** Whether the device has written again what a withdrawn block of it held, or another copy of the device has. */
  isWrittenAgain(entry: Entry): boolean
}

interface Retracting {
  readonly by: Entry
  readonly first: BlockId
  readonly last: BlockId
}

/** @param entries of the graph, in causal order */
export function createForkVerdict(entries: ReadonlyMap<BlockId, Entry>): ForkVerdict {
  /** The blocks of each place that has more than one. */
  const contests: Entry[][] = []
  const contestByEntry = new Map<Entry, Entry[]>()
  const retractions: Retracting[] = []
  const retractionsByFirst = new Map<BlockId, Retracting[]>()
  const takenBackHere = new Set<Entry>()
  let withdrawn = new Set<Entry>()
  let version = 0

  function isTakenBack(entry: Entry): boolean {
    if (takenBackHere.has(entry)) return true
    return retractionsByFirst.get(entry.node.id)?.some(({ by }) => isOfOneDevice(by, entry)) ?? false
  }

  function winnerOf(contest: readonly Entry[]): Entry | undefined {
    const left = contest.filter((entry) => !isTakenBack(entry))
    return left.reduce<Entry | undefined>(
      (least, entry) => (least && compareBytes(least.bytes, entry.bytes) < 0 ? least : entry),
      undefined,
    )
  }

  function contestWith(rivals: readonly Entry[], entry: Entry): Entry[] {
    let contest = contestByEntry.get(rivals[0]!)
    if (contest === undefined) {
      contest = [...rivals]
      contests.push(contest)
      for (const rival of rivals) contestByEntry.set(rival, contest)
    }
    contest.push(entry)
    contestByEntry.set(entry, contest)
    return contest
  }

  /** @returns whether a block that is here is among those taken back */
  function noteRetractions(entry: Entry): boolean {
    let concerns = false
    for (const { first, last } of entry.node.header.retracts) {
      const retracting = { by: entry, first: toId<BlockId>(first), last: toId<BlockId>(last) }
      retractions.push(retracting)
      retractionsByFirst.set(retracting.first, [...(retractionsByFirst.get(retracting.first) ?? []), retracting])
      concerns ||= entries.has(retracting.first)
    }
    return concerns
  }

  function decide(joining?: Entry): void {
    const fallen = new Set<Entry>([...takenBackHere])
    for (const first of retractionsByFirst.keys()) {
      const entry = entries.get(first)
      if (entry !== undefined && isTakenBack(entry)) fallen.add(entry)
    }
    for (const contest of contests) {
      const winner = winnerOf(contest)
      for (const entry of contest) if (entry !== winner) fallen.add(entry)
    }
    const before = withdrawn
    withdrawn = new Set()
    for (const entry of entries.values()) if (fallen.has(entry) || namedBy(entry).some((id) => isWithdrawn(id))) withdrawn.add(entry)
    const changed =
      [...withdrawn].some((entry) => entry !== joining && !before.has(entry)) || [...before].some((entry) => !withdrawn.has(entry))
    if (changed) version++
  }

  function isWithdrawn(id: BlockId): boolean {
    return withdrawn.has(entries.get(id)!)
  }

  return {
    get version() {
      return version
    },
    get withdrawn() {
      return withdrawn
    },
    joined(entry, before, rivals) {
      const takesBack = noteRetractions(entry)
      const contest = rivals.length === 0 ? undefined : contestWith(rivals, entry)
      const wins = contest !== undefined && winnerOf(contest) === entry
      if (takesBack || wins) decide(entry)
      else if (contest !== undefined || isTakenBack(entry) || before.some((other) => withdrawn.has(other))) withdrawn.add(entry)
    },
    takeBack(taken) {
      if (taken.every((entry) => takenBackHere.has(entry))) return
      for (const entry of taken) takenBackHere.add(entry)
      decide()
    },
    rivalsOf: (entry) => (contestByEntry.get(entry) ?? []).filter((other) => other !== entry),
    firstContested(entry) {
      const before = [...contestByEntry].filter(
        ([other, contest]) =>
          other.node.feed === entry.node.feed &&
          covers(entry, other) &&
          !withdrawn.has(other) &&
          contest.some((rival) => rival !== other && !isTakenBack(rival)),
      )
      return before.map(([other]) => other).sort((a, b) => a.order - b.order)[0]
    },
    canMeet: (together) =>
      contests.every((contest) => contest.filter((entry) => together.some((other) => covers(other, entry))).length <= 1),
    isWrittenAgain: (entry) =>
      retractions.some(({ by, first, last }) => {
        const [from, to] = [entries.get(first), entries.get(last)]
        if (by.node.document !== entry.node.document || !isOfOneDevice(by, entry)) return false
        if (from?.node.feed !== entry.node.feed || !covers(entry, from)) return false
        // While the last one is not here, nothing says that this one came after it.
        return to === undefined || (to.node.feed === entry.node.feed && covers(to, entry))
      }),
  }
}

function isOfOneDevice(a: Entry, b: Entry): boolean {
  return equalBytes(a.node.header.device, b.node.header.device)
}

function namedBy({ node: { header } }: Entry): BlockId[] {
  const ids = header.dependencies.map((id) => toId<BlockId>(id))
  return header.seq === 0 ? ids : [toId<BlockId>(header.previous), ...ids]
}
