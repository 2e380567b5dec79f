import type { ReactNode } from 'react'
import type { SpaceInfo } from 'echo-react'
import { RouteLink } from './RouteLink.tsx'

interface SpaceListProps {
  readonly spaces: readonly SpaceInfo[]
  readonly current: string | undefined
  readonly onChosen: () => void
}

/** Links to the spaces of this device. */
export function SpaceList({ spaces, current, onChosen }: SpaceListProps): ReactNode {
  if (spaces.length === 0) return <p className="muted">None on this device yet.</p>
  return (
    <ul className="space-list">
      {spaces.map((space) => (
        <li key={space.id}>
          <RouteLink to={{ space: space.id }} aria-current={space.id === current ? 'page' : undefined} onClick={onChosen}>
            <bdi>{space.name || 'Untitled space'}</bdi>
            {(space.state.status === 'removed' || space.state.status === 'left') && <small className="muted">no longer yours</small>}
            {space.memberCount > 1 && (
              <span className="count">
                <span aria-hidden="true">{space.memberCount}</span>
                <span className="echo-visually-hidden">{space.memberCount} members</span>
              </span>
            )}
          </RouteLink>
        </li>
      ))}
    </ul>
  )
}
