'use client'
import type { Editor } from '@tiptap/core'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { Button } from '../../components/basics/Button.tsx'
import { useMessages } from '../../components/config/EchoUiConfig.tsx'
import { selectedImage } from './imageNode.ts'

/** In UTF-16 units. */
const maxDescriptionLength = 1000

/** Asks what is to be seen in the selected picture, for those who do not see it. */
export function ImageForm({ editor, onClose }: { readonly editor: Editor; readonly onClose: () => void }): ReactNode {
  const { common, richText: messages } = useMessages()
  const id = useId()
  const [description, setDescription] = useState(() => String(selectedImage(editor.state)?.node.attrs['alt'] ?? ''))

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    event.stopPropagation()
    const image = selectedImage(editor.state)
    // So that it stays selected, which it does not where it is put in anew.
    if (image !== undefined) editor.view.dispatch(editor.state.tr.setNodeAttribute(image.from, 'alt', description.trim()))
    onClose()
  }

  return (
    <form data-slot="image-form" className="echo-link-form" onSubmit={onSubmit}>
      <label htmlFor={id}>{messages.imageDescription}</label>
      <input
        id={id}
        className="echo-input"
        type="text"
        dir="auto"
        maxLength={maxDescriptionLength}
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it opens by the button for it
        autoFocus
        value={description}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose()
        }}
        onChange={(event) => setDescription(event.target.value)}
      />
      <div className="echo-actions">
        <Button type="submit" variant="primary">
          {messages.linkApply}
        </Button>
        <Button variant="quiet" onClick={onClose}>
          {common.cancel}
        </Button>
      </div>
    </form>
  )
}
