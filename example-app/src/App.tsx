import type { ReactNode } from 'react'
import { EchoProvider } from 'echo-react'
import { EchoUiConfig, IdentityGate } from 'echo-react/components'
import { echo } from './echo.ts'
import { ErrorBoundary } from './ErrorBoundary.tsx'
import { Joining } from './Joining.tsx'
import { OpeningFailed } from './OpeningFailed.tsx'
import { showProblem } from './problems.ts'
import { Shell } from './Shell.tsx'
import { Splash } from './Splash.tsx'

/** Everything: the database, then who is there, then the spaces. An invitation is shown at once, also to somebody who is new. */
export function App({ invitation }: { readonly invitation: string | undefined }): ReactNode {
  return (
    <EchoUiConfig>
      <ErrorBoundary>
        <EchoProvider echo={echo} fallback={<Splash />} errorFallback={(error) => <OpeningFailed error={error} />} onError={showProblem}>
          <Joining invitation={invitation}>
            {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the element is the gate's own, and gone with it */}
            <IdentityGate role="main">
              <Shell />
            </IdentityGate>
          </Joining>
        </EchoProvider>
      </ErrorBoundary>
    </EchoUiConfig>
  )
}
