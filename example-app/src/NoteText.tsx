import type { ReactNode } from 'react'
import { useText } from 'echo-react'
import { TextField } from 'echo-react/components'
import { useOpenSpace } from './spaceContext.ts'

/** The text of a note, live. */
export function NoteText({ noteId }: { readonly noteId: string }): ReactNode {
  const { space, canWrite, setEditing } = useOpenSpace()
  const text = useText(space, noteId)
  return (
    <TextField
      text={text}
      label="Text of the note"
      hideLabel
      multiline
      className="note-text"
      placeholder="Write something. Others see it as you type."
      readOnly={!canWrite}
      onFocus={() => setEditing(noteId)}
      onBlur={() => setEditing(undefined)}
    />
  )
}
