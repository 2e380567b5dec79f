import { Suspense, type ReactNode } from 'react'
import { useSpace, useSpaceState } from 'echo-react'
import { Button } from 'echo-react/components'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { navigate, type Route } from './route.ts'
import { SpaceOpening } from './SpaceOpening.tsx'
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
    <ErrorBoundary>
      <Suspense fallback={<SpaceOpening id={id} state={state} />}>
        <OpenSpace id={id} route={route} />
      </Suspense>
    </ErrorBoundary>
  )
}

function OpenSpace({ id, route }: SpacePageProps): ReactNode {
  return <SpaceView space={useSpace(id)} route={route} />
}
