import { append } from '../../shared/append.ts'
import { equalBytes } from '../../shared/bytes.ts'
import { createHeap } from '../../shared/heap.ts'
import { toId, type BlockId, type DeviceId, type DocumentId } from '../../shared/ids.ts'
import { allAuthors, createAcceptance, type Authors } from '../acceptance.ts'
import { createContests } from './contests.ts'
import { covers, type Entry } from './graphEntry.ts'
import { createRewrites } from '../rewrites.ts'

/**
 * Which blocks of a graph stand where feeds fork, devices take blocks back or authors are no writers any more (docs/PROTOCOL.md#forks, #acceptance): a
 * function of the set of blocks and of what the membership log says. What does not count for its author decides about nothing else: it wins no place and
 * takes nothing back.
 *
 * A joining block only notes whose case it opens again, and is withheld where it does, with what follows it: all goes on as if it had not come yet, until
 * {@link decide} works out what follows, block by block from there on, as far as anything changes. So a fork costs what it changes, many of them together
 * cost what they change in the end, and documents say when they are ready for it.
 */
export interface ForkVerdict {
  /** Grows whenever a block that was here is withdrawn or stands again. */
  readonly version: number
  /** What does not stand, in no order. Whatever follows or names a block of it is in it too. */
  readonly withdrawn: ReadonlySet<Entry>
  /** What of that only waits for a decision. */
  readonly withheld: ReadonlySet<Entry>
  /** Whether nothing is in doubt. */
  readonly isDecided: boolean
  /** How many blocks it has looked at so far, for whoever watches what that costs. */
  readonly visited: number
  /** Says that a block joined the graph, with what it names as its past and one of the blocks that had its place before. */
  joined(entry: Entry, before: readonly Entry[], rival: Entry | undefined): void
  /** Whether a block does not count because its author is no writer any more, and nothing that counts rests on it. */
  isOutside(entry: Entry): boolean
  /** The membership log may say something else of authors: that is looked at, and decided the next time. */
  reviewAuthors(): void
  /** Takes blocks back without a retraction, from the next decision on. */
  takeBack(entries: readonly Entry[]): void
  /** Decides all that is in doubt. */
  decide(): void
  /** The other blocks at the place of one. */
  rivalsOf(entry: Entry): readonly Entry[]
  /** The first block of its feed up to this one that stands against a rival which was not taken back. */
  firstContested(entry: Entry): Entry | undefined
  /** Whether a retraction in a document begins with this block. */
  isClaimed(entry: Entry, document: DocumentId): boolean
  /** Whether the device has written again what a withdrawn block of it held, or another copy of the device has. */
  isWrittenAgain(entry: Entry): boolean
}

/** @param entries of the graph, in causal order */
export function createForkVerdict(entries: ReadonlyMap<BlockId, Entry>, authors: Authors = allAuthors): ForkVerdict {
  const acceptance = createAcceptance(entries, (entry) => pastOf(entry, entries), authors)
  const retractedBy = new Map<BlockId, Set<DeviceId>>()
  const takenBackHere = new Set<Entry>()
  const contests = createContests(acceptance, isTakenBack)
  const rewrites = createRewrites(entries)
  const withdrawn = new Set<Entry>()
  const withheld = new Set<Entry>()
  /** What has to be looked at again. */
  let doubtful = new Set<Entry>()
  /** The blocks that follow or name a block; undefined as long as nobody has asked. */
  let followers: Map<Entry, Entry[]> | undefined
  /** Whether other blocks count than those noted in the maps above. */
  let isReviewed = true
  let version = 0
  let visited = 0

  function isTakenBack(entry: Entry): boolean {
    const isNoted = takenBackHere.has(entry) || (retractedBy.get(entry.node.id)?.has(deviceOf(entry)) ?? false)
    // What an end keeps stays, whatever its author says.
    return isNoted && !acceptance.isKept(entry)
  }

  /** Whether an entry does not stand for a reason of its own, whatever its past. */
  function isFallen(entry: Entry): boolean {
    return acceptance.outside.has(entry) || isTakenBack(entry) || contests.isLost(entry) || rewrites.isBeaten(entry)
  }

  /** Lets a block run for its place. @returns whether it wins, and so what stood there may have to fall */
  function enterContest(entry: Entry): boolean {
    const former = contests.winnerAt(entry)
    if (!contests.enter(entry)) return false
    if (former !== undefined) doubtful.add(former)
    return true
  }

  /** Lets a block that counts say what it says of others. @returns whether it may change what stands */
  function note(entry: Entry): boolean {
    const isRetracting = entry.node.header.retracts.length > 0 && noteRetractions(entry)
    return enterContest(entry) || isRetracting
  }

  /** Notes everything anew. */
  function review(): void {
    isReviewed = true
    rewrites.clear()
    retractedBy.clear()
    contests.restart()
    for (const entry of entries.values()) {
      doubtful.add(entry)
      if (!acceptance.outside.has(entry)) note(entry)
    }
  }

  /** @returns whether something else may have to fall or to stand for it */
  function noteRetractions(entry: Entry): boolean {
    const device = deviceOf(entry)
    let isDoubted = false
    for (const retraction of entry.node.header.retracts) {
      const first = toId<BlockId>(retraction.first)
      const takenBack = entries.get(first)
      // Anyone may name anyone's block; only its device can take it back.
      const isOwn = takenBack !== undefined && isOfOneDevice(entry, takenBack)
      const note = (): unknown => retractedBy.set(first, (retractedBy.get(first) ?? new Set()).add(device))
      if (isOwn) isDoubted = noteTakenBack(takenBack, note) || isDoubted
      else note()
      const beaten = rewrites.note(entry, first, toId<BlockId>(retraction.last))
      if (beaten === undefined || withdrawn.has(beaten)) continue
      doubtful.add(beaten)
      isDoubted = true
    }
    return isDoubted
  }

  /** @returns whether the block stood, or another may stand in its place now */
  function noteTakenBack(entry: Entry, note: () => unknown): boolean {
    const former = contests.winnerAt(entry)
    note()
    const next = contests.winnerAt(entry)
    const stood = !withdrawn.has(entry)
    if (stood) doubtful.add(entry)
    if (next !== undefined && next !== former) doubtful.add(next)
    return stood || next !== former
  }

  /** In causal order, so that no block is judged before its past. */
  function decide(): void {
    if (!isReviewed) review()
    if (doubtful.size === 0) return
    withheld.clear()
    followers ??= followersOf(entries)
    const open = createHeap<Entry>((a, b) => a.order < b.order)
    for (const entry of doubtful) open.push(entry)
    doubtful = new Set()
    let hasChanged = false
    let last: Entry | undefined
    for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
      if (entry === last) continue
      last = entry
      visited++
      const isOut = isFallen(entry) || pastOf(entry, entries).some((other) => withdrawn.has(other))
      if (isOut === withdrawn.has(entry)) continue
      if (isOut) withdrawn.add(entry)
      else withdrawn.delete(entry)
      hasChanged = true
      for (const follower of followers.get(entry) ?? []) open.push(follower)
    }
    if (hasChanged) version++
  }

  return {
    get version() {
      return version
    },
    withdrawn,
    withheld,
    get isDecided() {
      return doubtful.size === 0 && isReviewed
    },
    get visited() {
      return visited
    },
    joined(entry, before, rival) {
      if (followers !== undefined) for (const other of before) append(followers, other, entry)
      const accepted = acceptance.joined(entry)
      if (rival !== undefined) contests.list(entry, rival)
      let isWithheld = false
      for (const other of accepted) {
        const isOpening = note(other)
        // What counts only now has to be looked at; what rests on it waits for that.
        if (isOpening || other !== entry) doubtful.add(other)
        isWithheld ||= isOpening || other !== entry
      }
      // A kept block may win the places of its whole past.
      if (acceptance.isKept(entry)) isReviewed = false
      if (isWithheld || before.some((other) => withheld.has(other))) withheld.add(entry)
      // Where its past is in doubt itself, it is looked at with that.
      if (isWithheld || isFallen(entry) || before.some((other) => withdrawn.has(other))) withdrawn.add(entry)
    },
    isOutside: (entry) => acceptance.outside.has(entry),
    reviewAuthors() {
      if (acceptance.review()) isReviewed = false
    },
    takeBack(taken) {
      for (const entry of taken) if (!takenBackHere.has(entry)) noteTakenBack(entry, () => takenBackHere.add(entry))
    },
    decide,
    rivalsOf: contests.rivalsOf,
    firstContested: (entry) =>
      contests
        .contestedOf(entry.node.client)
        .filter((winner) => winner.node.feed === entry.node.feed && covers(entry, winner) && !withdrawn.has(winner))
        .sort((a, b) => a.order - b.order)[0],
    isClaimed: rewrites.isClaimed,
    isWrittenAgain: rewrites.isWrittenAgain,
  }
}

function followersOf(entries: ReadonlyMap<BlockId, Entry>): Map<Entry, Entry[]> {
  const followers = new Map<Entry, Entry[]>()
  for (const entry of entries.values()) for (const other of pastOf(entry, entries)) append(followers, other, entry)
  return followers
}

/** What a block names as its past. */
function pastOf({ node: { header } }: Entry, entries: ReadonlyMap<BlockId, Entry>): Entry[] {
  const named = header.seq === 0 ? header.dependencies : [header.previous, ...header.dependencies]
  return named.flatMap((id) => entries.get(toId<BlockId>(id)) ?? [])
}

function isOfOneDevice(a: Entry, b: Entry): boolean {
  return equalBytes(a.node.header.device, b.node.header.device)
}

function deviceOf({ node: { header } }: Entry): DeviceId {
  return toId<DeviceId>(header.device)
}
