import { useMemo, useSyncExternalStore, type ComponentProps, type ReactNode } from 'react'

const views = ['notes', 'board', 'graph'] as const
export type View = (typeof views)[number]

/** What is on the screen, as the address says it. Never holds an invitation: an address ends up in histories and screenshots. */
export interface Route {
  readonly space?: string | undefined
  readonly view?: View | undefined
  /** The note or task that is open. */
  readonly item?: string | undefined
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

function readRoute(search: string): Route {
  const query = new URLSearchParams(search)
  return {
    space: query.get('space') ?? undefined,
    view: views.find((view) => view === query.get('view')) ?? 'notes',
    item: query.get('item') ?? undefined,
  }
}

/** The address for a route. */
export function addressOf({ space, view, item }: Route): string {
  const query = new URLSearchParams()
  if (space) query.set('space', space)
  if (view && view !== 'notes') query.set('view', view)
  if (item) query.set('item', item)
  const text = query.toString()
  return text === '' ? location.pathname : `${location.pathname}?${text}`
}

/** Goes to a route; the back button leads to the one before. */
export function navigate(route: Route): void {
  history.pushState(null, '', addressOf(route))
  window.dispatchEvent(new Event(changed))
}

/** A place within a space, as an invitation names it; undefined for where everybody begins. */
export function pathOf({ view, item }: Route): string | undefined {
  const { search } = new URL(addressOf({ view, item }), location.href)
  return search === '' ? undefined : `/${search}`
}

/** Where an invitation wants to lead within the space that was joined; whatever else its path says is left out. */
export function placeAt(path: string | undefined): Pick<Route, 'view' | 'item'> {
  const { view, item } = readRoute(path?.split('?')[1] ?? '')
  return { view, item }
}

/** The present route. */
export function useRoute(): Route {
  const search = useSyncExternalStore(subscribe, () => location.search)
  return useMemo(() => readRoute(search), [search])
}

/** A link to a route: opens in place, and in a new tab when the user asks for one. */
export function RouteLink({ to, onClick, children, ...props }: Omit<ComponentProps<'a'>, 'href'> & { readonly to: Route }): ReactNode {
  return (
    <a
      {...props}
      href={addressOf(to)}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        navigate(to)
        onClick?.(event)
      }}
    >
      {children}
    </a>
  )
}
