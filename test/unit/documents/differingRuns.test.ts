import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { createYDoc } from '../../../src/documents/createYDoc.ts'
import { differingRuns } from '../../../src/documents/verdicts/differingRuns.ts'
import { reissueEdits } from '../../../src/documents/verdicts/reissueEdits.ts'

const mine = 7
const next = 20

type Change = (doc: Y.Doc) => void

const text = (doc: Y.Doc) => doc.getText('text')
const items = (doc: Y.Doc) => doc.getMap<unknown>('items')

/** The same device writes under one clientID in two copies of a document: the branch that is withdrawn, and the one that stands. */
function branches(common: Change, withdrawn: readonly Change[], standing: readonly Change[]) {
  const start = write(createYDoc(), 1, common)
  const former = copy(start)
  const ownUpdate = Y.mergeUpdates(withdrawn.map((change) => write(former, mine, change)).map(lastUpdate))
  const current = copy(start)
  for (const change of standing) write(current, mine, change)
  const runs = [{ client: mine, from: 0, to: Y.getState(former.store, mine), ownUpdate }]
  const ranges = differingRuns(current, former, runs).map(({ from, to }) => [from, to])
  current.clientID = next
  const lost = reissueEdits(current, former, runs)
  return { ranges, current, lost }
}

const updates = new WeakMap<Y.Doc, Uint8Array>()
const lastUpdate = (doc: Y.Doc): Uint8Array => updates.get(doc)!

function write(doc: Y.Doc, client: number, change: Change): Y.Doc {
  doc.clientID = client
  const seen: Uint8Array[] = [updates.get(doc) ?? Uint8Array.of(0, 0)]
  const note = (update: Uint8Array) => seen.push(update)
  doc.on('update', note)
  doc.transact(() => change(doc))
  doc.off('update', note)
  updates.set(doc, Y.mergeUpdates(seen))
  return doc
}

function copy(doc: Y.Doc): Y.Doc {
  const other = createYDoc()
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
  return other
}

const type =
  (at: number, what: string): Change =>
  (doc) =>
    text(doc).insert(at, what)
const remove =
  (at: number, count: number): Change =>
  (doc) =>
    text(doc).delete(at, count)
const nothing: Change = () => {}

describe('what both branches of a fork hold', () => {
  it('is not written again', () => {
    const { ranges, current, lost } = branches(type(0, 'ab'), [type(1, 'xyz')], [type(1, 'xyz')])
    expect(ranges).toEqual([])
    expect(lost).toEqual([])
    expect(text(current).toString()).toBe('axyzb')
    expect(current.store.clients.has(next)).toBe(false)
  })

  it('is not written again, however each copy has cut it into structs, and what follows it is put behind it', () => {
    const { ranges, current } = branches(nothing, [type(0, 'ab'), type(2, 'c'), type(3, 'MORE')], [type(0, 'a'), type(1, 'bc')])
    expect(ranges).toEqual([[3, 7]])
    expect(text(current).toString()).toBe('abcMORE')
  })

  it('ends where the branches part, and what was typed behind something else is something else', () => {
    const { ranges, current } = branches(nothing, [type(0, 'one tail')], [type(0, 'one '), type(4, 'TAIL'), type(0, 'tail')])
    expect(ranges).toEqual([[4, 8]])
    expect([...text(current).toString()].sort().join('')).toBe([...'tailone tailTAIL'].sort().join(''))
  })

  it('is told from the same letters at another place', () => {
    const { ranges, current } = branches(type(0, 'ab'), [type(2, 'x')], [type(0, 'x')])
    expect(ranges).toEqual([[0, 1]])
    expect(text(current).toString()).toBe('xabx')
  })

  it('is told from the same letter before something else, and from the same value of another key', () => {
    const { ranges } = branches(type(0, 'ab'), [type(2, 'y'), type(1, 'x')], [type(1, 'y'), type(1, 'x')])
    expect(ranges).toEqual([
      [0, 1],
      [1, 2],
    ])
    const { current } = branches(nothing, [(doc) => items(doc).set('k', 1)], [(doc) => items(doc).set('j', 1)])
    expect(items(current).toJSON()).toEqual({ j: 1, k: 1 })
  })

  it('is told from the same letters behind others under the same clock', () => {
    const { ranges, current } = branches(
      nothing,
      [type(0, 'q'), (doc) => items(doc).set('k', 1), type(1, 'u')],
      [type(0, 'Q'), (doc) => items(doc).set('k', 1), type(1, 'u')],
    )
    expect(ranges).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect([...text(current).toString()].sort().join('')).toBe('Qquu')
  })

  it('loses what either branch deleted of it', () => {
    expect(text(branches(nothing, [type(0, 'abc'), remove(1, 1)], [type(0, 'abc')]).current).toString()).toBe('ac')
    expect(text(branches(nothing, [type(0, 'abc')], [type(0, 'abc'), remove(0, 1)]).current).toString()).toBe('bc')
  })

  it('never ends in the middle of a character', () => {
    const { ranges, current } = branches(nothing, [type(0, 'a\u{20001}b')], [type(0, 'a\u{20002}b')])
    expect(ranges).toEqual([[1, 4]])
    expect(text(current).toString()).toContain('\u{20001}b')
    expect(text(current).toString()).toContain('\u{20002}b')
  })

  it('counts values by what they hold, and nested types by where they stand', () => {
    const note = (doc: Y.Doc) => items(doc).get('note') as Y.Text
    const { ranges, current } = branches(
      nothing,
      [
        (doc) => items(doc).set('a', { n: 1 }),
        (doc) => items(doc).set('b', 2),
        (doc) => items(doc).set('note', new Y.Text()),
        (doc) => note(doc).insert(0, 'hi'),
      ],
      [
        (doc) => items(doc).set('a', { n: 1 }),
        (doc) => items(doc).set('b', 3),
        (doc) => items(doc).set('note', new Y.Text()),
        (doc) => note(doc).insert(0, 'hi'),
      ],
    )
    expect(ranges).toEqual([[1, 2]])
    expect(items(current).get('b')).toBe(2)
    expect(note(current).toString()).toBe('hi')
  })
})
