import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { indexInRebuilt } from '../../../src/documents/verdicts/placeInRebuilt.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'

function open(client: number, ...updates: readonly Uint8Array[]): Y.Text {
  const doc = new Y.Doc({ gc: false })
  doc.clientID = client
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc.getText('text')
}

const stateOf = (text: Y.Text): Uint8Array => Y.encodeStateAsUpdate(text.doc!)

/** Ann wrote "ann", Ben right behind it "BEN"; both have gone on since, she with "ie", he with "NO". */
function write() {
  const ann = open(1)
  ann.insert(0, 'ann')
  const ben = open(2, stateOf(ann))
  ben.insert(3, 'BEN')
  const before = stateOf(ben)
  ben.insert(6, 'NO')
  Y.applyUpdate(ann.doc!, stateOf(ben))
  ann.insert(3, 'ie')
  expect(ann.toString()).toBe('annieBENNO')
  return { text: ann, before }
}

describe('the place of a caret in a rebuilt text', () => {
  it('is behind the nearest character before it that stands, whoever wrote what is behind the caret', () => {
    const { text, before } = write()
    const next = open(3, before)
    expect(next.toString()).toBe('annBEN')
    expect([0, 1, 3, 4, 5, 6, 8, 9, 10].map((index) => indexInRebuilt(text, index, next))).toEqual([0, 1, 3, 3, 3, 4, 6, 6, 6])
  })

  it('is behind what was typed last where that is in the new text under other ids', () => {
    const { text, before } = write()
    const next = open(3, before)
    next.insert(3, 'ie')
    expect(indexInRebuilt(text, 5, next)).toBe(5)
    // Half of it is not all of it.
    expect(indexInRebuilt(text, 4, next)).toBe(4)
  })

  it('is where a character was that somebody has deleted since', () => {
    const { text } = write()
    const next = open(3, stateOf(text))
    next.delete(4, 2)
    expect(indexInRebuilt(text, 5, next)).toBe(4)
    expect(indexInRebuilt(text, 6, next)).toBe(4)
  })

  it('is within the text where nothing is left of the former one, and counts what is embedded', () => {
    const text = open(1)
    text.insert(0, 'gone')
    expect(indexInRebuilt(text, 4, open(2))).toBe(0)
    const next = open(2)
    next.insert(0, 'gone and more')
    expect(indexInRebuilt(text, 4, next)).toBe(4)
    text.insertEmbed(1, { image: 'x' })
    const copy = open(3, stateOf(text))
    copy.insert(0, '>')
    expect([0, 2, 5].map((index) => indexInRebuilt(text, index, copy))).toEqual([0, 3, 6])
  })

  it('is between the same two characters wherever both stand, after any edits', () => {
    const random = createSeededRandom('places')
    const text = open(1)
    let kept = stateOf(text)
    for (let step = 0; step < 400; step++) {
      if (text.length > 6 && random.chance(0.4)) text.delete(random.below(text.length - 3), 1 + random.below(3))
      else text.insert(random.below(text.length + 1), 'abcdefgh'.slice(random.below(7)))
      if (step === 300) kept = stateOf(text)
    }
    const next = open(2, kept)
    const idAt = (of: Y.Text, at: number) => JSON.stringify(Y.createRelativePositionFromTypeIndex(of, at, -1).item)
    const places = new Map(Array.from({ length: next.length }, (_, at) => [idAt(next, at + 1), at + 1]))
    let found = 0
    for (let at = 1; at <= text.length; at++) {
      const expected = places.get(idAt(text, at))
      if (expected === undefined) continue
      found++
      expect(indexInRebuilt(text, at, next)).toBe(expected)
    }
    expect(found).toBeGreaterThan(20)
  })
})
