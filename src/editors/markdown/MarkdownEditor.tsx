'use client'
import { useEffect, useId, useMemo, useRef, useState, useSyncExternalStore, type ComponentProps, type ReactNode } from 'react'
import { classNames } from '../../components/basics/classNames.ts'
import { useMessages } from '../../components/config/EchoUiConfig.tsx'
import { unitsOf } from '../../components/editing/textDisplay.ts'
import { useReadable } from '../../react/useReadable.ts'
import type { Space } from '../../client/echo.ts'
import type { UndoCommands } from '../../database/undo/undoStack.ts'
import { textName } from '../../documents/createYDoc.ts'
import { createTextAwareness } from '../textAwareness.ts'
import type { TextHandle } from '../../documents/texts/textHandle.ts'
import {
  createMarkdownEditor,
  type EditorSettings,
  type LeftSelection,
  type MarkdownEditorHandle,
  type MarkdownEditorOptions,
  type YText,
} from './createMarkdownEditor.ts'
import { MarkdownToolbar } from './MarkdownToolbar.tsx'

export interface MarkdownEditorViewProps extends Omit<ComponentProps<'div'>, 'children'> {
  /** An open text, as from `useText`; while there is none, the editor is empty and takes nothing. */
  readonly text: (Pick<TextHandle, 'current'> & { readonly readOnly?: boolean }) | undefined
  /** Names the editor. */
  readonly label: string
  /** Leaves the label to screen readers. */
  readonly hideLabel?: boolean
  /** Shown while the text is empty. */
  readonly placeholder?: string
  readonly readOnly?: boolean
  /** Most UTF-16 units that typing may bring the text to; what others write always comes in. */
  readonly maxLength?: number
  /** Whether buttons for the usual marks stand above it; true by default. */
  readonly toolbar?: boolean
  /** The nonce of the page's Content-Security-Policy, for the styles that CodeMirror puts into it (`EditorView.cspNonce`). */
  readonly nonce?: string
  /** What Mod-Z and Mod-Shift-Z call. */
  readonly undo?: Pick<UndoCommands, 'undo' | 'redo'>
  /** Opens where the carets of a generation of the text are shared; keep it the same from render to render. */
  readonly openAwareness?: MarkdownEditorOptions['openAwareness']
}

export interface MarkdownEditorProps extends Omit<MarkdownEditorViewProps, 'text' | 'undo' | 'openAwareness'> {
  /** The text's space: its undo stack takes what is typed, and its members see each other's carets. */
  readonly space: Space | undefined
  /** An open text, as from `useText`; while there is none, the editor is empty and takes nothing. */
  readonly text: (Pick<TextHandle, 'current' | 'item'> & { readonly readOnly?: boolean }) | undefined
}

/**
 * A live text as Markdown, in CodeMirror: several people type at once and see where the others are. Undo takes back only what this person did, also after
 * the editor was gone for a while. Tab leaves it.
 * @example
 * <MarkdownEditor space={space} text={useText(space, noteId)} label="Notes" placeholder="Write something" />
 */
export function MarkdownEditor({ space, ...props }: MarkdownEditorProps): ReactNode {
  const item = props.text?.item
  const openAwareness = useMemo(() => {
    if (space === undefined || item === undefined) return undefined
    return (yText: YText) => createTextAwareness({ space, item, doc: yText.doc!, rootName: textName })
  }, [space, item])
  return (
    <MarkdownEditorView
      {...props}
      {...(space !== undefined && { undo: space.undo })}
      {...(openAwareness !== undefined && { openAwareness })}
    />
  )
}

const subscribeToNothing = () => () => {}

/** {@link MarkdownEditor} on a given text, without a space: undo and the carets of others are what it is given. */
export function MarkdownEditorView(props: MarkdownEditorViewProps): ReactNode {
  const { text, label, hideLabel = false, placeholder, readOnly: isReadOnly, maxLength, toolbar = true, nonce, undo, openAwareness } = props
  const { className, ...native } = withoutOwn(props)
  const { editor: messages } = useMessages()
  const id = useId()
  const host = useRef<HTMLDivElement>(null)
  const [editor, setEditor] = useState<MarkdownEditorHandle>()
  // A server, and the first render over its markup, show the text as it is.
  const isInBrowser = useSyncExternalStore(
    subscribeToNothing,
    () => true,
    () => false,
  )
  const current = text?.current
  const readOnly = text === undefined || text.readOnly === true || isReadOnly === true
  const refused = useReadable(editor?.refused)
  const settings: EditorSettings = useMemo(
    () => ({
      readOnly,
      placeholder,
      maxLength,
      attributes: { 'aria-labelledby': `${id}label`, 'aria-describedby': `${id}note` },
      nameCharacter: (code) => messages.unseen(`U+${code.toString(16).toUpperCase().padStart(4, '0')}`),
    }),
    [readOnly, placeholder, maxLength, id, messages],
  )
  const latest = useRef(settings)
  const left = useRef<LeftSelection>(undefined)
  useEffect(() => {
    latest.current = settings
    editor?.configure(settings)
  }, [editor, settings])
  useEffect(() => {
    if (!isInBrowser || current === undefined) return
    const made = createMarkdownEditor({
      parent: host.current!,
      current,
      settings: latest.current,
      undo,
      openAwareness,
      nonce,
      left: left.current,
    })
    setEditor(made)
    return () => {
      setEditor(undefined)
      left.current = made.dispose()
    }
  }, [isInBrowser, current, undo, openAwareness, nonce])

  const isStatic = !isInBrowser || current === undefined
  return (
    <div
      data-slot="markdown-editor"
      data-state={text === undefined ? 'closed' : readOnly ? 'read-only' : 'open'}
      {...native}
      className={classNames('echo-field echo-editor', className)}
    >
      <span id={`${id}label`} className={hideLabel ? 'echo-visually-hidden' : 'echo-editor-label'}>
        {label}
      </span>
      <div className="echo-editor-frame">
        {toolbar && <MarkdownToolbar label={label} editor={editor} disabled={readOnly} />}
        {isStatic ? (
          <textarea
            className="echo-editor-static"
            readOnly
            aria-labelledby={`${id}label`}
            placeholder={placeholder}
            dir="auto"
            value={current === undefined ? '' : unitsOf(current.get().yText)}
          />
        ) : (
          <div ref={host} data-slot="editor-host" />
        )}
      </div>
      <output id={`${id}note`} className="echo-field-error">
        {refused !== undefined && maxLength !== undefined && messages.tooLong(maxLength, refused)}
      </output>
    </div>
  )
}

/** What goes to the element itself. */
function withoutOwn({
  text: _text,
  label: _label,
  hideLabel: _hideLabel,
  placeholder: _placeholder,
  readOnly: _readOnly,
  maxLength: _maxLength,
  toolbar: _toolbar,
  nonce: _nonce,
  undo: _undo,
  openAwareness: _openAwareness,
  ...native
}: MarkdownEditorViewProps): ComponentProps<'div'> {
  return native
}
