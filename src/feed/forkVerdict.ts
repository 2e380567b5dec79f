import { compareBytes, equalBytes } from '../shared/bytes.ts'
import { toId, type BlockId, type DeviceId, type DocumentId } from '../shared/ids.ts'
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
  /** Whether a retraction in a document begins with this block. */
  isClaimed(entry: Entry, document: DocumentId): boolean
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
  /** The blocks that write the same again, by their device, document and the first block of that. */
  const claims = new Map<string, Entry[]>()
  /** Those of which more than one does. */
  const doubleClaims: Entry[][] = []
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
    return leastOf(contest.filter((entry) => !isTakenBack(entry)))
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

  /** @returns whether something else may stand for it than did before */
  function noteRetractions(entry: Entry): boolean {
    let concerns = false
    for (const { first, last } of entry.node.header.retracts) {
      const retracting = { by: entry, first: toId<BlockId>(first), last: toId<BlockId>(last) }
      retractions.push(retracting)
      retractionsByFirst.set(retracting.first, [...(retractionsByFirst.get(retracting.first) ?? []), retracting])
      const takenBack = entries.get(retracting.first)
      // Anyone may name anyone's block; only its device can take it back.
      concerns ||= takenBack !== undefined && isOfOneDevice(entry, takenBack)
      const key = claimOf(entry, retracting.first)
      const others = claims.get(key)
      if (others === undefined) claims.set(key, [entry])
      else {
        others.push(entry)
        if (others.length === 2) doubleClaims.push(others)
        concerns = true
      }
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
    for (const claim of doubleClaims) {
      const least = leastOf(claim)
      for (const entry of claim) if (entry !== least) fallen.add(entry)
    }
    const before = withdrawn
    withdrawn = new Set()
    for (const entry of entries.values()) if (fallen.has(entry) || namedBy(entry).some((id) => isWithdrawn(id))) withdrawn.add(entry)
    const changed =
      [...withdrawn].some((entry) => entry !== joining && !before.has(entry)) || [...before].some((entry) => !withdrawn.has(entry))
    if (changed) version++
  }

  /** Whether another block of the device writes the same again and stands for it: a copy of the device had not seen that it was done. */
  function isBeaten({ by, first }: Retracting): boolean {
    return leastOf(claims.get(claimOf(by, first))!) !== by
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
      [...contests, ...doubleClaims].every(
        (rivals) => rivals.filter((entry) => together.some((other) => covers(other, entry))).length <= 1,
      ),
    isClaimed: (entry, document) => claims.has(claimKey(entry.node.header.device, document, entry.node.id)),
    isWrittenAgain: (entry) =>
      entry.node.header.retracts.some(({ first }) => isBeaten({ by: entry, first: toId<BlockId>(first), last: entry.node.id })) ||
      retractions.some((retracting) => {
        const { by, first, last } = retracting
        const [from, to] = [entries.get(first), entries.get(last)]
        if (by.node.document !== entry.node.document || !isOfOneDevice(by, entry) || isBeaten(retracting)) return false
        if (from?.node.feed !== entry.node.feed || !covers(entry, from)) return false
        // While the last one is not here, nothing says that this one came after it.
        return to === undefined || (to.node.feed === entry.node.feed && covers(to, entry))
      }),
  }
}

function isOfOneDevice(a: Entry, b: Entry): boolean {
  return equalBytes(a.node.header.device, b.node.header.device)
}

function leastOf(entries: readonly Entry[]): Entry | undefined {
  return entries.reduce<Entry | undefined>(
    (least, entry) => (least && compareBytes(least.bytes, entry.bytes) < 0 ? least : entry),
    undefined,
  )
}

function claimOf({ node: { document, header } }: Entry, first: BlockId): string {
  return claimKey(header.device, document, first)
}

function claimKey(device: Uint8Array, document: DocumentId, first: BlockId): string {
  return `${toId<DeviceId>(device)} ${document} ${first}`
}

function namedBy({ node: { header } }: Entry): BlockId[] {
  const ids = header.dependencies.map((id) => toId<BlockId>(id))
  return header.seq === 0 ? ids : [toId<BlockId>(header.previous), ...ids]
}
