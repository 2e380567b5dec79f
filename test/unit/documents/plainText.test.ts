import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { cutText, plainTextOf } from '../../../src/documents/texts/plainText.ts'

function words(text: string, formats?: object): Y.XmlText {
  const node = new Y.XmlText()
  node.insert(0, text, formats ?? {})
  return node
}

function element(name: string, ...children: (Y.XmlElement | Y.XmlText)[]): Y.XmlElement {
  const node = new Y.XmlElement(name)
  node.insert(0, children)
  return node
}

function treeOf(...nodes: (Y.XmlElement | Y.XmlText)[]): Y.Doc {
  const doc = new Y.Doc()
  doc.getXmlFragment('xml').insert(0, nodes)
  return doc
}

describe('the plain text of a rich one', () => {
  it('has a line for each block, without formatting and without empty lines', () => {
    const doc = treeOf(
      element('heading', words('Spring')),
      element('paragraph'),
      element('paragraph', words('Sow '), words('beans', { bold: true }), words(' early.')),
      element(
        'bulletList',
        element('listItem', element('paragraph', words('one'))),
        element('listItem', element('paragraph', words('two'))),
      ),
    )
    expect(plainTextOf(doc, 'rich-text')).toBe('Spring\nSow beans early.\none\ntwo')
  })

  it('keeps elements among texts in their line, and breaks it where an editor does', () => {
    const doc = treeOf(
      element('paragraph', words('to '), element('mention', words('Ann')), words(' and'), element('hardBreak'), words('Ben')),
    )
    expect(plainTextOf(doc, 'rich-text')).toBe('to Ann and\nBen')
  })

  it('has the name of a mention as it was written, in its line and of bounded length', () => {
    const mention = (name: unknown) => {
      const node = element('mention')
      node.setAttribute('name', name as string)
      return node
    }
    const doc = treeOf(
      element('paragraph', words('to '), mention('Ann'), words(' and')),
      element('paragraph', mention('Ben'), mention({ name: 'Ann' }), mention(7), words('!')),
    )
    expect(plainTextOf(doc, 'rich-text')).toBe('to @Ann and\n@Ben!')
    expect(plainTextOf(treeOf(mention('x'.repeat(100_000))), 'rich-text').length).toBe(1025)
  })

  it('has the label of a linked item as it was written, in its line', () => {
    const link = element('itemLink')
    link.setAttribute('label', 'Plan')
    expect(plainTextOf(treeOf(element('paragraph', words('see '), link, words('.'))), 'rich-text')).toBe('see Plan.')
  })

  it('has the description of a picture, on a line of its own', () => {
    const image = (alt: string) => {
      const node = element('image')
      node.setAttribute('alt', alt)
      return node
    }
    const doc = treeOf(element('paragraph', words('a')), image('A bed of beans'), image(''), element('paragraph', words('b')))
    expect(plainTextOf(doc, 'rich-text')).toBe('a\nA bed of beans\nb')
  })

  it('is empty for an empty tree, and apart from the plain text of the document', () => {
    const doc = new Y.Doc()
    doc.getText('text').insert(0, 'plain')
    expect([plainTextOf(doc, 'rich-text'), plainTextOf(doc, 'text')]).toEqual(['', 'plain'])
  })

  it('passes over what is no text, however it got there', () => {
    const doc = treeOf(element('paragraph', words('a')))
    const paragraph = doc.getXmlFragment('xml').get(0) as Y.XmlElement
    paragraph.insert(1, [new Y.Map(), new Y.Array(), new Y.XmlHook('hook'), words('b')] as never[])
    ;(paragraph.get(0) as Y.XmlText).insertEmbed(1, { image: 'x' })
    expect(plainTextOf(doc, 'rich-text')).toBe('ab')
  })

  it('is what is text in it where a peer wrote other kinds into the parts of a document', () => {
    const hostile = new Y.Doc()
    hostile.getXmlFragment('text').insert(0, [element('p', words('tree'))])
    hostile.getText('xml').insert(0, 'plain', { bold: true })
    hostile.getText('xml').insertEmbed(2, new Y.Map())
    const mapped = new Y.Doc()
    mapped.getMap('text').set('a', 'b')
    mapped.getMap('xml').set('a', new Y.XmlText('b'))
    for (const doc of [hostile, mapped]) {
      const read = new Y.Doc()
      Y.applyUpdate(read, Y.encodeStateAsUpdate(doc))
      expect([plainTextOf(read, 'text'), plainTextOf(read, 'rich-text')]).toEqual(['', ''])
    }
  })

  it('takes a tree of any depth, and stops where it is asked to', () => {
    const doc = new Y.Doc()
    doc.transact(() => {
      let node: Y.XmlFragment = doc.getXmlFragment('xml')
      for (let depth = 0; depth < 5_000; depth++) {
        const next = new Y.XmlElement('quote')
        node.insert(0, [next])
        node = next
      }
      node.insert(0, [words('deep')])
    })
    expect(plainTextOf(doc, 'rich-text')).toBe('deep')
    const long = treeOf(...Array.from({ length: 1000 }, () => element('paragraph', words('word'))))
    expect(plainTextOf(long, 'rich-text', 12)).toBe('word\nword\nwo')
  })

  it('looks at no more nodes than anybody writes', () => {
    const doc = treeOf(...Array.from({ length: 100_001 }, () => new Y.XmlElement('p')), element('p', words('end')))
    expect(plainTextOf(doc, 'rich-text')).toBe('')
  })
})

describe('cutting a text', () => {
  it('parts no character', () => {
    expect([cutText('a😀b', 2), cutText('a😀b', 3), cutText('ab', 2), cutText('', 0)]).toEqual(['a', 'a😀', 'ab', ''])
  })
})
