/** The events of a page that {@link watchPage} listens to. */
export interface PageEvents {
  readonly document: EventTarget & { readonly visibilityState: DocumentVisibilityState }
  readonly window: EventTarget
}

/**
 * Watches a page go and come back. A page that is hidden or frozen may be ended without further notice; one that is seen, thawed or online again, or is
 * brought back from the browser's history, may have lost its peers meanwhile.
 * @param page undefined outside of browsers, where nothing of this happens
 * @returns the function that ends it
 */
export function watchPage(
  { onHide, onBack }: { readonly onHide: () => void; readonly onBack: () => void },
  page: PageEvents | undefined,
): () => void {
  if (page === undefined) return () => {}
  const onVisibility = (): void => (page.document.visibilityState === 'hidden' ? onHide() : onBack())
  const onPageShow = (event: Event): void => {
    if ((event as PageTransitionEvent).persisted) onBack()
  }
  const listeners: readonly (readonly [EventTarget, string, (event: Event) => void])[] = [
    [page.document, 'visibilitychange', onVisibility],
    [page.document, 'freeze', onHide],
    [page.document, 'resume', onBack],
    [page.window, 'pagehide', onHide],
    [page.window, 'pageshow', onPageShow],
    [page.window, 'online', onBack],
  ]
  for (const [target, name, listener] of listeners) target.addEventListener(name, listener)
  return () => {
    for (const [target, name, listener] of listeners) target.removeEventListener(name, listener)
  }
}
