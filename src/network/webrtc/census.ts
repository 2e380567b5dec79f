import type { Clock } from '../../shared/ports.ts'
import type { FindingLog } from '../findingLog.ts'
import { youngMs } from './strangerGate.ts'

// A room promises 32 peers, who may all come at once; browsers refuse connections beyond 500 a page.
const maxConnectingPerRoom = 32
const maxConnecting = 96
const maxConnections = 400

/** One connection as the census sees it. */
export interface Counted {
  isConnecting(): boolean
  /** Milliseconds. */
  readonly beganMs: number
}

/** Connections of one room, counted within those of the whole network. */
export interface RoomCensus {
  /** @throws Error where one more would pass a cap; the connection library takes that as a failed connection. */
  assertRoom(): void
  /** Those that were begun a moment ago and are not made yet. */
  countYoung(): number
  add(counted: Counted): void
  remove(counted: Counted): void
}

/** Counts of all rooms, and a counter for each. */
export interface Census {
  forRoom(): RoomCensus
  countConnecting(): number
}

/** Makes a counter for each room, so that junk on the signaling topic cannot use up the page's connections. */
export function createCensus(clock: Clock, addFinding: FindingLog['add']): Census {
  const all = new Set<Counted>()

  function forRoom(): RoomCensus {
    const own = new Set<Counted>()
    return {
      assertRoom: () => {
        if (all.size < maxConnections && countConnecting(all) < maxConnecting && countConnecting(own) < maxConnectingPerRoom) return
        addFinding('too-many-peers', 'Too many peers ask to connect at once; further ones have to wait.')
        throw new Error('too many connections are being made')
      },
      countYoung: () => countConnecting([...own].filter(({ beganMs }) => Math.abs(clock.now() - beganMs) < youngMs)),
      add: (counted) => {
        own.add(counted)
        all.add(counted)
      },
      remove: (counted) => {
        own.delete(counted)
        all.delete(counted)
      },
    }
  }

  return { forRoom, countConnecting: () => countConnecting(all) }
}

function countConnecting(connections: Iterable<Counted>): number {
  let count = 0
  for (const connection of connections) if (connection.isConnecting()) count++
  return count
}
