import { useEffect, useMemo, type ReactNode } from 'react'
import { usePermissions, usePresence, useSpaces, type Space } from 'echo-react'
import { useAnnounce } from 'echo-react/components'
import { EndedSpace } from './EndedSpace.tsx'
import { Notes } from './Notes.tsx'
import { pathOf, type Route } from './route.ts'
import { SpaceContext, type SpaceContextValue } from './spaceContext.ts'
import { SpaceHeader } from './SpaceHeader.tsx'
import { Tasks } from './Tasks.tsx'
import { Cursor } from './types.ts'
import { UndoBar } from './UndoBar.tsx'
import { useUndoKeys } from './useUndoKeys.ts'
import { ViewSwitch } from './ViewSwitch.tsx'

/** An open space: its head, its tasks and its notes. */
export function SpaceView({ space, route }: { readonly space: Space; readonly route: Route }): ReactNode {
  const info = useSpaces().find(({ id }) => id === space.id)
  const name = info?.name || 'Untitled space'
  const { can, why } = usePermissions(space)
  const canWrite = can.write
  const { setMe, others } = usePresence(space, Cursor, {})
  const announce = useAnnounce()
  useUndoKeys(space, canWrite)

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
        const label = `Deleted ${title || 'Untitled'}`
        space.batch(() => space.delete(id), { label })
        announce(label)
      },
    }),
    [space, canWrite, setMe, others, announce],
  )

  return (
    <SpaceContext value={value}>
      <SpaceHeader space={space} name={name} canWrite={canWrite} canInvite={can.invite} path={pathOf(route)} />
      <EndedSpace space={space} />
      {why.write === 'reader' && (
        <p className="read-only">You can read this space. Ask an owner or admin if you want to change things, too.</p>
      )}
      <ViewSwitch space={space.id} view={route.view} />
      <div className="columns" data-view={route.view}>
        <Tasks />
        <Notes noteId={route.note} />
      </div>
      {canWrite && <UndoBar space={space} />}
    </SpaceContext>
  )
}
