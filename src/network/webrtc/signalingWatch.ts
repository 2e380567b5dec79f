import type { Clock, Random, Timer } from '../../shared/ports.ts'
import { drawUniform } from '../chance.ts'
import type { SignalingConnection } from './signalingGuard.ts'

const patienceMs = 3_000
const lookEveryMs = 2_000
/** A server that takes the connection and then says nothing would hold it for half a minute. */
const openWithinMs = 8_000
const probeAnswerMs = 5_000
/** After a restart of a server its clients come back within this many milliseconds, not all in one. */
const spreadMs = 1_200
/** So many tries, within about six seconds, a connection makes by itself. A browser logs each one that fails, so from then on they become fewer. */
const quickTries = 8
/** The pause before the next try doubles from this, */
const firstPauseMs = 4_000
/** up to this; it is drawn from the upper half, so that the clients of a server do not come back in one moment. */
const maxPauseMs = 30_000

/** Whether some signaling server answers, over all rooms. All servers are used at once, so one that hangs holds nobody up. */
export interface SignalingWatch {
  /** `unreachable` once none has been connected for 3 s. */
  status(): 'connecting' | 'online' | 'unreachable'
  /** Which servers are connected now. */
  servers(): readonly { readonly url: string; readonly isConnected: boolean }[]
  /** The connections to them, and when each was connected or lost last, in milliseconds since the Unix epoch. */
  connections(): ReadonlyMap<SignalingConnection, number>
  /** A room uses these connections. @returns the function that ends it */
  add(connections: readonly SignalingConnection[]): () => void
  /** Tries at once to connect what is not, as if it were the first time, and has what is connected answer within 5 s: the page was away or offline. */
  nudge(): void
}

interface Use {
  /** Rooms. */
  count: number
  sinceMs: number
  /** How often it had failed when the pause before the next try was drawn. */
  failures: number
  nextTryMs: number
  readonly forget: () => void
}

/** Makes a watch that knows no connection yet. Never throws. */
export function createSignalingWatch({
  clock,
  random,
  onChange,
}: {
  readonly clock: Clock
  readonly random: Random
  readonly onChange: () => void
}): SignalingWatch {
  const usesByConnection = new Map<SignalingConnection, Use>()
  /** Sockets that are being opened, and since when. */
  const openingSince = new WeakMap<WebSocket, number>()
  let isUnreachable = false
  let timer: Timer | undefined
  let lookTimer: Timer | undefined
  let answerTimer: Timer | undefined

  const isConnected = (): boolean => [...usesByConnection.keys()].some(({ connected }) => connected)

  function refresh(): void {
    if (isConnected() || usesByConnection.size === 0) {
      clock.clear(timer)
      timer = undefined
      isUnreachable = false
    } else {
      timer ??= clock.after(patienceMs, () => {
        isUnreachable = true
        onChange()
      })
    }
    onChange()
  }

  function look(): void {
    for (const [connection, use] of usesByConnection) {
      giveUpOpening(connection, openWithinMs)
      pace(connection, use)
    }
    lookTimer = clock.after(lookEveryMs, look)
  }

  /** Closes a socket that has been opening for so long: the connection tries again by itself. */
  function giveUpOpening({ connected, ws }: SignalingConnection, afterMs: number): void {
    if (connected || ws === null) return
    const since = openingSince.get(ws) ?? clock.now()
    openingSince.set(ws, since)
    if (clock.now() - since >= afterMs) ws.close()
  }

  /** Holds a connection back that has failed often, and has it try again when it is time. */
  function pace(connection: SignalingConnection, use: Use): void {
    const { connected, unsuccessfulReconnects: failures } = connection
    if (connected || failures < quickTries) return
    connection.shouldConnect = false
    if (connection.ws !== null) return
    if (failures !== use.failures) {
      use.failures = failures
      const pauseMs = Math.min(maxPauseMs, firstPauseMs * 2 ** (failures - quickTries))
      use.nextTryMs = clock.now() + pauseMs * (1 - drawUniform(random) / 2)
    } else if (clock.now() >= use.nextTryMs) {
      connection.connect()
      connection.shouldConnect = false
    }
  }

  function tryAtOnce(connection: SignalingConnection): void {
    giveUpOpening(connection, lookEveryMs)
    connection.unsuccessfulReconnects = 0
    connection.connect()
  }

  function watch(connection: SignalingConnection): () => void {
    const onConnect = (): void => {
      connection.shouldConnect = true
      note(connection)
      refresh()
    }
    const onDisconnect = (): void => {
      note(connection)
      // Read right after this event: a random pause before the first try to come back.
      connection.unsuccessfulReconnects = 10 ** ((drawUniform(random) * spreadMs) / 1_200) - 1
      refresh()
    }
    connection.on('connect', onConnect)
    connection.on('disconnect', onDisconnect)
    return () => {
      connection.off('connect', onConnect)
      connection.off('disconnect', onDisconnect)
    }
  }

  function note(connection: SignalingConnection): void {
    const use = usesByConnection.get(connection)
    if (use !== undefined) use.sinceMs = clock.now()
  }

  function forget(connection: SignalingConnection): void {
    const use = usesByConnection.get(connection)
    if (use === undefined || --use.count > 0) return
    use.forget()
    usesByConnection.delete(connection)
  }

  return {
    status: () => {
      if (isConnected()) return 'online'
      return isUnreachable ? 'unreachable' : 'connecting'
    },
    servers: () => [...usesByConnection.keys()].map(({ url, connected }) => ({ url, isConnected: connected })),
    connections: () => new Map([...usesByConnection].map(([connection, { sinceMs }]) => [connection, sinceMs])),
    add: (connections) => {
      for (const connection of connections) {
        const use = usesByConnection.get(connection)
        if (use === undefined) {
          usesByConnection.set(connection, { count: 1, sinceMs: clock.now(), failures: 0, nextTryMs: 0, forget: watch(connection) })
        } else {
          use.count++
          // Whoever enters a room wants to meet somebody now.
          if (!connection.shouldConnect) tryAtOnce(connection)
        }
      }
      if (lookTimer === undefined) look()
      refresh()
      return () => {
        for (const connection of connections) forget(connection)
        if (usesByConnection.size === 0) {
          clock.clear(lookTimer)
          clock.clear(answerTimer)
          lookTimer = answerTimer = undefined
        }
        refresh()
      }
    },
    nudge: () => {
      const asked = new Map<SignalingConnection, number>()
      for (const connection of usesByConnection.keys()) {
        if (connection.connected) {
          asked.set(connection, connection.lastMessageReceived)
          connection.send({ type: 'ping' })
        } else {
          tryAtOnce(connection)
        }
      }
      clock.clear(answerTimer)
      answerTimer = clock.after(probeAnswerMs, () => {
        answerTimer = undefined
        for (const [connection, heardAt] of asked)
          if (connection.connected && connection.lastMessageReceived === heardAt) connection.ws?.close()
      })
    },
  }
}
