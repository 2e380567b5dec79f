import { useEffect, useEffectEvent, useState, type RefObject } from 'react'
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/adapter/element-adapter'
import type { DragLocation } from '@atlaskit/pragmatic-drag-and-drop/types'

/** What can be dragged, by what it is, so that a note is never dropped on a board. */
export type DragKind = 'note' | 'task'

/** Makes an element something to drag. @param id the item that it stands for; undefined where it cannot be moved */
export function useDragged(element: RefObject<HTMLElement | null>, kind: DragKind, id: string | undefined): void {
  useEffect(() => {
    if (element.current === null || id === undefined) return
    return draggable({ element: element.current, getInitialData: () => ({ kind, id }) })
  }, [element, kind, id])
}

/** Where on an element something would be dropped: into it, or before it. */
export type DropPlace = 'before' | 'into'

interface DropOptions {
  readonly kind: DragKind
  /** Which places there are, by how far down the pointer is, from 0 to 1. */
  readonly placeAt: (down: number) => DropPlace
  readonly onDrop: (id: string, place: DropPlace) => void
}

/** Lets things be dropped on an element. @returns where what is held over it now would go, to be shown */
export function useDropTarget(element: RefObject<HTMLElement | null>, { kind, placeAt, onDrop }: DropOptions): DropPlace | undefined {
  const [place, setPlace] = useState<DropPlace>()
  const drop = useEffectEvent(onDrop)
  const find = useEffectEvent(placeAt)
  useEffect(() => {
    if (element.current === null) return
    const target = element.current
    /** Undefined where a target within this one takes what is held over it. */
    function placeOf({ input, dropTargets }: DragLocation): DropPlace | undefined {
      if (dropTargets[0]?.element !== target) return undefined
      const { top, height } = target.getBoundingClientRect()
      return find((input.clientY - top) / height)
    }
    return dropTargetForElements({
      element: target,
      canDrop: ({ source }) => source.data['kind'] === kind,
      onDrag: ({ location }) => setPlace(placeOf(location.current)),
      onDragLeave: () => setPlace(undefined),
      onDrop({ source, location }) {
        setPlace(undefined)
        const where = placeOf(location.current)
        if (where !== undefined) drop(String(source.data['id']), where)
      },
    })
  }, [element, kind])
  return place
}
