'use client'
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { Readable } from '../shared/readable.ts'

const stopNothing = (): void => {}

/** What to take of a value, so that a component renders only when that changes. */
export interface Selection<T, Selected> {
  /** Depends on the value only; may be written inline. */
  readonly select: (value: T) => Selected
  /** Whether two selections are the same to the component, which then keeps the earlier. Default: `Object.is`. */
  readonly isEqual?: ((a: Selected, b: Selected) => boolean) | undefined
}

/** What a selection takes of the present value of a {@link Readable}, and a render for each change of that; undefined for an undefined one. */
export function useSelected<T, Selected>(
  readable: Readable<T> | undefined,
  { select, isEqual = Object.is }: Selection<T, Selected>,
): Selected | undefined {
  /** What the component shows. */
  const shown = useRef<Shown<Selected>>(undefined)
  // oxlint-disable-next-line react/refs -- read by the getter alone, and only to keep an equal selection
  const get = useMemo(() => createGetter(readable, select, isEqual, shown), [readable, select, isEqual])
  const subscribe = useCallback((listener: () => void) => readable?.subscribe(listener) ?? stopNothing, [readable])
  const selected = useSyncExternalStore(subscribe, get, () => undefined)
  useEffect(() => {
    shown.current = readable === undefined ? undefined : { selected: selected as Selected }
  }, [readable, selected])
  return selected
}

type Shown<Selected> = { readonly selected: Selected } | undefined

/** Selects anew only from a new value, and gives what is shown where that is equal. */
function createGetter<T, Selected>(
  readable: Readable<T> | undefined,
  select: (value: T) => Selected,
  isEqual: (a: Selected, b: Selected) => boolean,
  shown: { readonly current: Shown<Selected> },
): () => Selected | undefined {
  let last: { readonly value: T; readonly selected: Selected } | undefined
  return () => {
    if (readable === undefined) return undefined
    const value = readable.get()
    if (last !== undefined && Object.is(last.value, value)) return last.selected
    const selected = select(value)
    const before = last ?? shown.current
    last = { value, selected: before !== undefined && isEqual(before.selected, selected) ? before.selected : selected }
    return last.selected
  }
}
