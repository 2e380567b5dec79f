'use client'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useEcho } from './useEcho.ts'
import { useReadable } from './useReadable.ts'
import type { Space } from '../client/echo.ts'
import type { PresenceType } from '../client/presence/definePresence.ts'
import type { PresentPeer } from '../client/states.ts'

export interface PresenceOf<T> {
  /** What this tab shares. */
  readonly me: T
  /** Shares something else from now on. @throws EchoError bad-value */
  readonly setMe: (data: T) => void
  /** Everyone else present, each tab or device once; `data` is undefined where a peer shares none of this kind. */
  readonly others: readonly PresentPeer<T>[]
}

const nobody: readonly PresentPeer<never>[] = []

/**
 * What everyone in a space shares of one presence type, such as a cursor. Sharing ends when the component goes away, so one component
 * per space and type shares, and others only read `others`.
 * @param initial what to share first; later values are ignored, use `setMe`.
 * @throws EchoError no-provider
 * @example
 * const { setMe, others } = usePresence(space, Cursor, { x: 0, y: 0 })
 * <main onPointerMove={(event) => setMe({ x: event.clientX, y: event.clientY })}>{others.map((peer) => <Dot key={peer.key} at={peer.data} />)}</main>
 */
export function usePresence<T>(space: Space | undefined, type: PresenceType<T>, initial: T): PresenceOf<T> {
  useEcho()
  const [me, setMeState] = useState(initial)
  const latest = useRef(me)
  const presence = space?.presence
  useEffect(() => {
    presence?.share(type, latest.current)
    return () => presence?.share(type, undefined)
  }, [presence, type])
  const setMe = useCallback(
    (data: T) => {
      presence?.share(type, data)
      latest.current = data
      setMeState(() => data)
    },
    [presence, type],
  )
  const othersReadable = useMemo(() => presence?.others(type), [presence, type])
  const others: readonly PresentPeer<T>[] = useReadable(othersReadable) ?? nobody
  return useMemo(() => ({ me, setMe, others }), [me, setMe, others])
}
