import * as Y from 'yjs'
import { createSeededRandom, type SeededRandom } from '../../../src/testing/seededRandom.ts'

/** A local change as a block would carry it, with what its author had seen. */
export interface OwnUpdate {
  readonly update: Uint8Array
  readonly client: number
  readonly from: number
  readonly to: number
  /** State vector of the author's document before the change. */
  readonly past: ReadonlyMap<number, number>
  /** How many updates of the history its author had applied; always all of the first ones. */
  readonly before: number
}

/** A document whose content depends on nothing but its updates: no formatting clean-up. */
export function createDoc(client: number, gc: boolean): Y.Doc {
  const doc = new Y.Doc({ gc })
  doc.on('afterTransaction', (transaction: Y.Transaction) => {
    transaction._needFormattingCleanup = false
  })
  doc.clientID = client
  return doc
}

interface Replica {
  readonly doc: Y.Doc
  readonly undo: Y.UndoManager | undefined
  applied: number
}

/** Updates of three authors who write maps, lists, texts and XML, delete, undo, and see each other's changes from time to time. Each prefix is causal. */
export function createHistory(seed: number, steps: number): OwnUpdate[] {
  const random = createSeededRandom(seed)
  const history: OwnUpdate[] = []
  const replicas = [0, 1, 2].map((): Replica => {
    const client = random.below(2 ** 21) * 2 ** 32 + random.below(2 ** 32)
    const doc = createDoc(client, random.chance(0.5))
    const replica: Replica = {
      doc,
      undo: random.chance(0.6)
        ? new Y.UndoManager([doc.getText('text'), doc.getArray('list'), doc.getMap('map')], { captureTimeout: 0 })
        : undefined,
      applied: 0,
    }
    doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
      if (!transaction.local) return
      history.push({
        update,
        client,
        from: transaction.beforeState.get(client) ?? 0,
        to: transaction.afterState.get(client) ?? 0,
        past: new Map(transaction.beforeState),
        before: replica.applied,
      })
      replica.applied = history.length
    })
    return replica
  })

  for (let step = 0; step < steps; step++) {
    const replica = random.pick(replicas)
    // Everything the others did is applied first, so that each prefix of the history is somebody's past.
    for (const { update } of history.slice(replica.applied)) Y.applyUpdate(replica.doc, update)
    replica.applied = history.length
    if (replica.undo !== undefined && random.chance(0.15)) {
      if (random.chance(0.6)) replica.undo.undo()
      else replica.undo.redo()
    } else replica.doc.transact(() => change(replica.doc, random))
  }
  return history
}

function change(doc: Y.Doc, random: SeededRandom): void {
  for (let i = random.below(4); i >= 0; i--) random.pick([changeText, changeMap, changeList, changeXml])(doc, random)
}

const words = ['a', 'hello ', 'grüße', '日本', '🙂', ' ', 'x'.repeat(40)]

function changeText(doc: Y.Doc, random: SeededRandom): void {
  const text = doc.getText('text')
  // Indexes stay clear of the emoji: at the ends only, or in texts that have none.
  const at = random.chance(0.5) && !/[\ud800-\udfff]/.test(text.toString()) ? random.below(text.length + 1) : random.pick([0, text.length])
  const draw = random.below(10)
  if (draw < 5) text.insert(at, random.pick(words))
  else if (draw < 6) text.insert(at, random.pick(words), { bold: true, link: { href: 'x', tags: [1, null] } })
  else if (draw < 7) text.insertEmbed(at, { image: 'y', size: [1, 2] })
  else if (text.length > 0 && at === 0) {
    const length = /[\ud800-\udfff]/.test(text.toString()) ? text.length : 1 + random.below(text.length)
    if (draw < 9) text.format(0, length, random.pick([{ bold: true }, { bold: null }, { colour: '#fff' }]))
    else text.delete(0, length)
  }
}

function anyValue(random: SeededRandom, depth = 0): unknown {
  const draw = random.below(depth > 2 ? 9 : 12)
  const simple = [null, true, false, random.below(1e9), -random.below(1e9), random.uniform(), 1.5, random.pick(words), random.bytes(5)]
  if (draw < 9) return simple[draw]
  if (draw < 11) return Object.fromEntries(Array.from({ length: random.below(4) }, (_, i) => [`k${i}`, anyValue(random, depth + 1)]))
  return Array.from({ length: random.below(4) }, () => anyValue(random, depth + 1))
}

function changeMap(doc: Y.Doc, random: SeededRandom): void {
  const map = doc.getMap('map')
  const key = `key ${random.below(5)}`
  const draw = random.below(8)
  if (draw < 5) map.set(key, anyValue(random))
  else if (draw < 6) map.delete(key)
  else if (draw < 7) map.set(key, random.pick([new Y.Map([['inner', 1]]), new Y.Text('nested'), Y.Array.from([1, 'two', null])]))
  else {
    const nested = map.get(key)
    if (nested instanceof Y.Map) nested.set('deep', anyValue(random))
    else if (nested instanceof Y.Text) nested.insert(nested.length, 'more')
    else if (nested instanceof Y.Array) nested.push([anyValue(random), random.bytes(3)])
  }
}

function changeList(doc: Y.Doc, random: SeededRandom): void {
  const list = doc.getArray<unknown>('list')
  const draw = random.below(6)
  const at = random.below(list.length + 1)
  if (draw < 3)
    list.insert(
      at,
      Array.from({ length: 1 + random.below(4) }, () => anyValue(random)),
    )
  else if (draw < 4) list.insert(at, [random.bytes(8), new Y.Map()])
  else if (list.length > at) list.delete(at, 1 + random.below(list.length - at))
}

function changeXml(doc: Y.Doc, random: SeededRandom): void {
  const xml = doc.getXmlFragment('xml')
  const draw = random.below(5)
  const first = xml.length > 0 ? xml.get(0) : undefined
  if (draw < 2 || !(first instanceof Y.XmlElement)) {
    const element = new Y.XmlElement('paragraph')
    element.setAttribute('align', 'left')
    xml.insert(0, [element, new Y.XmlText('text')])
  } else if (draw < 3) first.setAttribute(random.pick(['align', 'id']), random.pick(words))
  else if (draw < 4) first.insert(0, [new Y.XmlText('inner')])
  else xml.delete(0, 1)
}
