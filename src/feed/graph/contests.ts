import { append } from '../../shared/append.ts'
import { compareBytes } from '../../shared/bytes.ts'
import { createHeap, type Heap } from '../../shared/heap.ts'
import type { Acceptance } from '../acceptance.ts'
import type { Entry } from './graphEntry.ts'

/** Places in feeds for which there are several blocks. One is won by what an end keeps, else by the least, of what counts and was not taken back. */
export interface Contests {
  /** Lists a block beside another one of its place; it does not run for it yet. */
  list(entry: Entry, rival: Entry): void
  /** Lets a listed block run for its place. @returns whether it wins */
  enter(entry: Entry): boolean
  /** The block that wins the place of this one; undefined where it has no rival, or none of them may win. */
  winnerAt(entry: Entry): Entry | undefined
  /** Whether it has rivals and does not win. */
  isLost(entry: Entry): boolean
  /** The other blocks at the place of one. */
  rivalsOf(entry: Entry): readonly Entry[]
  /** The winners of a client's places who have a rival that counts and was not taken back. */
  contestedOf(client: number): readonly Entry[]
  /** Takes all that run out: other blocks may count than did. */
  restart(): void
}

interface Contest {
  readonly entries: Entry[]
  /** Those that may win. */
  running: Heap<Entry>
}

/** @param isTakenBack what is taken back once stays so, until {@link Contests.restart} */
export function createContests(acceptance: Acceptance, isTakenBack: (entry: Entry) => boolean): Contests {
  const contestByEntry = new Map<Entry, Contest>()
  const contestsByClient = new Map<number, Contest[]>()

  function winnerOf({ running }: Contest): Entry | undefined {
    for (let least = running.peek(); least !== undefined; least = running.peek()) {
      if (!isTakenBack(least)) return least
      running.pop()
    }
    return undefined
  }

  function winnerAt(entry: Entry): Entry | undefined {
    const contest = contestByEntry.get(entry)
    return contest && winnerOf(contest)
  }

  function comesFirst(a: Entry, b: Entry): boolean {
    const [first, second] = [acceptance.isKept(a), acceptance.isKept(b)]
    return first === second ? compareBytes(a.bytes, b.bytes) < 0 : first
  }

  return {
    list(entry, rival) {
      let contest = contestByEntry.get(rival)
      if (contest === undefined) {
        contest = { entries: [rival], running: createHeap(comesFirst) }
        append(contestsByClient, rival.node.client, contest)
        contestByEntry.set(rival, contest)
        if (!acceptance.outside.has(rival)) contest.running.push(rival)
      }
      contest.entries.push(entry)
      contestByEntry.set(entry, contest)
    },
    enter(entry) {
      const contest = contestByEntry.get(entry)
      contest?.running.push(entry)
      return contest !== undefined && winnerOf(contest) === entry
    },
    winnerAt,
    isLost: (entry) => contestByEntry.has(entry) && winnerAt(entry) !== entry,
    rivalsOf: (entry) => (contestByEntry.get(entry)?.entries ?? []).filter((other) => other !== entry),
    contestedOf: (client) =>
      (contestsByClient.get(client) ?? []).flatMap((contest) => {
        const winner = winnerOf(contest)
        const hasRival = contest.entries.some((rival) => rival !== winner && !acceptance.outside.has(rival) && !isTakenBack(rival))
        return winner !== undefined && hasRival ? [winner] : []
      }),
    restart() {
      for (const contest of new Set(contestByEntry.values())) contest.running = createHeap(comesFirst)
    },
  }
}
