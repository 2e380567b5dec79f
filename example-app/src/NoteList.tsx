import type { ReactNode } from 'react'
import { Editors } from './Editors.tsx'
import { RouteLink } from './RouteLink.tsx'
import { useOpenSpace } from './spaceContext.ts'
import type { NoteItem } from './types.ts'

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })

/** Links to the notes. */
export function NoteList({ notes }: { readonly notes: readonly NoteItem[] }): ReactNode {
  const { space } = useOpenSpace()
  return (
    <ul className="note-list">
      {notes.map((note) => (
        <li key={note.id}>
          <RouteLink to={{ space: space.id, view: 'notes', note: note.id }} data-note={note.id}>
            <span>
              <bdi>{note.title || 'Untitled'}</bdi>
              {note.$.createdAt !== undefined && <small>{dates.format(note.$.createdAt)}</small>}
            </span>
            <Editors itemId={note.id} />
          </RouteLink>
        </li>
      ))}
    </ul>
  )
}
