import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import * as Y from 'yjs'
import { applyUpdate } from '../../../src/storage/applyUpdate.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  fc.constantFrom('a'.repeat(31), 'a'.repeat(32), 'a'.repeat(33), 'a'.repeat(31) + 'é', 'é', '', '\ud800', '\u007f', '\u0080', '\ufeffa'),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.double(),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(text, tie('value'), { noNullPrototype: true }),
  ),
}))

/** An update of a document with these values under these keys, a formatted text, an element and a list of types. */
function updateOf(entries: readonly (readonly [string, unknown])[], letters: string): Uint8Array {
  const doc = new Y.Doc({ gc: false })
  for (const [key, entry] of entries) doc.getMap('items').set(key, entry)
  doc.getText('text').insert(0, letters, { [letters.slice(0, 3)]: letters })
  doc.getText('text').insertEmbed(0, { letters })
  doc.getText('text').delete(0, 1)
  const element = new Y.XmlElement('p')
  element.setAttribute('title', letters)
  doc.getXmlFragment('xml').push([element, new Y.XmlText(letters)])
  doc.getArray('list').push([new Y.Map([['a', letters]]), ...entries.map(([, entry]) => ({ entry }))])
  return Y.encodeStateAsUpdate(doc)
}

function stateOf(doc: Y.Doc): unknown {
  const { items, list } = { items: doc.getMap('items'), list: doc.getArray('list') }
  return [items.toJSON(), list.toJSON(), doc.getText('text').toDelta(), doc.getXmlFragment('xml').toString()]
}

describe('an update', () => {
  it('makes of a document what Yjs itself makes of it, whatever values and texts it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, value), { maxLength: 6 }), text, (entries, letters) => {
        const update = updateOf(entries, letters)
        const [doc, expected] = [new Y.Doc({ gc: false }), new Y.Doc({ gc: false })]
        applyUpdate(doc, update, undefined)
        Y.applyUpdate(expected, update)
        expect(stateOf(doc)).toEqual(stateOf(expected))
        expect(Y.encodeStateAsUpdate(doc)).toEqual(Y.encodeStateAsUpdate(expected))
      }),
    )
  })

  it('is told with its origin', () => {
    const doc = new Y.Doc()
    const origins: unknown[] = []
    doc.on('update', (_update: Uint8Array, origin: unknown) => origins.push(origin))
    applyUpdate(doc, updateOf([['a', 1]], 'b'), 'blocks')
    expect(origins).toEqual(['blocks'])
  })

  it('that ends early is refused by throwing, wherever it ends', () => {
    const update = updateOf([['key', { title: 'Milk', list: ['a', 'é', 1], big: 'x'.repeat(40) }]], 'letters')
    for (let length = 0; length < update.length; length++) {
      expect(() => applyUpdate(new Y.Doc(), update.slice(0, length), undefined), `of ${length} bytes`).toThrow(/./)
    }
  })
})
