import { useEffect, useMemo, useState, type ReactNode } from 'react'
import { query, useMembers, usePermissions, usePresence, useSpaces, type Space } from 'echo-react'
import {
  AvatarStack,
  Button,
  DeleteSpaceDialog,
  Dialog,
  EchoErrorBoundary,
  InvitationList,
  InviteButton,
  MemberList,
  plainName,
  SpaceNotice,
  SyncStatus,
  useAnnounce,
} from 'echo-react/components'
import { useOpenJoin } from './Joining.tsx'
import { Board } from './Board.tsx'
import { Here, titleOf } from './model.ts'
import { NoteGraph, Notes } from './Notes.tsx'
import { navigate, pathOf, RouteLink, type Route, type View } from './route.tsx'
import { Search } from './Search.tsx'
import { SpaceContext, type OpenSpace } from './openSpace.tsx'
import { SpaceSettings } from './SpaceSettings.tsx'
import { UndoBar } from './UndoBar.tsx'

const views: readonly { readonly view: View; readonly name: string }[] = [
  { view: 'notes', name: 'Notes' },
  { view: 'board', name: 'Board' },
  { view: 'graph', name: 'Graph' },
]

/** An open space: its head, and its notes, its board or the graph of both. */
export function SpaceView({ space, route }: { readonly space: Space; readonly route: Route }): ReactNode {
  const info = useSpaces().find(({ id }) => id === space.id)
  const name = plainName(info?.name ?? '') || 'Untitled space'
  const { can, why } = usePermissions(space)
  const members = useMembers(space)
  const { setMe, others } = usePresence(space, Here, {})
  const announce = useAnnounce()
  const { view = 'notes', item } = route

  useEffect(() => setMe(item === undefined ? {} : { item }), [setMe, item])
  useEffect(() => {
    document.title = `${name} – Field notes`
    return () => {
      document.title = 'Field notes'
    }
  }, [name])

  const open = useMemo<OpenSpace>(
    () => ({
      space,
      canWrite: can.write,
      othersAt: (item) =>
        members.filter(({ id, isMe }) => !isMe && others.some((peer) => peer.identity === id && peer.data?.item === item)),
      remove(row) {
        const under = space.count(query.ids([row.id]).descendants())
        const label = `Deleted ${titleOf(row)}${under === 0 ? '' : ` and ${under} under it`}`
        space.batch(() => space.delete(row.id), { label })
        announce(label)
      },
    }),
    [space, can.write, members, others, announce],
  )

  return (
    <SpaceContext value={open}>
      <header className="space-header">
        <div>
          <h1>
            <bdi>{name}</bdi>
          </h1>
          <SyncStatus space={space} />
        </div>
        <div className="row">
          <AvatarStack space={space} />
          <People space={space} />
          {can.invite && <InviteButton space={space} path={pathOf(route)} variant="primary" />}
        </div>
      </header>
      <Ended space={space} />
      {why.write === 'reader' && (
        <p className="read-only">You can read this space. Ask an owner or admin if you want to change things, too.</p>
      )}
      <div className="row toolbar">
        <nav className="segments" aria-label="Parts of the space">
          {views.map((part) => (
            <RouteLink key={part.view} to={{ space: space.id, view: part.view }} aria-current={part.view === view ? 'page' : undefined}>
              {part.name}
            </RouteLink>
          ))}
        </nav>
        <Search />
        <SpaceSettings />
      </div>
      <EchoErrorBoundary resetKey={`${view} ${item}`}>
        {view === 'notes' && <Notes noteId={item} />}
        {view === 'board' && <Board taskId={item} />}
        {view === 'graph' && <NoteGraph />}
      </EchoErrorBoundary>
      {can.write && <UndoBar />}
    </SpaceContext>
  )
}

/** Opens who belongs to the space and who is invited, with what may be done about them. */
function People({ space }: { readonly space: Space }): ReactNode {
  const { can } = usePermissions(space)
  const count = useMembers(space).length
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        People <span className="count">{count}</span>
      </Button>
      <Dialog open={open} onClose={() => setOpen(false)} title="People">
        <MemberList space={space} />
        {can.invite && (
          <section className="part" aria-labelledby="invitations-heading">
            <h3 id="invitations-heading">Invitations</h3>
            <InvitationList space={space} />
          </section>
        )}
      </Dialog>
    </>
  )
}

/** What became of a space, and of what was written in it: the way back in, and the way to be rid of it. Nothing while all is well. */
function Ended({ space }: { readonly space: Space }): ReactNode {
  const openJoin = useOpenJoin()
  const [isDeleting, setDeleting] = useState(false)
  return (
    <>
      <SpaceNotice space={space} onJoinAgain={openJoin} onForget={() => setDeleting(true)} />
      <DeleteSpaceDialog space={space} open={isDeleting} onClose={() => setDeleting(false)} onDeleted={() => navigate({})} />
    </>
  )
}
