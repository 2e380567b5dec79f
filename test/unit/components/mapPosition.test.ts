import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { mapPosition, type TextDelta } from '../../../src/components/editing/mapPosition.ts'

describe('mapPosition', () => {
  it('moves with insertions before and at it, not with those behind', () => {
    expect(mapPosition(3, [[{ retain: 1 }, { insert: 'ab' }]])).toEqual({ position: 5, deleted: false })
    expect(mapPosition(3, [[{ retain: 3 }, { insert: 'ab' }]])).toEqual({ position: 5, deleted: false })
    expect(mapPosition(3, [[{ retain: 4 }, { insert: 'ab' }]])).toEqual({ position: 3, deleted: false })
  })

  it('says when its character was deleted', () => {
    expect(mapPosition(3, [[{ retain: 2 }, { delete: 2 }]])).toEqual({ position: 2, deleted: true })
    expect(mapPosition(3, [[{ delete: 3 }]])).toEqual({ position: 0, deleted: false })
  })

  it('finds every character again after the changes of a real text', () => {
    const doc = new Y.Doc()
    const text = doc.getText('t')
    text.insert(0, 'abcdefghij')
    const deltas: TextDelta[] = []
    text.observe((event) => deltas.push(event.delta as TextDelta))
    doc.transact(() => {
      text.delete(1, 2)
      text.insert(4, 'XY')
      text.delete(7, 1)
    })
    text.insertEmbed(0, {})
    text.insert(text.length, 'Z')
    const after = text
      .toDelta()
      .flatMap((op: { insert: unknown }) => (typeof op.insert === 'string' ? [...op.insert] : ['embed'])) as string[]
    for (const [index, letter] of [...'abcdefghij'].entries()) {
      const { position, deleted } = mapPosition(index, deltas)
      expect([letter, deleted ? 'gone' : after[position]]).toEqual([letter, after.includes(letter) ? letter : 'gone'])
    }
  })
})
