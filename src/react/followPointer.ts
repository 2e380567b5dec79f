import type { CursorPlace } from './cursorPlace.ts'

/** A pointer moves more often than anyone needs to see. */
const leastMs = 50

/**
 * Says where the pointer is over an element, at most 20 times a second and the last place always; undefined, at once, when it is not there any more:
 * when it leaves, when the window loses the focus, when the page is hidden, and when it is followed no longer.
 * @returns ends it. Idempotent.
 */
export function followPointer(element: HTMLElement, say: (place: Omit<CursorPlace, 'area'> | undefined) => void): () => void {
  /** Not said yet. */
  let latest: { readonly clientX: number; readonly clientY: number } | undefined
  let isSaid = false
  let rest: ReturnType<typeof setTimeout> | undefined

  function sayLatest(): void {
    const place = latest && placeIn(element, latest)
    latest = undefined
    if (place === undefined) return
    isSaid = true
    rest = setTimeout(() => {
      rest = undefined
      sayLatest()
    }, leastMs)
    say(place)
  }

  function onMove({ clientX, clientY }: PointerEvent): void {
    latest = { clientX, clientY }
    if (rest === undefined) sayLatest()
  }

  function onGone(): void {
    latest = undefined
    if (isSaid) say(undefined)
    isSaid = false
  }

  function onVisibility(): void {
    if (document.hidden) onGone()
  }

  const passive = { passive: true }
  element.addEventListener('pointermove', onMove, passive)
  element.addEventListener('pointerdown', onMove, passive)
  element.addEventListener('pointerleave', onGone)
  window.addEventListener('blur', onGone)
  document.addEventListener('visibilitychange', onVisibility)
  return () => {
    clearTimeout(rest)
    onGone()
    element.removeEventListener('pointermove', onMove)
    element.removeEventListener('pointerdown', onMove)
    element.removeEventListener('pointerleave', onGone)
    window.removeEventListener('blur', onGone)
    document.removeEventListener('visibilitychange', onVisibility)
  }
}

/** A captured pointer may be outside: then the nearest place inside counts. Undefined in an element without any size. */
function placeIn(element: HTMLElement, { clientX, clientY }: { readonly clientX: number; readonly clientY: number }) {
  const { left, right, top, width, height } = element.getBoundingClientRect()
  if (width === 0 || height === 0) return undefined
  const fromStart = getComputedStyle(element).direction === 'rtl' ? right - clientX : clientX - left
  return { x: fraction(fromStart / width), y: fraction((clientY - top) / height) }
}

/** Four digits: finer than a pixel of any screen, and short to send. */
function fraction(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000
}
