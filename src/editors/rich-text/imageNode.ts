import { Node, type NodeViewRenderer } from '@tiptap/core'
import { NodeSelection, Plugin, Selection, type EditorState } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { maxImagesLength, safeImageSource } from './imageData.ts'
import { imageOfFile, type ImageFault } from './imageOfFile.ts'
import { showAtom } from './showAtom.ts'

/** Why a picture was not put in: also where the text holds as many as it may. */
export type PictureFault = ImageFault | 'room'

export interface ImageSettings {
  /** What a screen reader says of a picture that nobody described. */
  readonly undescribed: string
  readonly onFault: (fault: PictureFault) => void
}

/** Most files that are taken at once. */
const maxFiles = 20

/** A picture, whole in the text as a `data:` address, with a description. Files of pictures that are pasted or dropped become such. */
export function createImageNode({ undescribed, onFault }: ImageSettings): Node {
  const view: NodeViewRenderer = ({ node }) => {
    const dom = document.createElement('img')
    dom.decoding = 'async'
    return showAtom(node, dom, ({ attrs }) => {
      const source = safeImageSource(attrs['src'])
      if (source === undefined) dom.removeAttribute('src')
      else dom.src = source
      dom.alt = String(attrs['alt'] ?? '') || undescribed
    })
  }

  return Node.create({
    name: 'image',
    group: 'block',
    atom: true,
    draggable: true,
    addAttributes: () => ({
      src: { default: null, parseHTML: (element) => safeImageSource(element.getAttribute('src')) ?? null },
      alt: { default: '', parseHTML: (element) => element.getAttribute('alt') ?? '' },
    }),
    // A picture that lies elsewhere is left out: showing it would tell that server who reads the text.
    parseHTML: () => [
      { tag: 'img[src]', getAttrs: (element) => (safeImageSource(element.getAttribute('src')) === undefined ? false : null) },
    ],
    renderHTML: ({ node }) => ['img', { src: safeImageSource(node.attrs['src']), alt: String(node.attrs['alt']) }],
    renderText: ({ node }) => String(node.attrs['alt']),
    addNodeView: () => view,
    addProseMirrorPlugins: () => [
      new Plugin({
        props: {
          handlePaste(editor, { clipboardData }) {
            const files = [...(clipboardData?.files ?? [])]
            // Programs for tables and texts lay a picture of what is copied beside it.
            if (files.length === 0 || clipboardData!.getData('text/plain') !== '') return false
            void insertImages(editor, files, onFault)
            return true
          },
          handleDOMEvents: {
            // Before the editor's own, which leaves what is dropped beside a line to the browser, and that would show the file in place of the page.
            drop(editor, event) {
              const files = [...(event.dataTransfer?.files ?? [])]
              // A picture that is moved within the text comes with a file too.
              if (files.length === 0 || editor.dragging !== null) return false
              event.preventDefault()
              if (!editor.editable) return true
              const at = editor.posAtCoords({ left: event.clientX, top: event.clientY })
              if (at !== null) editor.dispatch(editor.state.tr.setSelection(Selection.near(editor.state.doc.resolve(at.pos))))
              void insertImages(editor, files, onFault)
              return true
            },
          },
        },
      }),
    ],
  })
}

/** Puts pictures in at the caret, one after another, in a moment. Says of the rest why not. */
export async function insertImages(view: EditorView, files: readonly Blob[], onFault: (fault: PictureFault) => void): Promise<void> {
  for (const file of files.slice(0, maxFiles)) {
    const image = await imageOfFile(file)
    if (view.isDestroyed || !view.editable) return
    if (!image.ok) onFault(image.error)
    else if (imagesLength(view.state) + image.value.length > maxImagesLength) return onFault('room')
    else insertImage(view, image.value)
  }
}

/** The picture that is selected. */
export function selectedImage({ selection }: EditorState): NodeSelection | undefined {
  return selection instanceof NodeSelection && selection.node.type.name === 'image' ? selection : undefined
}

function insertImage(view: EditorView, src: string): void {
  const { tr, schema } = view.state
  const { image, paragraph } = schema.nodes
  if (image === undefined || paragraph === undefined) return
  // Of a picture that is selected, the next one comes behind it and does not take its place.
  if (selectedImage(view.state) !== undefined) tr.setSelection(Selection.near(tr.doc.resolve(tr.selection.to)))
  tr.replaceSelectionWith(image.create({ src }))
  const { $to } = tr.selection
  // Behind it one goes on to write.
  if ($to.parent.inlineContent) tr.setSelection(Selection.near(tr.doc.resolve($to.pos)))
  else tr.insert($to.pos, paragraph.create()).setSelection(Selection.near(tr.doc.resolve($to.pos + 1)))
  view.dispatch(tr.scrollIntoView())
}

function imagesLength({ doc }: EditorState): number {
  let length = 0
  doc.descendants((node) => {
    if (node.type.name === 'image') length += String(node.attrs['src']).length
  })
  return length
}
