import { useMemo, useSyncExternalStore } from 'react'

/** What is on the screen, as the address says it. Never holds an invitation: an address ends up in histories and screenshots. */
export interface Route {
  readonly space?: string | undefined
  /** On a narrow screen one of the two is shown. */
  readonly view?: 'tasks' | 'notes' | undefined
  readonly note?: string | undefined
}

const changed = 'field-notes:route'

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener)
  window.addEventListener(changed, listener)
  return () => {
    window.removeEventListener('popstate', listener)
    window.removeEventListener(changed, listener)
  }
}

/** The address for a route. */
export function addressOf({ space, view, note }: Route): string {
  const query = new URLSearchParams()
  if (space) query.set('space', space)
  if (view === 'notes') query.set('view', view)
  if (note) query.set('note', note)
  const text = query.toString()
  return text === '' ? location.pathname : `${location.pathname}?${text}`
}

/** Goes to a route; the back button leads to the one before. */
export function navigate(route: Route): void {
  history.pushState(null, '', addressOf(route))
  window.dispatchEvent(new Event(changed))
}

/** A place within a space, as an invitation names it; undefined for where everybody begins. */
export function pathOf({ view, note }: Route): string | undefined {
  const { search } = new URL(addressOf({ view, note }), location.href)
  return search === '' ? undefined : `/${search}`
}

/** Where an invitation wants to lead within the space that was joined; whatever else its path says is left out. */
export function placeAt(path: string | undefined): Pick<Route, 'view' | 'note'> {
  const query = new URLSearchParams(path?.split('?')[1])
  return { view: query.get('view') === 'notes' ? 'notes' : 'tasks', note: query.get('note') ?? undefined }
}

/** The present route. */
export function useRoute(): Route {
  const search = useSyncExternalStore(subscribe, () => location.search)
  return useMemo(() => {
    const query = new URLSearchParams(search)
    return {
      space: query.get('space') ?? undefined,
      view: query.get('view') === 'notes' ? 'notes' : 'tasks',
      note: query.get('note') ?? undefined,
    }
  }, [search])
}
