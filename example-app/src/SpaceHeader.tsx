import type { ReactNode } from 'react'
import type { Space } from 'echo-react'
import { AvatarStack, InviteButton, SyncStatus } from 'echo-react/components'
import { PeopleButton } from './PeopleButton.tsx'
import { SpaceName } from './SpaceName.tsx'

interface SpaceHeaderProps {
  readonly space: Space
  readonly name: string
  readonly canWrite: boolean
  readonly canInvite: boolean
  /** Where in the space one is, and the invited come out. */
  readonly path: string | undefined
}

/** What the space is called, who is in it now, and how far its data has travelled. */
export function SpaceHeader({ space, name, canWrite, canInvite, path }: SpaceHeaderProps): ReactNode {
  return (
    <header className="space-header">
      <div>
        <SpaceName space={space} name={name} canWrite={canWrite} />
        <SyncStatus space={space} />
      </div>
      <div className="row">
        <AvatarStack space={space} />
        <PeopleButton space={space} />
        {canInvite && <InviteButton space={space} path={path} variant="primary" />}
      </div>
    </header>
  )
}
