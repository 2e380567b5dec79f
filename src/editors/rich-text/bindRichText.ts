import { Editor, getSchema, type Extensions } from '@tiptap/core'
import type { EditorState } from '@tiptap/pm/state'
import type * as Y from 'yjs'
import type { Space } from '../../client/echo.ts'
import { xmlName } from '../../documents/createYDoc.ts'
import type { RichTextHandle } from '../../documents/texts/textHandle.ts'
import { createTextAwareness, type TextAwareness } from '../textAwareness.ts'
import { createSchemaGuard, type Misfit, type SchemaGuard } from './schemaGuard.ts'
import { noteSelection } from './selectionInRebuilt.ts'
import { createSyncExtension, type Refusal } from './syncExtension.ts'

/** What is in the element: an editor, or nothing where the text holds what an editor of this version would delete. */
export type RichTextBinding = { readonly status: 'bound'; readonly editor: Editor } | { readonly status: 'misfit'; readonly misfit: Misfit }

export interface BindRichTextOptions {
  readonly element: HTMLElement
  readonly text: Pick<RichTextHandle, 'item' | 'current'>
  readonly space: Pick<Space, 'presence' | 'undo' | 'members'> | undefined
  readonly extensions: Extensions
  /** Of the element in which one types; asked at each change. */
  readonly attributes: (state: EditorState) => Record<string, string>
  readonly isReadOnly: () => boolean
  readonly maxSize: () => number
  readonly onRefused: (reason: Refusal) => void
  readonly onChange: (binding: RichTextBinding) => void
}

export interface BoundRichText {
  /** Asks `isReadOnly` and `attributes` again. */
  update(): void
  dispose(): void
}

/**
 * Keeps an editor in an element on a rich text, for as long as all that the text holds has a place in the schema: what a change brings is looked at before the
 * editor hears of it. When the document is rebuilt, a new editor takes the place of the former and goes on where its caret was.
 */
export function bindRichText(options: BindRichTextOptions): BoundRichText {
  const { element, text, space, extensions, onChange } = options
  const schema = getSchema(extensions)
  let yXml: Y.XmlFragment
  let guard: SchemaGuard
  let editor: Editor | undefined
  let carets: TextAwareness | undefined
  /** While an editor is made it may change the tree, by which no second one must come. */
  let isBinding = false

  function open(selection?: ReturnType<typeof noteSelection>): void {
    yXml = text.current.get().yXml
    const doc = yXml.doc!
    guard = createSchemaGuard(schema, yXml, () => !options.isReadOnly())
    doc.on('beforeObserverCalls', onChanging)
    doc.on('afterTransaction', onChanged)
    bind(selection)
  }

  function bind(selection?: ReturnType<typeof noteSelection>): void {
    const misfit = guard.check()
    if (misfit !== undefined) return onChange({ status: 'misfit', misfit })
    const doc = yXml.doc!
    carets = space && createTextAwareness({ space, item: text.item, doc, rootName: xmlName })
    const { maxSize, onRefused } = options
    const sync = createSyncExtension({ yXml, awareness: carets?.awareness, undo: space?.undo, maxSize, onRefused })
    isBinding = true
    editor = new Editor({
      element,
      extensions: [...extensions, sync],
      editable: !options.isReadOnly(),
      injectCSS: false,
      editorProps: { attributes: options.attributes },
      // The binding itself takes a caret back only where it can still find its place.
      onBlur: () => carets?.awareness.setLocalStateField('cursor', null),
    })
    isBinding = false
    if (selection !== undefined) {
      editor.commands.setTextSelection(selection(editor, yXml))
      editor.view.focus()
    }
    onChange({ status: 'bound', editor })
  }

  function unbind(): void {
    const former = editor
    editor = undefined
    former?.destroy()
    carets?.dispose()
    carets = undefined
  }

  /** Yjs calls it when a transaction is through and before any observer, the editor's among them. */
  function onChanging(transaction: Y.Transaction): void {
    if (!guard.note(transaction) || editor === undefined) return
    const misfit = guard.check()
    if (misfit === undefined) return
    unbind()
    onChange({ status: 'misfit', misfit })
  }

  function onChanged(transaction: Y.Transaction): void {
    if (!isBinding && editor === undefined && guard.note(transaction)) bind()
  }

  function close(): void {
    yXml.doc?.off('beforeObserverCalls', onChanging)
    yXml.doc?.off('afterTransaction', onChanged)
    unbind()
  }

  // First, so that nothing listens on where it fails.
  open()
  const stop = text.current.subscribe(() => {
    if (text.current.get().yXml === yXml) return
    const selection = editor?.isFocused ? noteSelection(editor, yXml) : undefined
    close()
    open(selection)
  })
  return {
    update() {
      guard.reset()
      const misfit = guard.check()
      if (editor === undefined) return misfit === undefined ? bind() : undefined
      if (misfit !== undefined) {
        unbind()
        return onChange({ status: 'misfit', misfit })
      }
      editor.setEditable(!options.isReadOnly(), false)
    },
    dispose() {
      stop()
      close()
    },
  }
}
