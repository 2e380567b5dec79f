import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { decodeFileContent, fileContentOf, type ContentParts } from '../../../src/database/files/fileContents.ts'

function partsOf(doc = new Y.Doc()): ContentParts {
  return { map: doc.getMap('map'), list: doc.getArray('list'), text: doc.getText('text'), xml: doc.getXmlFragment('xml') }
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

describe('the content of a model in a file', () => {
  it('comes whole into an empty document: values, types inside types, formatted texts and XML trees', () => {
    const parts = partsOf()
    const { map, list, text, xml } = parts
    map.set('plain', { '@': 'bytes', v: ['AA'], deep: { a: [1, null, true] } })
    map.set('bytes', new Uint8Array([1, 2]))
    map.set('odd', [Number.NaN, -0, Infinity])
    map.set('unset', undefined)
    map.set('inner', new Y.Map<unknown>([['list', Y.Array.from([new Y.Text('in a list') as never, 5 as never])]]))
    list.push(Array.from({ length: 200 }, (_, i) => ({ i })))
    text.applyDelta([{ insert: 'Bold', attributes: { bold: true } }, { insert: ' plain' }, { insert: { image: 'x' } }])
    const paragraph = new Y.XmlElement('paragraph')
    paragraph.setAttribute('align', 'left')
    paragraph.insert(0, [new Y.XmlText('Hello'), new Y.XmlElement('break')])
    xml.push([paragraph, new Y.XmlElement('rule')])
    const json: unknown = JSON.parse(JSON.stringify(fileContentOf(parts)))
    const copy = partsOf()
    for (const step of decodeFileContent(json)!) step(copy)
    expect(JSON.parse(JSON.stringify(fileContentOf(copy)))).toEqual(json)
    expect(copy.map.get('plain')).toEqual(map.get('plain'))
    expect(copy.map.get('bytes')).toEqual(map.get('bytes'))
    expect(copy.map.get('odd')).toEqual(map.get('odd'))
    expect([copy.map.has('unset'), copy.map.get('unset')]).toEqual([true, undefined])
    expect(copy.map.get('inner')).toBeInstanceOf(Y.Map)
    expect(((copy.map.get('inner') as Y.Map<unknown>).get('list') as Y.Array<unknown>).get(0)).toBeInstanceOf(Y.Text)
    expect(copy.list.toJSON()).toEqual(list.toJSON())
    expect(copy.text.toDelta()).toEqual(text.toDelta())
    expect(copy.xml.toString()).toBe(xml.toString())
    expect(fileContentOf(partsOf())).toEqual({})
  })

  it('leaves out what a hostile peer wrote past every rule, and nothing beside it', () => {
    const { map, list, text, xml } = partsOf()
    map.set('good', 1)
    map.set('deep', nested(31))
    list.push(['good', nested(31), 'too'])
    text.insert(0, 'Hello world')
    text.insertEmbed(5, 5 as never)
    text.insertEmbed(5, new Y.Map() as never)
    text.format(0, 5, { '': true, bold: true })
    const [paragraph, nameless, inner] = [new Y.XmlElement('p'), new Y.XmlElement(''), new Y.XmlText('Hello world')]
    xml.push([paragraph, nameless])
    paragraph.push([inner])
    inner.insertEmbed(5, [1] as never)
    const json: unknown = JSON.parse(JSON.stringify(fileContentOf({ map, list, text, xml })))
    expect(json).toEqual({
      map: { good: 1 },
      list: ['good', 'too'],
      text: [{ insert: 'Hello', attributes: { bold: true } }, { insert: ' world' }],
      xml: [{ name: 'p', attributes: {}, children: [[{ insert: 'Hello' }, { insert: ' world' }]] }],
    })
    expect(decodeFileContent(json)).toBeDefined()
  })

  it('is refused where anything is not as it should be', () => {
    const bad: Record<string, unknown> = {
      'no object': [],
      'an unknown part': { canvas: {} },
      'a map that is a list': { map: [] },
      'a list that is a map': { list: {} },
      'a text that is a string': { text: 'x' },
      'a piece that deletes': { text: [{ delete: 1 }] },
      'an unknown tag': { map: { a: { '@': 'date', v: 1 } } },
      'bytes that are none': { map: { a: { '@': 'bytes', v: '!' } } },
      'a number that is none': { map: { a: { '@': 'number', v: '1' } } },
      'a type inside a plain value': { map: { a: { b: { '@': 'map', v: {} } } } },
      'a type inside a plain list': { map: { a: [{ '@': 'text', v: [] }] } },
      '__proto__ as a key': { map: JSON.parse('{"__proto__":1}') },
      '__proto__ in a value': { map: { a: JSON.parse('{"__proto__":1}') } },
      'a key that is too long': { map: { ['k'.repeat(2000)]: 1 } },
      'values that are too deep': { map: { a: nested(40) } },
      'types that are too deep': { list: [Array.from({ length: 80 }).reduce((v) => ({ '@': 'list', v: [v] }), 1)] },
      'a value that is too large': { map: { a: 'x'.repeat(300_000) } },
      'a node that is a string': { xml: ['x'] },
      'an element without a name': { xml: [{ attributes: {}, children: [] }] },
      'an element without children': { xml: [{ name: 'p', attributes: {} }] },
      'an attribute that is a type': { xml: [{ name: 'p', attributes: { a: { '@': 'map', v: {} } }, children: [] }] },
    }
    for (const [name, json] of Object.entries(bad)) expect(decodeFileContent(json), name).toBeUndefined()
  })
})
