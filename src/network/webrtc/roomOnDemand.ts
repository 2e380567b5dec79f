import type { Clock, Timer } from '../../shared/ports.ts'
import type { AdapterRoom } from '../roomNetwork.ts'

const retryMs = 5_000

export interface RoomOnDemandOptions {
  /** Fetches the code of a room and makes it; called again after it rejected. */
  readonly load: () => Promise<AdapterRoom>
  readonly clock: Clock
  /** Called after each attempt, with what it failed for. */
  readonly onAttempt: (cause: unknown) => void
}

/**
 * A room whose code is fetched when it is first started: a page shows what its device holds without waiting for code that only talks to
 * others, and a tab that lets another one talk never fetches it. An attempt that fails is repeated after 5 s and when asked to probe.
 */
export function createRoomOnDemand({ load, clock, onAttempt }: RoomOnDemandOptions): AdapterRoom {
  let room: AdapterRoom | undefined
  let isWanted = false
  let isLoading = false
  let retry: Timer | undefined

  async function attempt(): Promise<void> {
    if (isLoading) return
    isLoading = true
    clock.clear(retry)
    try {
      room = await load()
    } catch (cause) {
      onAttempt(cause)
    }
    isLoading = false
    if (room !== undefined) onAttempt(undefined)
    if (!isWanted) return
    if (room === undefined) retry = clock.after(retryMs, () => void attempt())
    else room.start()
  }

  return {
    start: () => {
      isWanted = true
      if (room === undefined) void attempt()
      else room.start()
    },
    stop: async () => {
      isWanted = false
      clock.clear(retry)
      await room?.stop()
    },
    probe: () => {
      if (room !== undefined) room.probe()
      else if (isWanted) void attempt()
    },
  }
}
