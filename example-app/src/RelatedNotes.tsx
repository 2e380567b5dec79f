import { useId, useState, type ReactNode } from 'react'
import { query, useQuery } from 'echo-react'
import { Button } from 'echo-react/components'
import { IconButton } from './Icon.tsx'
import { MarkdownNote, Related, RichNote, titleOf, type NoteItem } from './model.ts'
import { RouteLink } from './route.tsx'
import { useOpenSpace } from './openSpace.tsx'

/** The notes that one is linked with, either way, and a way to link it with more. The graph draws the same links. */
export function RelatedNotes({ note }: { readonly note: NoteItem }): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const links = useQuery(space, query.ids([note.id]).links(Related))
  const linked = useQuery(space, query.ids([note.id]).links(Related).target(RichNote, MarkdownNote))
  const linking = useQuery(space, query.ids([note.id]).refs(Related).source(RichNote, MarkdownNote))
  const fromHere = new Set(linked.map(({ id }) => id))
  const elsewhere = linking.filter(({ id }) => !fromHere.has(id))
  if (linked.length + elsewhere.length === 0 && !canWrite) return null

  function unlink(target: NoteItem): void {
    space.batch(
      () => {
        for (const link of links) if (link.$.target === target.id) space.delete(link.id)
      },
      { label: `Unlinked ${titleOf(target)}` },
    )
  }

  return (
    <section className="related" aria-label="Linked notes">
      <ul>
        {linked.map((other) => (
          <li key={other.id}>
            <NoteLink note={other} />
            {canWrite && <IconButton icon="close" label={`Unlink ${titleOf(other)}`} onClick={() => unlink(other)} />}
          </li>
        ))}
        {elsewhere.map((other) => (
          <li key={other.id}>
            <NoteLink note={other} /> <small>links here</small>
          </li>
        ))}
      </ul>
      {canWrite && <AddLink note={note} linked={fromHere} />}
    </section>
  )
}

function NoteLink({ note }: { readonly note: NoteItem }): ReactNode {
  const { space } = useOpenSpace()
  return (
    <RouteLink to={{ space: space.id, view: 'notes', item: note.id }}>
      <bdi>{titleOf(note)}</bdi>
    </RouteLink>
  )
}

/** Finds a note by its title and links to it. */
function AddLink({ note, linked }: { readonly note: NoteItem; readonly linked: ReadonlySet<string> }): ReactNode {
  const { space } = useOpenSpace()
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState('')
  const id = useId()
  const found = useQuery(space, isOpen ? query(RichNote, MarkdownNote).search(typed).limit(20) : undefined) ?? []
  if (!isOpen) {
    return (
      <Button variant="quiet" onClick={() => setOpen(true)}>
        Link to a note
      </Button>
    )
  }
  const offered = found.filter((other) => other.id !== note.id && !linked.has(other.id)).slice(0, 8)

  function close(): void {
    setTyped('')
    setOpen(false)
  }

  function linkTo(other: NoteItem): void {
    space.batch(() => space.link(note.id, Related, other.id, {}), { label: `Linked ${titleOf(other)}` })
    close()
  }

  return (
    <form
      className="echo-field"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.trim() !== '' && offered[0] !== undefined) linkTo(offered[0])
      }}
    >
      <label htmlFor={id}>Link to</label>
      <div className="row">
        <input
          id={id}
          className="echo-input"
          value={typed}
          placeholder="Part of its title"
          autoComplete="off"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the user has just asked to write here
          autoFocus
          onChange={({ target }) => setTyped(target.value)}
          onKeyDown={({ key }) => key === 'Escape' && close()}
        />
        <IconButton icon="close" label="Link to no note" onClick={close} />
      </div>
      {offered.map((other) => (
        <Button key={other.id} onClick={() => linkTo(other)}>
          <bdi>{titleOf(other)}</bdi>
        </Button>
      ))}
      {offered.length === 0 && <p className="muted">No other note is called so.</p>}
    </form>
  )
}
