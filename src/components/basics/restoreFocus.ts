/** The focused element and what it lies in, from the inside out; empty where nothing has the focus. */
export function focusPath(): readonly HTMLElement[] {
  const path: HTMLElement[] = []
  for (let element = document.activeElement; element !== null && element !== document.body; element = element.parentElement) {
    if (element instanceof HTMLElement) path.push(element)
  }
  return path
}

/** Where the focus got lost, gives it to the innermost part of `path` that is still there: the next Tab goes on from that place. */
export function restoreFocus(path: readonly HTMLElement[]): void {
  if (!isFocusLost()) return
  for (const element of path) {
    if (!element.isConnected) continue
    const isPlace = element.hasAttribute('tabindex')
    if (!isPlace) element.tabIndex = -1
    element.focus({ preventScroll: true })
    const took = !isFocusLost()
    if (!isPlace && !took) element.removeAttribute('tabindex')
    else if (!isPlace) element.addEventListener('blur', () => element.removeAttribute('tabindex'), { once: true })
    if (took) return
  }
}

/** Whether nothing has the focus, as after what had it was taken out of the page. */
function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body
}
