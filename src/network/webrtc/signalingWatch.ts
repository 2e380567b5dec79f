import type { Clock, Timer } from '../../shared/ports.ts'
import type { SignalingConnection } from './signalingGuard.ts'

const patienceMs = 3_000

/** Whether some signaling server answers, over all rooms. */
export interface SignalingWatch {
  /** `unreachable` once none has been connected for 3 s. */
  status(): 'connecting' | 'online' | 'unreachable'
  /** A room uses these connections. @returns the function that ends it. */
  add(connections: readonly SignalingConnection[]): () => void
  /** Tries at once to connect what is not. */
  nudge(): void
}

/** Makes a watch that knows no connection yet. Never throws. */
export function createSignalingWatch(clock: Clock, onChange: () => void): SignalingWatch {
  const usersByConnection = new Map<SignalingConnection, number>()
  let isUnreachable = false
  let timer: Timer | undefined

  const isConnected = (): boolean => [...usersByConnection.keys()].some(({ connected }) => connected)

  function refresh(): void {
    if (isConnected() || usersByConnection.size === 0) {
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

  return {
    status: () => {
      if (isConnected()) return 'online'
      return isUnreachable ? 'unreachable' : 'connecting'
    },
    add: (connections) => {
      for (const connection of connections) {
        const users = usersByConnection.get(connection) ?? 0
        usersByConnection.set(connection, users + 1)
        if (users > 0) continue
        connection.on('connect', refresh)
        connection.on('disconnect', refresh)
      }
      refresh()
      return () => {
        for (const connection of connections) {
          const users = (usersByConnection.get(connection) ?? 0) - 1
          if (users > 0) {
            usersByConnection.set(connection, users)
            continue
          }
          usersByConnection.delete(connection)
          connection.off('connect', refresh)
          connection.off('disconnect', refresh)
        }
        refresh()
      }
    },
    nudge: () => {
      for (const connection of usersByConnection.keys()) if (!connection.connected) connection.connect()
    },
  }
}
