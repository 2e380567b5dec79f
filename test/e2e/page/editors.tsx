import { StrictMode, type ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { EchoUiConfig, TextField } from '../../../src/components/index.ts'
import '../../../src/components/styles.css'
import { MarkdownEditor } from '../../../src/editors/markdown/index.ts'
import { RichTextEditor } from '../../../src/editors/rich-text/index.ts'
import { EchoProvider, useText, type RichTextHandle, type TextHandle } from '../../../src/index.ts'
import type {} from './main.ts'

export type EditorName = 'TextField' | 'MarkdownEditor' | 'RichTextEditor'

/** One editor on a page, and what a test asks of it. */
export interface EditorPage {
  /** Makes an item with an empty text for this editor. @returns its id */
  create(editor: EditorName): string
  /** Opens the text of an item and shows the editor. */
  open(editor: EditorName, id: string): Promise<void>
  /** Takes the editor away in this very task, or shows it again; the text stays open. */
  show(isShown: boolean): void
  content(): string
  /** How often the text's document was put in the place of a former one. */
  generation(): number
  /** Milliseconds from each key to the next frame. */
  readonly delays: number[]
}

declare global {
  interface Window {
    editors: EditorPage
  }
}

function Plain({ id }: { readonly id: string }): ReactNode {
  const { space } = window.lab
  return <TextField text={useText(space, id)} label="Text" multiline rows={8} undo={space.undo} />
}

function Markdown({ id }: { readonly id: string }): ReactNode {
  const { space } = window.lab
  return <MarkdownEditor space={space} text={useText(space, id)} label="Text" nonce="of-the-page" />
}

function Rich({ id }: { readonly id: string }): ReactNode {
  const { space } = window.lab
  return <RichTextEditor space={space} text={useText(space, id, 'rich-text')} label="Text" />
}

const editors = { TextField: Plain, MarkdownEditor: Markdown, RichTextEditor: Rich }

let root: Root | undefined
let shown: ReactNode
let handle: TextHandle | RichTextHandle

const delays: number[] = []
addEventListener(
  'keydown',
  ({ timeStamp }) => requestAnimationFrame(() => requestAnimationFrame(() => delays.push(performance.now() - timeStamp))),
  true,
)

window.editors = {
  create(editor) {
    const { space, Note, Page } = window.lab
    return space.create(editor === 'RichTextEditor' ? Page : Note, { title: editor }).id
  },
  async open(editor, id) {
    const { lab } = window
    const isRich = editor === 'RichTextEditor'
    await lab.until(lab.space.liveItem(isRich ? lab.Page : lab.Note, id), (item) => item !== undefined)
    handle = await (isRich ? lab.space.openText(id, 'rich-text') : lab.space.openText(id))
    const Editor = editors[editor]
    shown = (
      <StrictMode>
        <EchoProvider echo={lab.echo}>
          <EchoUiConfig>
            <Editor id={id} />
          </EchoUiConfig>
        </EchoProvider>
      </StrictMode>
    )
    window.editors.show(true)
  },
  show(isShown) {
    root?.unmount()
    root = undefined
    if (!isShown) return
    root = createRoot(document.querySelector('main')!)
    root.render(shown)
  },
  content: () => handle.content.get(),
  generation: () => handle.current.get().generation,
  delays,
}
