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
  /** Tries at once to connect what is not, and has what is connected answer within 5 s: the page was away or offline. */
  nudge(): void
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
  const usesByConnection = new Map<SignalingConnection, { count: number; sinceMs: number; readonly forget: () => void }>()
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
    for (const connection of usesByConnection.keys()) giveUpOpening(connection, openWithinMs)
    lookTimer = clock.after(lookEveryMs, look)
  }

  /** Closes a socket that has been opening for so long: the connection tries again by itself. */
  function giveUpOpening({ connected, ws }: SignalingConnection, afterMs: number): void {
    if (connected || ws === null) return
    const since = openingSince.get(ws) ?? clock.now()
    openingSince.set(ws, since)
    if (clock.now() - since >= afterMs) ws.close()
  }

  function watch(connection: SignalingConnection): () => void {
    const onConnect = (): void => {
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
        if (use === undefined) usesByConnection.set(connection, { count: 1, sinceMs: clock.now(), forget: watch(connection) })
        else use.count++
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
          giveUpOpening(connection, lookEveryMs)
          connection.connect()
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
