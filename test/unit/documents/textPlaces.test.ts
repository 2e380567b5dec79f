import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { indexOfPlace, placeAt } from '../../../src/documents/texts/textPlaces.ts'

function openText(content: string): Y.Text {
  const yText = new Y.Doc().getText('text')
  yText.insert(0, content)
  return yText
}

describe('a place in a text', () => {
  it('stays at its letter whatever is written before it, through JSON', () => {
    const yText = openText('hello')
    const places = JSON.parse(JSON.stringify([placeAt(yText, 2), placeAt(yText, 5)])) as unknown[]
    yText.insert(0, '>> ')
    expect(places.map((place) => indexOfPlace(yText, place))).toEqual([5, 8])
    yText.delete(0, 8)
    expect(places.map((place) => indexOfPlace(yText, place))).toEqual([0, 0])
  })

  it('is nowhere beside a letter that has not come, or in another text', () => {
    const yText = openText('hello')
    const other = openText('hello')
    expect(indexOfPlace(other, placeAt(yText, 2))).toBe(undefined)
    const beside = yText.doc!.getText('beside')
    beside.insert(0, 'x')
    expect(indexOfPlace(yText, placeAt(beside, 0))).toBe(undefined)
    expect(indexOfPlace(yText, placeAt(beside, 1))).toBe(undefined)
  })

  it.each([
    undefined,
    null,
    'text',
    7,
    {},
    [],
    { tname: 'never seen' },
    { tname: 5 },
    { tname: 'text', assoc: 'left' },
    { item: { client: -1, clock: 0 } },
    { item: { client: 1, clock: 1e300 } },
    { item: { client: Number.NaN, clock: 0 } },
    { item: 'x' },
    { type: { client: 1, clock: 0 } },
  ])('is nowhere where a peer sent %j, and no root type is made for it', (hostile) => {
    const yText = openText('hello')
    expect(indexOfPlace(yText, hostile)).toBe(undefined)
    expect([...yText.doc!.share.keys()]).toEqual(['text'])
  })
})
