import type { ReactNode } from 'react'
import { Dialog } from 'echo-react/components'
import { NewSpaceForm } from './NewSpaceForm.tsx'

interface NewSpaceDialogProps {
  readonly open: boolean
  readonly onClose: () => void
  readonly onCreated: () => void
}

/** {@link NewSpaceForm} in a dialog. */
export function NewSpaceDialog({ open, onClose, onCreated }: NewSpaceDialogProps): ReactNode {
  return (
    <Dialog open={open} onClose={onClose} title="New space">
      <p className="muted">A space holds tasks and notes. Only you see it until you invite somebody.</p>
      <NewSpaceForm onCreated={onCreated} />
    </Dialog>
  )
}
