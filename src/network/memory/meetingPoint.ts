import type { Clock, Timer } from '../../shared/ports.ts'
import type { Backoff } from '../backoff.ts'
import type { BaseConnection } from '../baseConnection.ts'
import type { MemoryLink } from './memoryLink.ts'

/** One peer's presence in one room, from entering to leaving. */
export interface Stay {
  readonly id: number
  readonly peerName: string
  readonly roomKey: string
  readonly backoff: Backoff
  /** Takes the connection to a peer met in the room. */
  meet(connection: BaseConnection): void
}

export interface MeetingPointOptions {
  readonly clock: Clock
  /** Milliseconds from meeting to a connection, or from its end to the next. */
  drawConnectMs(): number
  mayMeet(a: Stay, b: Stay): boolean
  createLink(a: Stay, b: Stay, onEnded: () => void): MemoryLink
}

/** Who is in which room, and the links between them: every pair that may meet has one, and gets the next one soon after its end. */
export interface MeetingPoint {
  join(stay: Stay): void
  /** Ends the stay and closes its links as a peer does that says goodbye. */
  leave(stay: Stay): void
  /** Cuts the links of pairs that may not meet any more and joins those that may. */
  recheck(): void
  /** While closed nobody meets; links that stand go on. */
  setOpen(isOpen: boolean): void
  /** Cuts every link between two peers once. */
  cut(a: string, b: string): void
  linkCount(): number
}

interface Pair {
  readonly stays: readonly [Stay, Stay]
  link: MemoryLink | undefined
  timer: Timer | undefined
  endedMs: number
}

/** Makes an empty meeting point. Never throws. */
export function createMeetingPoint(options: MeetingPointOptions): MeetingPoint {
  const { clock, drawConnectMs, mayMeet, createLink } = options
  const staysByRoom = new Map<string, Set<Stay>>()
  const pairsById = new Map<string, Pair>()
  let isOpen = true

  function schedule(pair: Pair, delayMs: number): void {
    if (pair.link !== undefined || pair.timer !== undefined || !isOpen || !mayMeet(...pair.stays)) return
    pair.timer = clock.after(delayMs, () => {
      pair.timer = undefined
      connect(pair)
    })
  }

  function connect(pair: Pair): void {
    const [a, b] = pair.stays
    if (!isOpen || !mayMeet(a, b)) return
    // A failed handshake is reported after the close that it causes, so the wait is looked up when it would be over.
    const backoffMs = Math.max(a.backoff.delayMs, b.backoff.delayMs)
    const leftMs = backoffMs === 0 ? 0 : pair.endedMs + backoffMs - clock.now()
    if (leftMs > 0) {
      schedule(pair, leftMs)
      return
    }
    const link = createLink(a, b, () => {
      if (pair.link !== link) return
      pair.link = undefined
      pair.endedMs = clock.now()
      if (pairsById.get(pairId(a, b)) === pair) schedule(pair, drawConnectMs())
    })
    pair.link = link
    a.meet(link.ends[0])
    b.meet(link.ends[1])
  }

  function pairsOf(stay: Stay): Pair[] {
    return [...pairsById.values()].filter((pair) => pair.stays.includes(stay))
  }

  function recheck(): void {
    for (const pair of [...pairsById.values()]) {
      if (mayMeet(...pair.stays)) schedule(pair, drawConnectMs())
      else pair.link?.sever()
    }
  }

  return {
    join: (stay) => {
      const others = staysByRoom.get(stay.roomKey) ?? new Set<Stay>()
      staysByRoom.set(stay.roomKey, others)
      for (const other of others) {
        const pair: Pair = { stays: [other, stay], link: undefined, timer: undefined, endedMs: Number.NEGATIVE_INFINITY }
        pairsById.set(pairId(other, stay), pair)
        schedule(pair, drawConnectMs())
      }
      others.add(stay)
    },
    leave: (stay) => {
      const stays = staysByRoom.get(stay.roomKey)
      stays?.delete(stay)
      if (stays?.size === 0) staysByRoom.delete(stay.roomKey)
      for (const pair of pairsOf(stay)) {
        pairsById.delete(pairId(...pair.stays))
        clock.clear(pair.timer)
        pair.link?.ends[pair.stays[0] === stay ? 0 : 1].close()
      }
    },
    recheck,
    setOpen: (next) => {
      isOpen = next
      recheck()
    },
    cut: (a, b) => {
      for (const pair of [...pairsById.values()]) {
        const names = pair.stays.map((stay) => stay.peerName)
        if (names.includes(a) && names.includes(b)) pair.link?.sever()
      }
    },
    linkCount: () => [...pairsById.values()].filter((pair) => pair.link !== undefined).length,
  }
}

function pairId(a: Stay, b: Stay): string {
  return `${a.id}:${b.id}`
}
