'use client'
import { useEffect, useId, useImperativeHandle, useRef, useState, type ComponentProps, type ReactNode } from 'react'
import { bindText, type TextElement } from './bindText.ts'
import { bindUndo } from './bindUndo.ts'
import { classNames } from '../basics/classNames.ts'
import { useMessages } from '../config/EchoUiConfig.tsx'
import { displayOf } from './textDisplay.ts'
import type { UndoCommands } from '../../database/undo/undoStack.ts'
import type { TextHandle } from '../../documents/texts/textHandle.ts'

interface TextFieldOptions {
  /** An open text, as from `useText`; while there is none, the field is empty and read-only. */
  readonly text: (Pick<TextHandle, 'current'> & { readonly readOnly?: boolean }) | undefined
  /** Names the field. */
  readonly label: string
  /** Leaves the label to screen readers. */
  readonly hideLabel?: boolean
  /** What undo and redo in the field call, as `space.undo`: it takes back what this person did, and nothing of what others typed. */
  readonly undo?: Pick<UndoCommands, 'undo' | 'redo'>
}

type Bound = 'value' | 'defaultValue' | 'type'
export type TextFieldProps = TextFieldOptions &
  (
    | ({ readonly multiline?: false } & Omit<ComponentProps<'input'>, Bound>)
    | ({ readonly multiline: true } & Omit<ComponentProps<'textarea'>, Bound>)
  )

/**
 * A live text in a plain `<input>` or `<textarea>`: what others type appears as it comes and leaves the caret where it is.
 * With `maxLength` it takes no more than that, and says so.
 * @example
 * <TextField text={useText(space, noteId)} label="Notes" multiline rows={8} maxLength={2000} undo={space.undo} />
 */
export function TextField(props: TextFieldProps): ReactNode {
  const { text, label, hideLabel = false, multiline, className, readOnly, undo, ref, ...native } = props
  const { maxLength } = native
  const { editor: messages } = useMessages()
  const element = useRef<TextElement>(null)
  const [isFull, setFull] = useState(false)
  const ownId = useId()
  const id = native.id ?? ownId
  const [initial] = useState(() => (text === undefined ? '' : displayOf(text.current.get().yText, multiline === true)))
  const current = text?.current
  useImperativeHandle(ref as ComponentProps<'input'>['ref'], () => element.current as HTMLInputElement, [])
  useEffect(() => {
    if (element.current === null || current === undefined) return
    return bindText(element.current, { current }, (length) => setFull(maxLength !== undefined && length >= maxLength))
  }, [current, multiline, maxLength])
  useEffect(() => {
    if (element.current === null || undo === undefined) return
    return bindUndo(element.current, undo)
  }, [undo, multiline])
  const isReadOnly = text === undefined || text.readOnly === true || readOnly === true
  const noteId = `${id}full`
  const says = isFull && !isReadOnly
  const shared = {
    ...native,
    id,
    className: 'echo-input',
    defaultValue: initial,
    readOnly: isReadOnly,
    'aria-describedby': classNames(native['aria-describedby'], says && noteId) || undefined,
    dir: native.dir ?? 'auto',
    ref: element,
  }
  return (
    <div data-slot="text-field" data-state={text === undefined ? 'closed' : 'open'} className={classNames('echo-field', className)}>
      <label htmlFor={id} className={hideLabel ? 'echo-visually-hidden' : undefined}>
        {label}
      </label>
      {multiline ? (
        <textarea {...(shared as ComponentProps<'textarea'>)} />
      ) : (
        <input {...(shared as ComponentProps<'input'>)} type="text" />
      )}
      {maxLength !== undefined && (
        <output id={noteId} className="echo-hint">
          {says && messages.fullAt(maxLength)}
        </output>
      )}
    </div>
  )
}
