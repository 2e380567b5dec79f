import { useEffect, useRef, type ReactNode } from 'react'
import { query } from 'echo-react'
import { Button, ItemGraph } from 'echo-react/components'
import { Icon } from './Icon.tsx'
import { MarkdownNote, RichNote, titleOf } from './model.ts'
import { NoteEditor } from './NoteEditor.tsx'
import { NoteTree } from './NoteTree.tsx'
import { navigate } from './route.tsx'
import { useOpenSpace } from './openSpace.tsx'

/** The notes of the space: the tree of them and the one that is open; on a narrow screen one of the two. */
export function Notes({ noteId }: { readonly noteId: string | undefined }): ReactNode {
  const { space, canWrite } = useOpenSpace()
  const section = useRef<HTMLElement>(null)
  const shown = useRef(noteId)

  useEffect(() => {
    // The focus goes along: into the note, and back to where it was opened.
    const before = shown.current
    if (before === noteId) return
    shown.current = noteId
    const target = noteId === undefined ? `[data-note="${before}"]` : '[data-start]'
    const element = section.current?.querySelector<HTMLElement>(target) ?? section.current?.querySelector<HTMLElement>('h2')
    element?.focus()
  }, [noteId])

  function create(type: typeof RichNote | typeof MarkdownNote): void {
    const note = space.create(type, { title: '' })
    navigate({ space: space.id, view: 'notes', item: note.id })
  }

  return (
    <section ref={section} className="notes" data-open={noteId !== undefined} aria-labelledby="notes-heading">
      <div className="card note-side">
        <h2 id="notes-heading" tabIndex={-1}>
          Notes
        </h2>
        {canWrite && (
          <div className="row">
            <Button onClick={() => create(RichNote)}>
              <Icon name="plus" /> New note
            </Button>
            <Button variant="quiet" onClick={() => create(MarkdownNote)}>
              <Icon name="plus" /> New Markdown note
            </Button>
          </div>
        )}
        <NoteTree selected={noteId} />
      </div>
      <div className="card note-main">
        {noteId === undefined ? (
          <p className="empty">Choose a note{canWrite && ', or write a new one'}.</p>
        ) : (
          <NoteEditor key={noteId} noteId={noteId} />
        )}
      </div>
    </section>
  )
}

/** The notes as a drawing: what lies under what, and the links between them. */
export function NoteGraph(): ReactNode {
  const { space } = useOpenSpace()
  return (
    <section className="card" aria-labelledby="graph-heading">
      <h2 id="graph-heading">How notes are connected</h2>
      <ItemGraph
        space={space}
        query={query(RichNote, MarkdownNote)}
        label={(item) => titleOf('title' in item ? { title: String(item.title) } : { title: '' })}
        onSelect={({ id }) => navigate({ space: space.id, view: 'notes', item: id })}
      />
    </section>
  )
}
