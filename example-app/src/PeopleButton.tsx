import { useState, type ReactNode } from 'react'
import { usePermissions, type Space } from 'echo-react'
import { Button, Dialog, InvitationList, MemberList } from 'echo-react/components'

/** Opens who belongs to the space and who is invited, with what may be done about them. */
export function PeopleButton({ space }: { readonly space: Space }): ReactNode {
  const { can } = usePermissions(space)
  const [open, setOpen] = useState(false)
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
      </Dialog>
    </>
  )
}
