import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { createYDoc } from '../../../src/documents/createYDoc.ts'
import { reissueEdits, type LostEdit, type WithdrawnRun } from '../../../src/documents/verdicts/reissueEdits.ts'

const base = 1
const mine = 7
const theirs = 8
const winner = 9
const next = 20

/** A document that someone writes in, with each writer's updates kept as if they were blocks. */
function history(...before: readonly Uint8Array[]) {
  const doc = createYDoc()
  for (const update of before) Y.applyUpdate(doc, update)
  const runs: WithdrawnRun[] = []
  const updates: Uint8Array[] = []
  return {
    doc,
    runs,
    updates,
    edit(client: number, change: (doc: Y.Doc) => void) {
      doc.clientID = client
      const from = Y.getState(doc.store, client)
      const seen: Uint8Array[] = []
      const note = (update: Uint8Array) => seen.push(update)
      doc.on('update', note)
      doc.transact(() => change(doc))
      doc.off('update', note)
      const update = Y.mergeUpdates(seen.length > 0 ? seen : [new Uint8Array([0, 0])])
      updates.push(update)
      runs.push({ client, from, to: Y.getState(doc.store, client), ...(client === mine ? { ownUpdate: update } : {}) })
      return this
    },
  }
}

function rebuilt(updates: readonly Uint8Array[]): Y.Doc {
  const doc = createYDoc()
  for (const update of updates) Y.applyUpdate(doc, update)
  doc.clientID = next
  return doc
}

/** Base, then a branch that is withdrawn, and the branch that stands instead. */
function fork(common: (doc: Y.Doc) => void, losing: readonly [number, (doc: Y.Doc) => void][], standing: (doc: Y.Doc) => void = () => {}) {
  const start = history().edit(base, common)
  const former = history(...start.updates)
  for (const [client, change] of losing) former.edit(client, change)
  const stands = history(...start.updates).edit(winner, standing)
  const current = rebuilt([...start.updates, ...stands.updates])
  const lost = reissueEdits(current, former.doc, former.runs)
  return { current, former: former.doc, lost }
}

const text = (doc: Y.Doc) => doc.getText('text')
const items = (doc: Y.Doc) => doc.getMap('items')

describe('reissueEdits', () => {
  it('leaves the places of later edits right, whatever Yjs remembered of them', () => {
    const start = history().edit(base, (doc) => {
      // Many items, or Yjs remembers no places.
      for (let i = 0; i < 100; i++) text(doc).insert(0, `${i % 10}`)
    })
    const former = history(...start.updates).edit(mine, (doc) => text(doc).insert(5, 'mine'))
    const current = rebuilt(start.updates)
    text(current).insert(60, '!')
    text(current).delete(61, 1)
    reissueEdits(current, former.doc, former.runs)
    const before = text(current).toString()
    expect(before).toContain('mine')
    text(current).insert(64, '?')
    expect(text(current).toString()).toBe(`${before.slice(0, 64)}?${before.slice(64)}`)
    text(current).delete(60, 10)
    expect(text(current).toString()).toBe(`${before.slice(0, 60)}${before.slice(69)}`)
  })

  it('puts text behind its left neighbour that still stands', () => {
    const { current, lost } = fork(
      (doc) => text(doc).insert(0, 'one two three'),
      [[mine, (doc) => text(doc).insert(7, ' and a half')]],
      (doc) => text(doc).insert(0, 'zero '),
    )
    expect(text(current).toString()).toBe('zero one two and a half three')
    expect(lost).toEqual([])
  })

  it('anchors text typed into a withdrawn passage of someone else at what stood left of that', () => {
    const { current, lost } = fork(
      (doc) => text(doc).insert(0, 'ab'),
      [
        [theirs, (doc) => text(doc).insert(1, 'THEIRS')],
        [mine, (doc) => text(doc).insert(4, 'mine')],
      ],
    )
    expect(text(current).toString()).toBe('amineb')
    expect(lost).toEqual([])
  })

  it('keeps the order of own passages, whatever the order they were typed in', () => {
    const { current } = fork(
      (doc) => text(doc).insert(0, 'ab'),
      [
        [mine, (doc) => text(doc).insert(1, '3')],
        [mine, (doc) => text(doc).insert(1, '1')],
        [mine, (doc) => text(doc).insert(2, '2')],
      ],
    )
    expect(text(current).toString()).toBe('a123b')
  })

  it('writes a value over the one that stands now, and leaves a key that someone overwrote to them', () => {
    const { current } = fork(
      (doc) => {
        items(doc).set('x', 'base')
        items(doc).set('y', 'base')
      },
      [
        [
          mine,
          (doc) => {
            items(doc).set('x', 'mine')
            items(doc).set('y', 'mine')
          },
        ],
        [theirs, (doc) => items(doc).set('y', 'theirs')],
      ],
      (doc) => items(doc).set('x', 'winner'),
    )
    expect(items(current).toJSON()).toEqual({ x: 'mine', y: 'base' })
  })

  it('does own deletions of what still stands again, of text and of keys', () => {
    const { current } = fork(
      (doc) => {
        text(doc).insert(0, 'keep drop')
        items(doc).set('x', 1)
      },
      [
        [
          mine,
          (doc) => {
            text(doc).delete(4, 5)
            items(doc).delete('x')
          },
        ],
      ],
    )
    expect(text(current).toString()).toBe('keep')
    expect(items(current).size).toBe(0)
  })

  it('does not bring back what was deleted in the withdrawn history', () => {
    const { current } = fork(
      (doc) => text(doc).insert(0, 'ab'),
      [
        [mine, (doc) => text(doc).insert(1, 'mine')],
        [theirs, (doc) => text(doc).delete(1, 4)],
      ],
    )
    expect(text(current).toString()).toBe('ab')
  })

  it('builds own nested types again, with what is in them', () => {
    const { current, lost } = fork(
      (doc) => doc.getMap('map').set('base', 1),
      [
        [mine, (doc) => doc.getMap('map').set('list', new Y.Array())],
        [mine, (doc) => (doc.getMap('map').get('list') as Y.Array<unknown>).insert(0, [1, 'two', { three: 3 }])],
      ],
    )
    expect(current.getMap('map').toJSON()).toEqual({ base: 1, list: [1, 'two', { three: 3 }] })
    expect(lost).toEqual([])
  })

  it('hands back what stood in a type of someone else that is gone', () => {
    const { current, lost } = fork(
      (doc) => doc.getMap('map').set('base', 1),
      [
        [theirs, (doc) => doc.getMap('map').set('note', new Y.Text())],
        [mine, (doc) => (doc.getMap('map').get('note') as Y.Text).insert(0, 'lost')],
      ],
    )
    expect(current.getMap('map').toJSON()).toEqual({ base: 1 })
    expect(lost).toEqual<LostEdit[]>([{ key: null, content: ['l', 'o', 's', 't'] }])
  })

  it('is one local transaction under the new clientID only', () => {
    const start = history().edit(base, (doc) => text(doc).insert(0, 'ab'))
    const former = history(...start.updates).edit(mine, (doc) => text(doc).insert(1, 'x'))
    const current = rebuilt(start.updates)
    const updates: { update: Uint8Array; local: boolean }[] = []
    current.on('update', (update: Uint8Array, _origin, _doc, transaction: Y.Transaction) =>
      updates.push({ update, local: transaction.local }),
    )
    reissueEdits(current, former.doc, former.runs)
    expect(updates.map(({ local }) => local)).toEqual([true])
    expect(Y.decodeUpdate(updates[0]!.update).structs.every((struct) => struct.id.client === next)).toBe(true)
    expect(current.clientID).toBe(next)
  })

  it('keeps all own live characters once and in their order, in random histories, and another peer reads the same', () => {
    const edit = fc.record({ client: fc.constantFrom(mine, theirs), at: fc.nat(30), size: fc.integer({ min: -3, max: 5 }) })
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 25 }), fc.array(fc.nat(20), { maxLength: 5 }), (edits, rival) => {
        let letter = 0
        const change = ({ client, at, size }: (typeof edits)[number]): [number, (doc: Y.Doc) => void] => [
          client,
          (doc) => {
            const place = Math.min(at, text(doc).length)
            if (size < 0) text(doc).delete(place, Math.min(-size, text(doc).length - place))
            else for (let i = 0; i < size; i++) text(doc).insert(place + i, String.fromCodePoint(0x4e00 + letter++), { by: client })
          },
        ]
        const { current, former } = fork(
          (doc) => text(doc).insert(0, 'abcdefghij'),
          edits.map(change),
          (doc) => rival.forEach((at) => text(doc).insert(Math.min(at, text(doc).length), '*')),
        )
        const authored = text(former).toDelta() as { insert: string; attributes?: { by: number } }[]
        const own = authored.filter((part) => part.attributes?.by === mine).map((part) => part.insert)
        const kept = text(current)
          .toString()
          .replace(/[a-j*]/g, '')
        expect(kept).toBe(own.join(''))
        const peer = createYDoc()
        Y.applyUpdate(peer, Y.encodeStateAsUpdate(current))
        expect(text(peer).toDelta()).toEqual(text(current).toDelta())
        expect(peer.store.pendingStructs).toBeNull()
      }),
      { numRuns: 300 },
    )
  })
})

describe('what was written into a rich text', () => {
  const xml = (doc: Y.Doc) => doc.getXmlFragment('xml')

  function treesOf(tree: Y.XmlFragment): (Y.XmlFragment | Y.XmlText)[] {
    const below = tree.toArray().flatMap((node) => (node instanceof Y.XmlElement ? treesOf(node) : node instanceof Y.XmlText ? [node] : []))
    return [tree, ...below]
  }

  /** A random change, without clocks or chance of its own. */
  function change(doc: Y.Doc, [which, what, at]: readonly [number, number, number]): void {
    const trees = treesOf(xml(doc))
    const node = trees[which % trees.length]!
    const place = at % (node.length + 1)
    if (node instanceof Y.XmlText) {
      if (what < 4) node.insert(place, 'word'.slice(what))
      else if (what < 6) node.format(0, place, { bold: what === 4 ? true : null })
      else if (place < node.length) node.delete(place, 1)
    } else if (what === 0 && node instanceof Y.XmlElement) node.setAttribute('level', `${at}`)
    else if (what === 1 && place < node.length) node.delete(place, 1)
    else {
      const text = new Y.XmlText('text')
      const element = new Y.XmlElement('p')
      node.insert(place, [what < 5 ? text : element])
      if (what > 5) element.insert(0, [text])
    }
  }

  const changes = fc.array(fc.tuple(fc.nat(30), fc.nat(7), fc.nat(30)), { maxLength: 12 })

  it('is written again as it was, elements, texts, formats and attributes, where nobody else wrote', () => {
    fc.assert(
      fc.property(changes, changes, changes, (before, own, more) => {
        const { current, former, lost } = fork(
          (doc) => before.forEach((each) => change(doc, each)),
          [
            [mine, (doc) => own.forEach((each) => change(doc, each))],
            [mine, (doc) => more.forEach((each) => change(doc, each))],
          ],
        )
        expect(xml(current).toString()).toBe(xml(former).toString())
        expect(lost).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('loses nothing but what stood in an element that is gone, and says so', () => {
    fc.assert(
      fc.property(changes, changes, changes, (before, own, others) => {
        const { current, lost } = fork(
          (doc) => before.forEach((each) => change(doc, each)),
          [[mine, (doc) => own.forEach((each) => change(doc, each))]],
          (doc) => others.forEach((each) => change(doc, each)),
        )
        expect(() => xml(current).toString()).not.toThrow()
        const withoutDeletions = others.every(([, what]) => what !== 1)
        if (withoutDeletions) expect(lost).toEqual([])
      }),
      { numRuns: 200 },
    )
  })
})
