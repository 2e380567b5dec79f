import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { spliceUpdates } from '../../../src/feed/updates/spliceUpdates.ts'
import { createDoc, createHistory } from './yjsHistories.ts'

function docOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = createDoc(1, false)
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

function contentOf(doc: Y.Doc) {
  return {
    text: doc.getText('text').toDelta(),
    map: doc.getMap('map').toJSON(),
    list: doc.getArray('list').toJSON(),
    xml: doc.getXmlFragment('xml').toString(),
    stateVector: Y.decodeStateVector(Y.encodeStateVector(doc)),
    deleted: Y.createDeleteSetFromStructStore(doc.store).clients,
  }
}

const splice = (updates: readonly Uint8Array[]): Uint8Array => {
  const spliced = spliceUpdates(updates)
  if (spliced === undefined) throw new Error('the updates do not follow each other')
  return spliced
}

/** Three updates of one client that type a letter each. */
function typed(): Uint8Array[] {
  const doc = createDoc(2 ** 40, false)
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (const letter of 'abc') doc.getText('text').insert(doc.getText('text').length, letter)
  return updates
}

describe('spliceUpdates', () => {
  it('gives the document that the updates give one by one: values, state vector, delete set', () => {
    for (let seed = 0; seed < 150; seed++) {
      const updates = createHistory(seed, 40).map(({ update }) => update)
      const atOnce = docOf([splice(updates)])
      expect([atOnce.store.pendingStructs, atOnce.store.pendingDs], `seed ${seed}`).toEqual([null, null])
      expect(contentOf(atOnce), `seed ${seed}`).toEqual(contentOf(docOf(updates)))
    }
  })

  it('gives the same where a part of the history is there already', () => {
    for (let seed = 0; seed < 50; seed++) {
      const updates = createHistory(seed, 30).map(({ update }) => update)
      const half = updates.length >> 1
      const doc = docOf(updates.slice(0, half))
      Y.applyUpdate(doc, splice(updates.slice(half)))
      expect(contentOf(doc), `seed ${seed}`).toEqual(contentOf(docOf(updates)))
    }
  })

  it('splices what was spliced', () => {
    const updates = createHistory(7, 30).map(({ update }) => update)
    const halves = [splice(updates.slice(0, 10)), splice(updates.slice(10))]
    expect(splice(halves)).toEqual(splice(updates))
  })

  it('gives an empty update for none', () => {
    expect(splice([])).toEqual(Uint8Array.of(0, 0))
  })

  it.each([
    ['a gap', () => [typed()[0]!, typed()[2]!]],
    ['the wrong order', () => typed().reverse()],
    ['a repetition', () => [typed()[0]!, typed()[0]!]],
    ['bytes behind an update', () => [Uint8Array.of(...typed()[0]!, 0)]],
    ['a cut update', () => [typed()[0]!.subarray(0, -2)]],
    ['no bytes', () => [new Uint8Array(0)]],
    ['a skip', () => [Uint8Array.of(1, 1, 1, 0, 10, 5, 0)]],
    ['more structs than there are', () => [Uint8Array.of(1, 0xff, 0xff, 0x7f, 1, 0, 0, 1, 0)]],
  ])('joins nothing over %s', (_, updates) => {
    expect(spliceUpdates(updates())).toBe(undefined)
  })
})
