import type { Editor, JSONContent } from '@tiptap/core'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import * as Y from 'yjs'
import { RichTextEditor } from '../../../src/editors/rich-text/index.ts'
import { createText, element } from './richTextTrees.ts'

/** What the editor has not learnt yet, by name. */
const unknown = vi.hoisted(() => new Set<string>())
vi.mock(import('../../../src/editors/rich-text/richTextExtensions.ts'), async (importOriginal) => {
  const { richTextExtensions } = await importOriginal()
  return { richTextExtensions: (settings) => richTextExtensions(settings).filter(({ name }) => !unknown.has(name)) }
})

const keys = (text: string) => act(async () => userEvent.keyboard(text))
const box = () => document.querySelector<HTMLElement & { readonly editor: Editor }>('.tiptap')!
const state = () => document.querySelector('[data-slot="rich-text-editor"]')?.getAttribute('data-state')
const stateOf = (doc: Y.Doc) => Y.encodeStateAsUpdate(doc)

const lists = ['bulletList', 'orderedList', 'listItem', 'taskList', 'taskItem', 'listKeymap']
const marks = ['bold', 'italic', 'strike', 'code', 'link']
const laterNodes = ['mention', 'image', 'itemLink']
const others = ['hardBreak', 'heading', 'blockquote', 'codeBlock']

const picture = 'data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=='
const words = (text: string, ...names: readonly string[]): JSONContent => ({
  type: 'text',
  text,
  marks: names.map((type) => (type === 'link' ? { type, attrs: { href: 'https://garden.example' } } : { type })),
})
const block = (type: string, ...content: readonly JSONContent[]): JSONContent => ({ type, content: [...content] })
const everything: JSONContent = block(
  'doc',
  { ...block('heading', words('Spring')), attrs: { level: 2 } },
  block(
    'paragraph',
    words('Water '),
    words('the beans', 'bold', 'italic'),
    { type: 'hardBreak' },
    words('as ', 'strike'),
    { type: 'mention', attrs: { id: 'bob', name: 'Bob' } },
    words(' says in '),
    { type: 'itemLink', attrs: { id: `${'B'.repeat(21)}A`, label: 'Plan' } },
    words(', see '),
    words('there', 'link'),
    words(' and '),
    words('here', 'code'),
  ),
  block('bulletList', block('listItem', block('paragraph', words('Peas')))),
  { ...block('orderedList', block('listItem', block('paragraph', words('Dig')))), attrs: { start: 3 } },
  block('taskList', { ...block('taskItem', block('paragraph', words('Weed'))), attrs: { checked: true } }),
  block('blockquote', block('paragraph', words('Slowly.'))),
  block('codeBlock', words('sow()')),
  { type: 'image', attrs: { src: picture, alt: 'A bed' } },
  block('paragraph', words('The end')),
)

/** The document of a text that the editor of today wrote, everything that it can. */
let written: Uint8Array
/** What is in it, and what can be, by name. */
let names: Set<string>
let known: readonly string[]

function treeWith(update: Uint8Array): Y.XmlFragment {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, update)
  return doc.getXmlFragment('xml')
}

beforeAll(() => {
  const yXml = new Y.Doc().getXmlFragment('xml')
  render(<RichTextEditor label="Page" text={createText(yXml)} />)
  const { editor } = box()
  act(() => void editor.commands.setContent(everything))
  names = new Set(['doc', 'text'])
  for (const node of yXml.createTreeWalker(() => true)) {
    if (node instanceof Y.XmlElement) names.add(node.nodeName)
    else if (node instanceof Y.XmlText)
      for (const { attributes } of node.toDelta()) for (const name of Object.keys(attributes ?? {})) names.add(name)
  }
  known = [...Object.keys(editor.schema.nodes), ...Object.keys(editor.schema.marks)]
  written = stateOf(yXml.doc!)
  cleanup()
})
afterEach(() => {
  cleanup()
  unknown.clear()
})

describe('an editor of a former version', () => {
  it('of today opens all that it wrote, which is all that it knows, without changing a byte', () => {
    expect(known.filter((name) => !names.has(name))).toEqual([])
    const yXml = treeWith(written)
    render(<RichTextEditor label="Page" text={createText(yXml)} />)
    expect(state()).toBe('editing')
    expect(stateOf(yXml.doc!)).toEqual(written)
  })

  const formers: readonly (readonly [string, readonly string[]])[] = [
    ...[...laterNodes, ...marks, ...others].map((name) => [name, [name]] as const),
    ['mentions, pictures and links to items', laterNodes],
    ['lists', lists],
    ['anything but paragraphs', [...lists, ...marks, ...laterNodes, ...others]],
  ]
  for (const [name, lacking] of formers) {
    it(`that does not know ${name} lets what today's wrote be read, and changes no byte of it`, async () => {
      for (const each of lacking) unknown.add(each)
      const yXml = treeWith(written)
      render(<RichTextEditor label="Page" text={createText(yXml)} />)
      expect(state()).toBe('newer')
      expect(screen.getByText('You can only read this text here')).toBeTruthy()
      act(() => document.querySelector<HTMLElement>('[data-slot="plain-content"]')!.focus())
      await keys('x{Backspace}{Enter}')
      cleanup()
      expect(stateOf(yXml.doc!)).toEqual(written)
    })
  }

  const arrivals: readonly (readonly [string, (paragraph: Y.XmlElement) => void])[] = [
    ['a mention', (paragraph) => paragraph.push([element('mention', '', { id: 'bob', name: 'Bob' })])],
    ['a link to an item', (paragraph) => paragraph.insert(0, [element('itemLink', '', { id: `${'B'.repeat(21)}A`, label: 'Plan' })])],
    ['a picture', (paragraph) => (paragraph.parent as Y.XmlFragment).insert(1, [element('image', '', { src: picture, alt: '' })])],
    ['a mark', (paragraph) => (paragraph.get(0) as Y.XmlText).format(0, 3, { strike: {} })],
  ]
  for (const [name, add] of arrivals) {
    it(`keeps ${name} that comes while one types in the same line, and what was just typed, and goes on when it is taken away`, async () => {
      for (const each of [...laterNodes, 'strike']) unknown.add(each)
      const yXml = treeWith(stateOf(new Y.Doc()))
      yXml.push([element('paragraph', 'Sow')])
      // The newer peer, who has all that is written at any moment, and says what was changed there only.
      const peer = treeWith(stateOf(yXml.doc!)).doc!
      const undo = new Y.UndoManager(peer.getXmlFragment('xml'), { trackedOrigins: new Set(['theirs']) })
      yXml.doc!.on('update', (update: Uint8Array, origin: unknown) => origin !== peer && Y.applyUpdate(peer, update))
      const theirs = (change: () => void): void => {
        const before = Y.encodeStateVector(peer)
        change()
        act(() => Y.applyUpdate(yXml.doc!, Y.encodeStateAsUpdate(peer, before), peer))
      }
      render(<RichTextEditor label="Page" text={createText(yXml)} />)
      await userEvent.click(box())
      await keys('{End} beans')
      theirs(() => peer.transact(() => add(peer.getXmlFragment('xml').get(0) as Y.XmlElement), 'theirs'))
      expect(state()).toBe('newer')
      await keys('lost{Backspace}{Enter}')
      expect(stateOf(yXml.doc!)).toEqual(stateOf(peer))
      expect(yXml.toString()).toContain('beans')
      theirs(() => undo.undo())
      expect(state()).toBe('editing')
      await userEvent.click(box())
      await keys('{End}!')
      expect(yXml.toString()).toBe('<paragraph>Sow beans!</paragraph>')
      expect(peer.getXmlFragment('xml').toString()).toBe('<paragraph>Sow beans!</paragraph>')
    })
  }
})
