import type { ReactNode } from 'react'
import { Button } from 'echo-react/components'
import { useOpenJoin } from './Joining.tsx'
import { NewSpaceForm } from './NewSpaceForm.tsx'

/** For a device without a space: the two ways to one. */
export function Welcome(): ReactNode {
  const openJoin = useOpenJoin()
  return (
    <div className="centre">
      <div className="panel">
        <h1>Start with a space</h1>
        <p className="muted">
          A space holds tasks and notes for a project. It lives on your device, works offline, and is shared only with the people you
          invite.
        </p>
        <NewSpaceForm />
        <p className="or">
          <span>or</span>
        </p>
        <Button onClick={openJoin}>Join with a link</Button>
      </div>
    </div>
  )
}
