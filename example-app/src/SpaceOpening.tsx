import type { ReactNode } from 'react'
import { useEcho, type SpaceState } from 'echo-react'
import { Button } from 'echo-react/components'
import { useDelayed } from './useDelayed.ts'

/** While a space opens: what it waits for. */
export function SpaceOpening({ id, state }: { readonly id: string; readonly state: SpaceState }): ReactNode {
  const echo = useEcho()
  const shown = useDelayed()
  if (!shown) return null
  const progress = 'progress' in state ? state.progress : undefined
  return (
    <div className="centre">
      <div className="opening">
        <p>{textOf(state)}</p>
        {state.status === 'first-sync' && state.stalled && (
          <>
            <p>Nothing has come for a while: whoever has the rest may be offline.</p>
            <Button onClick={() => echo.spaces.openAsIs(id)}>Open with what is here</Button>
          </>
        )}
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
