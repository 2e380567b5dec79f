import { EchoError } from '../shared/echoError.ts'
import type { Clock } from '../shared/ports.ts'
import { createWritable } from '../shared/readable.ts'
import { createBackoff, type Backoff } from './backoff.ts'
import type { BaseConnection } from './baseConnection.ts'
import { createFindingLog, type FindingLog } from './findingLog.ts'
import type { Network, NetworkFacts, NetworkState, Room, RoomRequest } from './network.ts'

/** One room as an adapter makes it; started and stopped in turn, any number of times. */
export interface AdapterRoom {
  start(): void
  /** Closes the connections. @returns when {@link start} may be called again. */
  stop(): Promise<void>
  /** Asks for a sign of life. */
  probe(): void
}

/** What an adapter adds to the life cycle that all of them share. */
export interface RoomAdapter {
  readonly clock: Clock
  openRoom(request: RoomRequest, backoff: Backoff, meet: (connection: BaseConnection) => void): AdapterRoom
  /** The state while the network is switched on; without a room, `idle` takes the place of `connecting` and `online`. */
  describe(connections: number): NetworkState
  probe?(): void
  /** As {@link Network.inspect}; where it is absent, nothing is known but the connections. @param open connections, and since when */
  inspect?(open: ReadonlyMap<BaseConnection, number>): Promise<NetworkFacts>
  /** Called after all rooms have stopped. */
  dispose?(): void
}

/** A {@link Network} and its adapter's handles on it. */
export interface RoomNetwork {
  readonly network: Network
  readonly log: FindingLog
  /** To be called when {@link RoomAdapter.describe} would answer differently. */
  refreshState(): void
}

interface Slot {
  readonly room: AdapterRoom
  isRunning: boolean
}

/**
 * Builds a network from an adapter's rooms: one room of a name at a time, the switch, counting, waiting for a teardown, the end.
 * Its `enter` throws EchoError `bad-config` for a room that is entered already and `disposed` after the end.
 */
export function createRoomNetwork(adapter: RoomAdapter): RoomNetwork {
  const log = createFindingLog(adapter.clock)
  const slotsByName = new Map<string, Slot>()
  const teardownsByName = new Map<string, Promise<void>>()
  let isEnabled = true
  let isDisposed = false
  const openSince = new Map<BaseConnection, number>()
  const state = createWritable<NetworkState>(describe())

  function describe(): NetworkState {
    if (!isEnabled || isDisposed) return { status: 'off' }
    const described = adapter.describe(openSince.size)
    const isIdle = slotsByName.size === 0 && (described.status === 'connecting' || described.status === 'online')
    return isIdle ? { status: 'idle' } : described
  }

  function refreshState(): void {
    const next = describe()
    if (!isSame(state.get(), next)) state.set(next)
  }

  function start(name: string, slot: Slot): void {
    if (!isEnabled || isDisposed || slot.isRunning || slotsByName.get(name) !== slot) return
    const teardown = teardownsByName.get(name)
    if (teardown !== undefined) {
      void teardown.then(() => start(name, slot))
      return
    }
    slot.isRunning = true
    slot.room.start()
  }

  function stop(name: string, slot: Slot): void {
    if (!slot.isRunning) return
    slot.isRunning = false
    const teardown = slot.room.stop().finally(() => {
      if (teardownsByName.get(name) === teardown) teardownsByName.delete(name)
    })
    teardownsByName.set(name, teardown)
  }

  function meet(connection: BaseConnection, onConnection: (connection: BaseConnection) => void): void {
    openSince.set(connection, adapter.clock.now())
    connection.onEnd = () => {
      openSince.delete(connection)
      refreshState()
    }
    refreshState()
    onConnection(connection)
  }

  async function leave(name: string, slot: Slot): Promise<void> {
    if (slotsByName.get(name) === slot) {
      slotsByName.delete(name)
      stop(name, slot)
      refreshState()
    }
    await teardownsByName.get(name)
  }

  const network: Network = {
    state,
    diagnostics: log.findings,
    enter: (request, onConnection): Room => {
      const { name } = request
      if (isDisposed) throw new EchoError('disposed', 'This network was disposed and enters no room any more: create a new one.')
      if (slotsByName.has(name))
        throw new EchoError('bad-config', 'This room is entered already: share the room that enter returned, or leave it first.')
      const backoff = createBackoff()
      const slot: Slot = { room: adapter.openRoom(request, backoff, (connection) => meet(connection, onConnection)), isRunning: false }
      slotsByName.set(name, slot)
      start(name, slot)
      refreshState()
      return { leave: () => leave(name, slot), reportHandshake: backoff.report }
    },
    inspect: () => adapter.inspect?.(openSince) ?? Promise.resolve(plainFacts(openSince)),
    setEnabled: (enabled) => {
      if (enabled === isEnabled) return
      isEnabled = enabled
      for (const [name, slot] of slotsByName) (enabled ? start : stop)(name, slot)
      refreshState()
    },
    probe: () => {
      if (!isEnabled || isDisposed) return
      adapter.probe?.()
      for (const { room, isRunning } of slotsByName.values()) if (isRunning) room.probe()
    },
    dispose: async () => {
      const isFirst = !isDisposed
      isDisposed = true
      for (const [name, slot] of slotsByName) stop(name, slot)
      slotsByName.clear()
      refreshState()
      await Promise.all(teardownsByName.values())
      if (isFirst) adapter.dispose?.()
    },
  }
  return { network, log, refreshState }
}

function plainFacts(open: ReadonlyMap<BaseConnection, number>): NetworkFacts {
  const connections = [...open].map(([{ id, sameOrigin }, sinceMs]) => ({
    id,
    path: sameOrigin ? ('same-browser' as const) : ('direct' as const),
    bytesSent: undefined,
    bytesReceived: undefined,
    roundTripMs: undefined,
    sinceMs,
  }))
  return { servers: [], ways: undefined, connections }
}

function isSame(a: NetworkState, b: NetworkState): boolean {
  const count = (state: NetworkState): number => ('connections' in state ? state.connections : 0)
  const servers = (state: NetworkState): string => JSON.stringify('servers' in state ? state.servers : [])
  return a.status === b.status && count(a) === count(b) && servers(a) === servers(b)
}
