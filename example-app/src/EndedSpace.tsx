import { useState, type ReactNode } from 'react'
import type { Space } from 'echo-react'
import { DeleteSpaceDialog, SpaceNotice } from 'echo-react/components'
import { useOpenJoin } from './Joining.tsx'
import { navigate } from './route.ts'

/** What became of a space, and of what was written in it: the way back in, and the way to be rid of it. Nothing while all is well. */
export function EndedSpace({ space }: { readonly space: Space }): ReactNode {
  const openJoin = useOpenJoin()
  const [isDeleting, setDeleting] = useState(false)
  return (
    <>
      <SpaceNotice space={space} onJoinAgain={openJoin} onForget={() => setDeleting(true)} />
      <DeleteSpaceDialog space={space} open={isDeleting} onClose={() => setDeleting(false)} onDeleted={() => navigate({})} />
    </>
  )
}
