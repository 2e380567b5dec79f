import { lazy, Suspense, type ReactNode } from 'react'
import { query, useField, useItem, useQuery, useText, type ItemId } from 'echo-react'
import { ConflictBadge, EchoErrorBoundary, PresenceCursors } from 'echo-react/components'
import { Icon, IconButton } from './Icon.tsx'
import { MarkdownNote, Related, RichNote, titleOf, type NoteItem } from './model.ts'
import { useMoveNote } from './NoteTree.tsx'
import { RelatedNotes } from './RelatedNotes.tsx'
import { navigate, RouteLink } from './route.tsx'
import { OthersAt, useOpenSpace } from './openSpace.tsx'

// The editors are most of the app's code: each is fetched when the first such note is opened, and kept for offline.
const RichTextEditor = lazy(() => import('echo-react/rich-text').then(({ RichTextEditor: default_ }) => ({ default: default_ })))
const MarkdownEditor = lazy(() => import('echo-react/markdown').then(({ MarkdownEditor: default_ }) => ({ default: default_ })))

/** One note: its title, its place, its text and what it has to do with. */
export function NoteEditor({ noteId }: { readonly noteId: string }): ReactNode {
  const { space, canWrite, remove } = useOpenSpace()
  const rich = useItem(space, RichNote, noteId)
  const markdown = useItem(space, MarkdownNote, noteId)
  const note: NoteItem | undefined = rich ?? markdown
  const title = useField(space, note, 'title')
  const list = { space: space.id, view: 'notes' } as const
  const backLink = (
    <RouteLink className="back" to={list} data-start={note?.title ? '' : undefined}>
      <Icon name="back" /> All notes
    </RouteLink>
  )
  if (note === undefined) {
    return (
      <>
        <div className="row">{backLink}</div>
        <p className="empty">This note was deleted, or is not here yet. Deleted notes are in the trash, under “This space”.</p>
      </>
    )
  }
  return (
    <>
      <div className="note-head">
        {backLink}
        <input
          {...title.props}
          className="in-place note-title"
          aria-label="Title of the note"
          aria-invalid={title.error !== undefined}
          placeholder="Untitled"
          maxLength={200}
          data-start={note.title ? undefined : ''}
        />
        <OthersAt item={note.id} />
        <ConflictBadge space={space} id={note.id} labelOf={labelOf} />
        {canWrite && (
          <IconButton
            icon="bin"
            label={`Delete ${titleOf(note)}`}
            onClick={() => {
              remove(note)
              navigate(list)
            }}
          />
        )}
      </div>
      <EchoErrorBoundary resetKey={note.id}>
        <Suspense fallback={<p className="note-opening appearing">Opening the text…</p>}>
          <PresenceCursors space={space} area={note.id}>
            {rich === undefined ? <MarkdownText id={note.id} /> : <RichText id={note.id} />}
          </PresenceCursors>
        </Suspense>
      </EchoErrorBoundary>
      <RelatedNotes note={note} />
      {canWrite && <PlaceOf note={note} />}
    </>
  )
}

const labelOf = (key: string): string => (key === 'title' ? 'Title' : key)

const placeholder = 'Write something. Others see it as you type.'

/** Who links to a note within the text links the two notes as well, so that the graph has it. */
function RichText({ id }: { readonly id: string }): ReactNode {
  const { space } = useOpenSpace()
  const text = useText(space, id, 'rich-text')
  const all = query(RichNote, MarkdownNote)
  return (
    <RichTextEditor
      space={space}
      text={text}
      label="Text of the note"
      hideLabel
      placeholder={`${placeholder} @ mentions somebody, [[ links to a note.`}
      findItems={(typed) => {
        const found = space.run(all.search(typed).limit(9)).filter((note) => note.id !== id)
        return found.map((note) => ({ id: note.id, label: titleOf(note) }))
      }}
      itemLabel={(item) => {
        const note = space.get(RichNote, item) ?? space.get(MarkdownNote, item)
        return note && titleOf(note)
      }}
      onLinkItem={(item) => {
        const isLinked = space.run(query.ids([id]).links(Related)).some(({ $ }) => $.target === item)
        if (item !== id && !isLinked) space.link(id, Related, item, {})
      }}
      onOpenItem={(item) => navigate({ space: space.id, view: 'notes', item })}
    />
  )
}

/** What the Content-Security-Policy of the page lets the editor's styles in by, where it has one. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce

function MarkdownText({ id }: { readonly id: string }): ReactNode {
  const { space } = useOpenSpace()
  return (
    <MarkdownEditor
      space={space}
      text={useText(space, id)}
      label="Text of the note"
      hideLabel
      placeholder={placeholder}
      {...(nonce !== undefined && { nonce })}
    />
  )
}

/** Moves the note without a mouse: under another one, or to the top. */
function PlaceOf({ note }: { readonly note: NoteItem }): ReactNode {
  const { space } = useOpenSpace()
  const move = useMoveNote()
  const under = useQuery(space, query.ids([note.id]).descendants(RichNote, MarkdownNote))
  const places = useQuery(space, query(RichNote, MarkdownNote).orderBy('title').limit(500))
  const isUnder = (id: ItemId): boolean => id === note.id || under.some((below) => below.id === id)
  return (
    <label className="place">
      Inside{' '}
      <select
        className="echo-input"
        value={note.$.parentId ?? ''}
        onChange={({ target }) => move(note.id, { parent: target.value === '' ? undefined : target.value })}
      >
        <option value="">the top level</option>
        {places
          .filter(({ id }) => !isUnder(id))
          .map((place) => (
            <option key={place.id} value={place.id}>
              {titleOf(place)}
            </option>
          ))}
      </select>
    </label>
  )
}
