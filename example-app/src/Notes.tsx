import { useEffect, useRef, type ReactNode } from 'react'
import { query, useQuery } from 'echo-react'
import { Button } from 'echo-react/components'
import { DeletedItems } from './DeletedItems.tsx'
import { Icon } from './Icon.tsx'
import { NoteEditor } from './NoteEditor.tsx'
import { NoteList } from './NoteList.tsx'
import { navigate } from './route.ts'
import { useOpenSpace } from './spaceContext.ts'
import { Note } from './types.ts'

/** The notes of the space: the list, or the one that is open. */
export function Notes({ noteId }: { readonly noteId: string | undefined }): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const notes = useQuery(space, query(Note))
  const deleted = useQuery(space, query(Note).deleted('only'))
  const section = useRef<HTMLElement>(null)
  const shown = useRef(noteId)

  useEffect(() => {
    // List and editor replace each other, and the focus goes along: into the note, and back to where it was opened.
    const before = shown.current
    if (before === noteId) return
    shown.current = noteId
    const target = noteId === undefined ? `[data-note="${before}"]` : '[data-start]'
    const element = section.current?.querySelector<HTMLElement>(target) ?? section.current?.querySelector<HTMLElement>('h2')
    element?.focus()
  }, [noteId])

  function create(): void {
    const note = space.create(Note, { title: '' })
    navigate({ space: space.id, view: 'notes', note: note.id })
  }

  return (
    <section ref={section} className="card notes" aria-labelledby="notes-heading">
      <header className={noteId === undefined ? 'card-header' : 'echo-visually-hidden'}>
        <h2 id="notes-heading" tabIndex={-1}>
          Notes
        </h2>
        {canWrite && noteId === undefined && (
          <Button onClick={create}>
            <Icon name="plus" /> New note
          </Button>
        )}
      </header>
      {noteId !== undefined ? (
        <NoteEditor key={noteId} noteId={noteId} />
      ) : (
        <>
          {notes.length > 0 ? (
            <NoteList notes={notes} />
          ) : (
            <p className="empty">{canWrite ? 'No notes yet. Start one with “New note”.' : 'No notes yet.'}</p>
          )}
          <DeletedItems items={deleted} label="Deleted notes" />
        </>
      )}
    </section>
  )
}
