import { useState, type ReactNode } from 'react'
import { useMembers, usePermissions, type Space } from 'echo-react'
import { Button, DeleteSpaceDialog, Dialog, InvitationList, MemberList } from 'echo-react/components'
import { navigate } from './route.ts'

/** Opens who belongs to the space and who is invited, with what may be done about them. */
export function PeopleButton({ space }: { readonly space: Space }): ReactNode {
  const { can, role } = usePermissions(space)
  const isAlone = useMembers(space).length === 1 && role !== undefined
  const [open, setOpen] = useState(false)
  const [isDeleting, setDeleting] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>People</Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="People">
        <MemberList space={space} />
        {can.invite && (
          <>
            <h3 className="overline">Invitations</h3>
            <InvitationList space={space} />
          </>
        )}
        {isAlone && (
          <div className="echo-actions">
            <Button onClick={() => setDeleting(true)}>Delete this space</Button>
          </div>
        )}
      </Dialog>
      <DeleteSpaceDialog space={space} open={isDeleting} onClose={() => setDeleting(false)} onDeleted={() => navigate({})} />
    </>
  )
}
