import { useState, type ReactNode } from 'react'
import { query, useCount, useMembers, usePermissions, useSpaceDetails, useTrash, type DeletedItem } from 'echo-react'
import {
  Button,
  DeleteSpaceDialog,
  Dialog,
  EchoErrorBoundary,
  InvalidRows,
  LeaveSpaceDialog,
  SpaceForm,
  Trash,
} from 'echo-react/components'
import { IconButton } from './Icon.tsx'
import { Column, MarkdownNote, RichNote, Task, titleOf } from './model.ts'
import { navigate } from './route.tsx'
import { useOpenSpace } from './openSpace.tsx'
import { Export } from './Transfer.tsx'

/** Opens what concerns the space as a whole: its name, what was deleted, a copy as a file, the way out. */
export function SpaceSettings(): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const { can, why } = usePermissions(space)
  const isAlone = useMembers(space).length === 1
  const deleted = useTrash(space).length
  const [open, setOpen] = useState<'settings' | 'leave' | 'delete'>()
  return (
    <>
      <IconButton icon="more" label="This space" onClick={() => setOpen('settings')} />
      <Dialog open={open === 'settings'} onClose={() => setOpen(undefined)} title="This space">
        {canWrite && (
          <section className="part" aria-labelledby="name-heading">
            <h3 id="name-heading">Name</h3>
            <SpaceForm space={space} />
          </section>
        )}
        <section className="part" aria-labelledby="trash-heading">
          <h3 id="trash-heading">Trash</h3>
          <EchoErrorBoundary>
            <Trash space={space} titleOf={deletedTitle} />
          </EchoErrorBoundary>
        </section>
        <Unfit />
        <section className="part" aria-labelledby="file-heading">
          <h3 id="file-heading">A copy as a file</h3>
          <Export space={space} />
        </section>
        <section className="part" aria-labelledby="size-heading">
          <h3 id="size-heading">On this device</h3>
          {/* Counted anew where something was restored or deleted for good. */}
          <Size key={deleted} />
          <div className="row">
            {isAlone ? (
              <Button onClick={() => setOpen('delete')}>Delete this space</Button>
            ) : (
              can.leave && <Button onClick={() => setOpen('leave')}>Leave this space</Button>
            )}
            {!isAlone && why.leave === 'last-owner' && (
              <p className="muted">You are its only owner. To leave it, make somebody else an owner first, under People.</p>
            )}
          </div>
        </section>
      </Dialog>
      <LeaveSpaceDialog space={space} open={open === 'leave'} onClose={() => setOpen(undefined)} />
      <DeleteSpaceDialog space={space} open={open === 'delete'} onClose={() => setOpen(undefined)} onDeleted={() => navigate({})} />
    </>
  )
}

const unfit = query(RichNote, MarkdownNote, Column, Task).invalid('only')

/** What another version of the app, or somebody who means harm, has written and this one cannot show. */
function Unfit(): ReactNode {
  const { space } = useOpenSpace()
  if (useCount(space, unfit) === 0) return null
  return (
    <section className="part" aria-labelledby="unfit-heading">
      <h3 id="unfit-heading">What cannot be shown</h3>
      <InvalidRows space={space} query={unfit} />
    </section>
  )
}

function deletedTitle({ row }: DeletedItem): string {
  return row !== undefined && 'title' in row ? titleOf({ title: String(row.title) }) : 'Something'
}

const numbers = new Intl.NumberFormat()
const kilobytes = new Intl.NumberFormat(undefined, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 })

function Size(): ReactNode {
  const { space } = useOpenSpace()
  const details = useSpaceDetails(space)
  if (details.status !== 'ready') return null
  const { items, bytesStored } = details.details
  return (
    <p className="muted">
      {numbers.format(items.byType.reduce((sum, { count }) => sum + count, 0))} items, {kilobytes.format(bytesStored / 1_000)}
    </p>
  )
}
