import type { ReactNode } from 'react'
import type { EchoError } from 'echo-react'
import { Button, ErrorNote } from 'echo-react/components'

/** The database did not open: nothing can be shown, so say why and offer another try. */
export function OpeningFailed({ error }: { readonly error: EchoError }): ReactNode {
  return (
    <main className="centre">
      <div className="panel">
        <h1>Your notes could not be opened</h1>
        <ErrorNote error={error} />
        <Button variant="primary" onClick={() => location.reload()}>
          Reload the page
        </Button>
      </div>
    </main>
  )
}
