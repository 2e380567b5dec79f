import * as Y from 'yjs'
import type { RichTextEditorProps } from '../../../src/editors/rich-text/RichTextEditor.tsx'
import { createWritable } from '../../../src/shared/readable.ts'

/** A tree of paragraphs in a document of its own. */
export function createTree(...paragraphs: readonly string[]): Y.XmlFragment {
  const yXml = new Y.Doc().getXmlFragment('xml')
  yXml.push(paragraphs.map((text) => element('paragraph', text)))
  return yXml
}

/** An element with a text in it, where that is not empty. */
export function element(name: string, text: string, attributes: Readonly<Record<string, unknown>> = {}): Y.XmlElement {
  const made = new Y.XmlElement<Record<string, never>>(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as never)
  if (text !== '') made.insert(0, [new Y.XmlText(text)])
  return made as unknown as Y.XmlElement
}

/** A rich text as from `useText`. */
export function createText(yXml: Y.XmlFragment, readOnly = false) {
  const current = createWritable({ generation: 1, yXml })
  const content = createWritable('the plain text')
  return { item: 'page', current, content, readOnly } as unknown as NonNullable<RichTextEditorProps['text']> & {
    readonly current: typeof current
  }
}

/** Does to a tree what a peer does: the change comes as an update. */
export function remotely(yXml: Y.XmlFragment, change: (tree: Y.XmlFragment) => void): void {
  const peer = new Y.Doc()
  Y.applyUpdate(peer, Y.encodeStateAsUpdate(yXml.doc!))
  peer.on('update', (update: Uint8Array) => Y.applyUpdate(yXml.doc!, update, 'remote'))
  change(peer.getXmlFragment('xml'))
}
