'use client'
import { useCallback, useMemo, type RefCallback } from 'react'
import { shareWhereRoom } from '../client/presence/shareWhereRoom.ts'
import type { Space } from '../client/echo.ts'
import type { PresentPeer } from '../client/states.ts'
import { SharedCursor, type CursorPlace } from './cursorPlace.ts'
import { followPointer } from './followPointer.ts'
import { isSameList } from './isSameList.ts'
import { useEcho } from './useEcho.ts'
import { useSelected } from './useSelected.ts'

/** Somebody whose pointer is over an area; `data` says where. */
export type PresentCursor = PresentPeer<CursorPlace> & { readonly data: CursorPlace }

export interface Cursors {
  /** Whose pointer is over the area now; each of a person's tabs once. */
  readonly others: readonly PresentCursor[]
  /**
   * Put it on the area: others see where this person's pointer is, at most 20 times a second, until it leaves, the window loses the focus, the page is
   * hidden, or the area goes away. One area must not lie in another.
   */
  readonly ref: RefCallback<HTMLElement>
}

const nobody: readonly PresentCursor[] = []

/**
 * Where others point at in an area that all of them see, such as a board, and says the same of this person. Places are fractions of the area, so it may
 * have another size for each of them; it may scroll, but what scrolls in it is not followed. `<PresenceCursors>` of `echo-react/components` draws them.
 * @param area names it to everyone, such as by the id of the item that it shows
 * @throws EchoError no-provider
 * @example
 * const { others, ref } = useCursors(space, board.id)
 * <div ref={ref}>{others.map(({ key, name, data }) => <b key={key} style={{ left: `${data.x * 100}%`, top: `${data.y * 100}%` }}>{name}</b>)}</div>
 */
export function useCursors(space: Space | undefined, area: string): Cursors {
  useEcho()
  const presence = space?.presence
  const ref = useCallback(
    (element: HTMLElement | null) => {
      if (element === null || presence === undefined) return
      return followPointer(element, (place) => shareWhereRoom(presence, SharedCursor, place && { area, ...place }))
    },
    [presence, area],
  )
  const select = useCallback((peers: readonly PresentPeer<CursorPlace>[]) => peers.filter((peer) => isOver(peer, area)), [area])
  const cursors = useMemo(() => presence?.others(SharedCursor), [presence])
  const others = useSelected(cursors, { select, isEqual: isSameList })
  return { others: others ?? nobody, ref }
}

/** A page that cannot be seen points at nothing, whatever it says. */
function isOver(peer: PresentPeer<CursorPlace>, area: string): peer is PresentCursor {
  return peer.data?.area === area && peer.activity !== 'away'
}
