import { useRef, useState, type ReactNode } from 'react'
import { EchoError, query, useAncestors, useCount, useLocalState, useQuery, type ItemId, type TypedQuery } from 'echo-react'
import { Button, useAnnounce } from 'echo-react/components'
import { z } from 'zod'
import { useDragged, useDropTarget } from './dragging.ts'
import { Icon } from './Icon.tsx'
import { MarkdownNote, RichNote, titleOf, type NoteItem } from './model.ts'
import { OthersAt, useOpenSpace } from './openSpace.tsx'
import { RouteLink } from './route.tsx'

type NoteQuery = TypedQuery<typeof RichNote | typeof MarkdownNote, NoteItem>

const pageSize = 100
const unfoldedSchema = z.array(z.string()).max(5_000)
const topNotes: NoteQuery = query(RichNote, MarkdownNote).under(null)

interface Folding {
  readonly isUnfolded: (note: string) => boolean
  readonly fold: (note: string, isUnfolded: boolean) => void
  readonly selected: string | undefined
}

/** The tree of notes. What is unfolded stays so on this device. Notes are dragged before or into others. */
export function NoteTree({ selected }: { readonly selected: string | undefined }): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const count = useCount(space, topNotes)
  const [unfolded, setUnfolded] = useLocalState<readonly string[]>(space, 'unfolded-notes', [], unfoldedSchema)
  const above = useAncestors(space, selected as ItemId | undefined) ?? []
  const end = useRef<HTMLDivElement>(null)
  const move = useMoveNote()
  const over = useDropTarget(end, { kind: 'note', placeAt: () => 'into', onDrop: (id) => move(id, { parent: undefined }) })

  const folding: Folding = {
    selected,
    isUnfolded: (note) => unfolded.includes(note) || above.some(({ id }) => id === note),
    fold: (note, isUnfolded) => setUnfolded((before) => [...before.filter((id) => id !== note), ...(isUnfolded ? [note] : [])]),
  }
  if (count === 0) return <p className="empty">{canWrite ? 'No notes yet. Start one with “New note”.' : 'No notes yet.'}</p>
  return (
    <nav aria-label="Notes">
      <Level notes={topNotes} folding={folding} />
      {canWrite && <div ref={end} className="tree-end" data-over={over} />}
    </nav>
  )
}

/** Notes under one, as many as are wanted. */
function Level({ notes, folding }: { readonly notes: NoteQuery; readonly folding: Folding }): ReactNode {
  const { space } = useOpenSpace()
  const [limit, setLimit] = useState(pageSize)
  const rows = useQuery(space, notes.limit(limit))
  const count = useCount(space, notes)
  return (
    <>
      <ul className="tree">
        {rows.map((note) => (
          <Row key={note.id} note={note} folding={folding} />
        ))}
      </ul>
      {count > rows.length && (
        <Button variant="quiet" onClick={() => setLimit(limit + pageSize)}>
          {count - rows.length} more
        </Button>
      )}
    </>
  )
}

function Row({ note, folding }: { readonly note: NoteItem; readonly folding: Folding }): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const row = useRef<HTMLDivElement>(null)
  const move = useMoveNote()
  const under = query(RichNote, MarkdownNote).under(note)
  const hasChildren = useCount(space, under) > 0
  const isUnfolded = hasChildren && folding.isUnfolded(note.id)
  const title = titleOf(note)
  useDragged(row, 'note', canWrite ? note.id : undefined)
  const over = useDropTarget(row, {
    kind: 'note',
    placeAt: (down) => (down < 0.3 ? 'before' : 'into'),
    onDrop(id, place) {
      move(id, place === 'before' ? { parent: note.$.parentId, before: note.id } : { parent: note.id })
      if (place === 'into') folding.fold(note.id, true)
    },
  })
  return (
    <li>
      <div ref={row} className="tree-row" data-over={over}>
        {hasChildren ? (
          <button
            type="button"
            className="echo-icon-button"
            aria-expanded={isUnfolded}
            aria-label={`Notes under ${title}`}
            onClick={() => folding.fold(note.id, !isUnfolded)}
          >
            <Icon name="next" />
          </button>
        ) : (
          <span className="tree-leaf" />
        )}
        <RouteLink
          to={{ space: space.id, view: 'notes', item: note.id }}
          draggable={false}
          data-note={note.id}
          aria-current={note.id === folding.selected ? 'page' : undefined}
        >
          <bdi>{title}</bdi>
        </RouteLink>
        <OthersAt item={note.id} />
      </div>
      {isUnfolded && <Level notes={under} folding={folding} />}
    </li>
  )
}

/** Moves a note, says where it is now, and says so too where it cannot go: under itself. */
export function useMoveNote(): (id: string, place: { readonly parent: string | undefined; readonly before?: string }) => void {
  const { space } = useOpenSpace()
  const announce = useAnnounce()
  return (id, { parent, before }) => {
    if (id === before || id === parent) return
    try {
      space.batch(
        () =>
          space.move(id as ItemId, {
            parent: (parent ?? null) as ItemId | null,
            ...(before !== undefined && { before: before as ItemId }),
          }),
        { label: 'Moved a note' },
      )
      announce('Moved')
    } catch (error) {
      if (!(error instanceof EchoError)) throw error
      announce(error.code === 'tree-cycle' ? 'A note cannot go under itself.' : error.message)
    }
  }
}
