import { Suspense, type ReactNode } from 'react'
import { useEcho, useSpace, useSpaceState, type SpaceState } from 'echo-react'
import { Button, EchoErrorBoundary } from 'echo-react/components'
import { navigate, type Route } from './route.tsx'
import { SpaceView } from './SpaceView.tsx'

interface SpacePageProps {
  readonly id: string
  readonly route: Route
}

/** A space by the id in the address: not here, still opening, broken, or there. */
export function SpacePage({ id, route }: SpacePageProps): ReactNode {
  const state = useSpaceState(id)
  if (state.status === 'not-found') {
    return (
      <div className="centre">
        <div className="panel">
          <h1>This space is not on this device</h1>
          <p className="muted">Ask somebody in the space for an invitation link, or open one of your own spaces.</p>
          <Button variant="primary" onClick={() => navigate({})}>
            Back to your spaces
          </Button>
        </div>
      </div>
    )
  }
  return (
    <EchoErrorBoundary resetKey={id}>
      <Suspense fallback={<Opening id={id} state={state} />}>
        <OpenSpace id={id} route={route} />
      </Suspense>
    </EchoErrorBoundary>
  )
}

function OpenSpace({ id, route }: SpacePageProps): ReactNode {
  return <SpaceView space={useSpace(id)} route={route} />
}

/** While a space opens: what it waits for. */
function Opening({ id, state }: { readonly id: string; readonly state: SpaceState }): ReactNode {
  const echo = useEcho()
  const progress = 'progress' in state ? state.progress : undefined
  return (
    <div className="centre appearing">
      <div className="opening">
        <p>{openingText(state)}</p>
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

function openingText({ status }: SpaceState): string {
  if (status === 'first-sync') return 'Getting everything that is in the space. Stay online for a moment…'
  if (status === 'waiting-for-key') return 'Waiting for the key. Somebody else of this space must be online…'
  return 'Opening the space…'
}
