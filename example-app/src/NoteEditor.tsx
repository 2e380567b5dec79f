import { Suspense, type ReactNode } from 'react'
import { useField, useItem } from 'echo-react'
import { Editors } from './Editors.tsx'
import { Icon } from './Icon.tsx'
import { NoteOpening } from './NoteOpening.tsx'
import { NoteText } from './NoteText.tsx'
import { navigate } from './route.ts'
import { RouteLink } from './RouteLink.tsx'
import { useOpenSpace } from './spaceContext.ts'
import { Note } from './types.ts'

/** One note: its title and its text, both of which others may be writing in. */
export function NoteEditor({ noteId }: { readonly noteId: string }): ReactNode {
  const { space, canWrite, setEditing, remove } = useOpenSpace()
  const note = useItem(space, Note, noteId)
  const title = useField(space, note, 'title')
  const back = { space: space.id, view: 'notes' } as const
  const backLink = (
    <RouteLink className="back" to={back} data-start={note?.title ? '' : undefined}>
      <Icon name="back" /> All notes
    </RouteLink>
  )
  if (note === undefined) {
    return (
      <div className="note">
        <div className="row">{backLink}</div>
        <p className="empty">This note was deleted, or is not here yet. Deleted notes stand below the list.</p>
      </div>
    )
  }
  return (
    <div className="note">
      <div className="row">
        {backLink}
        <Editors itemId={note.id} />
        {canWrite && (
          <button
            type="button"
            className="echo-icon-button"
            aria-label={`Delete ${note.title || 'Untitled'}`}
            onClick={() => {
              remove(note)
              navigate(back)
            }}
          >
            <Icon name="bin" />
          </button>
        )}
      </div>
      <input
        {...title.props}
        className="in-place note-title"
        aria-label="Title of the note"
        aria-invalid={title.error !== undefined}
        placeholder="Untitled"
        maxLength={200}
        readOnly={!canWrite}
        data-start={note.title ? undefined : ''}
        onFocus={() => setEditing(note.id)}
        onBlur={() => {
          title.props.onBlur()
          setEditing(undefined)
        }}
      />
      <Suspense fallback={<NoteOpening />}>
        <NoteText noteId={note.id} />
      </Suspense>
    </div>
  )
}
