import type { ReactNode } from 'react'
import type { SpaceState } from 'echo-react'
import { useDelayed } from './useDelayed.ts'

/** While a space opens: what it waits for. */
export function SpaceOpening({ state }: { readonly state: SpaceState }): ReactNode {
  const shown = useDelayed()
  if (!shown) return null
  const progress = 'progress' in state ? state.progress : undefined
  return (
    <div className="centre">
      <div className="opening">
        <p>{textOf(state)}</p>
        <progress className="echo-progress" aria-label="Progress" {...(progress !== undefined && { value: progress })} />
      </div>
    </div>
  )
}

function textOf({ status }: SpaceState): string {
  if (status === 'first-sync') return 'Getting everything that is in the space. Stay online for a moment…'
  if (status === 'waiting-for-key') return 'Waiting for the key. Somebody else of this space must be online…'
  return 'Opening the space…'
}
