'use client'
import type { Editor } from '@tiptap/core'
import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { Button } from '../../components/basics/Button.tsx'
import { useMessages } from '../../components/config/EchoUiConfig.tsx'
import { typedHref } from './safeHref.ts'

/** Asks for the address that the selection leads to. */
export function LinkForm({ editor, onClose }: { readonly editor: Editor; readonly onClose: () => void }): ReactNode {
  const { common, richText: messages } = useMessages()
  const id = useId()
  const [isLinked] = useState(() => editor.isActive('link'))
  const [address, setAddress] = useState(() => String((editor.getAttributes('link')['href'] as unknown) ?? ''))
  const [isInvalid, setInvalid] = useState(false)

  function onSubmit(event: FormEvent): void {
    event.preventDefault()
    event.stopPropagation()
    const href = typedHref(address)
    if (href === undefined) return setInvalid(true)
    const marks = [{ type: 'link', attrs: { href } }]
    const chain = editor.chain().extendMarkRange('link')
    if (editor.state.selection.empty && !isLinked) chain.insertContent({ type: 'text', text: address.trim(), marks }).run()
    else chain.setMark('link', { href }).run()
    onClose()
  }

  return (
    <form data-slot="link-form" className="echo-link-form" noValidate onSubmit={onSubmit}>
      <label htmlFor={id}>{messages.linkAddress}</label>
      <input
        id={id}
        className="echo-input"
        type="text"
        inputMode="url"
        autoCapitalize="off"
        spellCheck={false}
        dir="ltr"
        // oxlint-disable-next-line jsx-a11y/no-autofocus -- it opens by the button for it
        autoFocus
        value={address}
        aria-invalid={isInvalid}
        aria-describedby={isInvalid ? `${id}-error` : undefined}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose()
        }}
        onChange={(event) => {
          setAddress(event.target.value)
          setInvalid(false)
        }}
      />
      {isInvalid && (
        <p id={`${id}-error`} role="alert" className="echo-error">
          {messages.linkInvalid}
        </p>
      )}
      <div className="echo-actions">
        <Button type="submit" variant="primary">
          {messages.linkApply}
        </Button>
        {isLinked && (
          <Button
            onClick={() => {
              editor.chain().extendMarkRange('link').unsetMark('link').run()
              onClose()
            }}
          >
            {messages.linkRemove}
          </Button>
        )}
        <Button variant="quiet" onClick={onClose}>
          {common.cancel}
        </Button>
      </div>
    </form>
  )
}
