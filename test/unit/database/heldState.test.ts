import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { findOvertaken, holdState, isHeld, isKnown } from '../../../src/database/items/heldState.ts'

function docOf(client: number, ...values: readonly unknown[]): { doc: Y.Doc; map: Y.Map<unknown> } {
  const doc = new Y.Doc({ gc: false })
  doc.clientID = client
  const map = doc.getMap<unknown>('items')
  for (const value of values) map.set('key', value)
  return { doc, map }
}

describe('the state of a key', () => {
  it('is held while the same struct says the same, also when Yjs has merged the tombstones before it', () => {
    const { map } = docOf(1, 'a')
    const first = holdState(map, 'key')
    expect(isHeld(map, 'key', first)).toBe(true)
    map.set('key', 'b')
    map.set('key', 'c')
    const third = holdState(map, 'key')
    expect(isHeld(map, 'key', first)).toBe(false)
    map.delete('key')
    const gone = holdState(map, 'key')
    // All three are one struct now.
    expect(map._map.get('key')!.length).toBe(3)
    expect(isHeld(map, 'key', third)).toBe(false)
    expect(isHeld(map, 'key', gone)).toBe(true)
    expect([first, third, gone].every((held) => isKnown(map, 'key', held))).toBe(true)
    expect(isHeld(map, 'other', holdState(map, 'other'))).toBe(true)
  })

  it('is not held by a later tombstone of the same key, though Yjs has made both one struct', () => {
    const { map } = docOf(1, 'a')
    map.delete('key')
    const gone = holdState(map, 'key')
    map.set('key', 'b')
    map.delete('key')
    expect(map._map.get('key')!.length).toBe(2)
    expect([isHeld(map, 'key', gone), isKnown(map, 'key', gone)]).toEqual([false, true])
  })

  it('is not held by another value at the same place, as after a fork', () => {
    const [a, b] = [docOf(1, 'a'), docOf(1, 'b')]
    expect(isHeld(b.map, 'key', holdState(a.map, 'key'))).toBe(false)
    expect(isHeld(docOf(1, 'a').map, 'key', holdState(a.map, 'key'))).toBe(true)
  })

  it('has been overtaken by what somebody wrote between it and the winner without having won', () => {
    const own = docOf(9, 'start')
    const before = holdState(own.map, 'key')
    const other = docOf(5)
    Y.applyUpdate(other.doc, Y.encodeStateAsUpdate(own.doc))
    own.map.set('key', 'mine')
    expect(findOvertaken(own.map, 'key', before)).toBeUndefined()
    other.map.set('key', 'theirs')
    Y.applyUpdate(own.doc, Y.encodeStateAsUpdate(other.doc))
    expect(own.map.get('key')).toBe('mine')
    expect(findOvertaken(own.map, 'key', before)).toEqual({ present: true, value: 'theirs' })
    expect(findOvertaken(own.map, 'key', holdState(own.map, 'key'))).toBeUndefined()
  })

  it('has been overtaken by the later part of a tombstone whose earlier part was seen', () => {
    const other = docOf(5, 'seen')
    const own = docOf(9)
    Y.applyUpdate(own.doc, Y.encodeStateAsUpdate(other.doc))
    const seen = holdState(own.map, 'key')
    own.map.delete('key')
    own.map.set('key', 'mine')
    other.map.set('key', 'theirs')
    Y.applyUpdate(own.doc, Y.encodeStateAsUpdate(other.doc))
    expect([own.map.get('key'), own.map._map.get('key')!.left!.length]).toEqual(['mine', 2])
    expect(findOvertaken(own.map, 'key', seen)).toEqual({ present: true, value: 'theirs' })
  })
})
