import { StrictMode, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { EchoProvider, takeInvitationFromLocation } from 'echo-react'
import { Button, EchoErrorBoundary, EchoUiConfig, ErrorNote, IdentityGate } from 'echo-react/components'
import { EchoDevtools } from 'echo-react/devtools'
import 'echo-react/styles.css'
import './app.css'
import { echo, showFault } from './echo.ts'
import { Joining } from './Joining.tsx'
import { Shell } from './Shell.tsx'
import { UpdateNotice } from './notices.tsx'

const container = document.getElementById('root')
if (!container) throw new Error('index.html holds no element with the id "root".')

// First of all, so that the secret is out of the address before anything can copy it.
const invitation = takeInvitationFromLocation()

createRoot(container).render(
  <StrictMode>
    <App />
  </StrictMode>,
)

/** Everything: the database, then who is there, then the spaces. An invitation is shown at once, also to somebody who is new. */
function App(): ReactNode {
  return (
    <EchoUiConfig>
      <EchoErrorBoundary>
        <UpdateNotice />
        <EchoProvider
          echo={echo}
          fallback={<p className="centre appearing">Opening your notes…</p>}
          errorFallback={(error) => (
            <main className="centre">
              <div className="panel">
                <h1>Your notes could not be opened</h1>
                <ErrorNote error={error} />
                <Button variant="primary" onClick={() => location.reload()}>
                  Reload the page
                </Button>
              </div>
            </main>
          )}
          onError={showFault}
        >
          <Joining invitation={invitation}>
            {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the element is the gate's own, and gone with it */}
            <IdentityGate role="main">
              <Shell />
            </IdentityGate>
          </Joining>
          {/* Nothing of it is in the production build. */}
          {import.meta.env.DEV && <EchoDevtools />}
        </EchoProvider>
      </EchoErrorBoundary>
    </EchoUiConfig>
  )
}
