'use client'
import { useCallback, type RefCallback } from 'react'
import { isSameList } from './isSameList.ts'
import { useEcho } from './useEcho.ts'
import { useSelected } from './useSelected.ts'
import type { Space } from '../client/echo.ts'
import type { PresentPeer } from '../client/states.ts'

export interface Typing {
  /** Who types in the item now, by name; each of a person's tabs once. */
  readonly others: readonly PresentPeer[]
  /**
   * Put it on the input, or on any element around an editor: typing below says that this person types, until 5 s without a letter, until
   * the focus leaves, the page is hidden, or the element goes away.
   */
  readonly ref: RefCallback<HTMLElement>
}

const nobody: readonly PresentPeer[] = []

/**
 * Who types in an item, and says the same of this person.
 * @throws EchoError no-provider
 * @example
 * const title = useField(space, task, 'title')
 * const typing = useTyping(space, task.id)
 * return <><input {...title.props} ref={typing.ref} />{typing.others.map((peer) => <em key={peer.key}>{peer.name} is typing…</em>)}</>
 */
export function useTyping(space: Space | undefined, itemId: string | undefined): Typing {
  useEcho()
  const presence = space?.presence
  const ref = useCallback(
    (element: HTMLElement | null) => {
      if (element === null || presence === undefined || itemId === undefined) return
      let isTyping = false
      const onInput = (): void => {
        isTyping = true
        presence.setTyping(itemId)
      }
      const onLeave = (): void => {
        // Another field may be typed in already.
        if (isTyping) presence.setTyping(undefined)
        isTyping = false
      }
      element.addEventListener('input', onInput)
      element.addEventListener('focusout', onLeave)
      return () => {
        onLeave()
        element.removeEventListener('input', onInput)
        element.removeEventListener('focusout', onLeave)
      }
    },
    [presence, itemId],
  )
  const select = useCallback((peers: readonly PresentPeer[]) => peers.filter((peer) => peer.typing === itemId), [itemId])
  const others = useSelected(itemId === undefined ? undefined : presence?.peers, { select, isEqual: isSameList })
  return { others: others ?? nobody, ref }
}
