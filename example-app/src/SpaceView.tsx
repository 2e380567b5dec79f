import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { usePermissions, usePresence, useSpaces, type Space } from 'echo-react'
import { useAnnounce } from 'echo-react/components'
import { EndedSpace } from './EndedSpace.tsx'
import { Notes } from './Notes.tsx'
import type { Route } from './route.ts'
import { SpaceContext, type SpaceContextValue } from './spaceContext.ts'
import { SpaceHeader } from './SpaceHeader.tsx'
import { Tasks } from './Tasks.tsx'
import { Cursor } from './types.ts'
import { UndoBar, type Deletion } from './UndoBar.tsx'
import { ViewSwitch } from './ViewSwitch.tsx'

/** An open space: its head, its tasks and its notes. */
export function SpaceView({ space, route }: { readonly space: Space; readonly route: Route }): ReactNode {
  const info = useSpaces().find(({ id }) => id === space.id)
  const name = info?.name || 'Untitled space'
  const { can, why } = usePermissions(space)
  const canWrite = can.write
  const { setMe, others } = usePresence(space, Cursor, {})
  const announce = useAnnounce()
  const [deletion, setDeletion] = useState<Deletion>()

  useEffect(() => {
    document.title = `${name} – Field notes`
    return () => {
      document.title = 'Field notes'
    }
  }, [name])

  const value = useMemo<SpaceContextValue>(
    () => ({
      space,
      canWrite,
      setEditing: (itemId) => setMe(itemId === undefined ? {} : { itemId }),
      editorsOf: (itemId) => [
        ...new Map(others.filter(({ data }) => data?.itemId === itemId).map((peer) => [peer.identity, peer])).values(),
      ],
      remove({ id, title }) {
        space.delete(id)
        setDeletion({ id, title: title || 'Untitled' })
        announce(`Deleted ${title || 'Untitled'}`)
      },
    }),
    [space, canWrite, setMe, others, announce],
  )

  return (
    <SpaceContext value={value}>
      <SpaceHeader space={space} name={name} canWrite={canWrite} canInvite={can.invite} />
      <EndedSpace space={space} />
      {why.write === 'reader' && (
        <p className="read-only">You can read this space. Ask an owner or admin if you want to change things, too.</p>
      )}
      <ViewSwitch space={space.id} view={route.view} />
      <div className="columns" data-view={route.view}>
        <Tasks />
        <Notes noteId={route.note} />
      </div>
      <UndoBar
        deletion={deletion}
        onUndo={({ id, title }) => {
          space.restore(id)
          announce(`Restored ${title}`)
          setDeletion(undefined)
        }}
        onOver={() => setDeletion(undefined)}
      />
    </SpaceContext>
  )
}
