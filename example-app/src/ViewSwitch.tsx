import type { ReactNode } from 'react'
import type { Route } from './route.ts'
import { RouteLink } from './RouteLink.tsx'

/** On a narrow screen: tasks or notes. A wide one has room for both and hides this. */
export function ViewSwitch({ space, view }: { readonly space: string; readonly view: Route['view'] }): ReactNode {
  return (
    <nav className="segments view-switch" aria-label="Parts of the space">
      <RouteLink to={{ space }} aria-current={view === 'notes' ? undefined : 'page'}>
        Tasks
      </RouteLink>
      <RouteLink to={{ space, view: 'notes' }} aria-current={view === 'notes' ? 'page' : undefined}>
        Notes
      </RouteLink>
    </nav>
  )
}
