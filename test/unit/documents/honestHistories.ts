import * as Y from 'yjs'
import { createYDoc } from '../../../src/documents/createYDoc.ts'
import { extractUpdate, type DeleteSet } from '../../../src/documents/writing/extractUpdate.ts'
import type { SeededRandom } from '../../../src/testing/seededRandom.ts'

/** What an honest author cuts as one block, with what it had applied by then. */
export interface HonestBlock {
  readonly update: Uint8Array
  readonly client: number
  readonly from: number
  readonly to: number
  /** State vector of the author's document, own edits left out. */
  readonly past: ReadonlyMap<number, number>
}

interface Replica {
  readonly doc: Y.Doc
  readonly undo: Y.UndoManager
  /** How many blocks of each author were applied. */
  readonly applied: number[]
  readonly blocks: HonestBlock[]
  deletes: DeleteSet[]
  cutClock: number
}

/**
 * Blocks of three authors who write concurrently: text with formats, embeds and nested types, lists filled from both ends, maps, XML, undo and redo. Each cuts its
 * own edits before it applies those of others, which come in causal order but late.
 * @returns the blocks in an order in which each follows its past
 */
export function createHonestHistory(random: SeededRandom, steps: number): readonly HonestBlock[] {
  const order: HonestBlock[] = []
  const replicas = [0, 1, 2].map((): Replica => {
    const doc = createYDoc()
    doc.clientID = random.below(2 ** 21) * 2 ** 32 + random.below(2 ** 32)
    const roots = [doc.getText('text'), doc.getArray('list'), doc.getMap('map'), doc.getXmlFragment('xml')]
    const replica: Replica = {
      doc,
      undo: new Y.UndoManager(roots, { captureTimeout: 0 }),
      applied: [0, 0, 0],
      blocks: [],
      deletes: [],
      cutClock: 0,
    }
    doc.on('afterTransaction', (transaction: Y.Transaction) => {
      if (transaction.local && transaction.deleteSet.clients.size > 0) replica.deletes.push(transaction.deleteSet)
    })
    return replica
  })

  function cut(replica: Replica): void {
    const { doc, cutClock: from } = replica
    const extracted = extractUpdate(doc, from, replica.deletes)
    if (extracted === undefined) return
    const past = Y.decodeStateVector(Y.encodeStateVector(doc))
    past.set(doc.clientID, from)
    const block = { ...extracted, client: doc.clientID, from, past }
    replica.deletes = []
    replica.cutClock = block.to
    replica.blocks.push(block)
    order.push(block)
  }

  /** Applies the next block of another author if its past is here. */
  function take(replica: Replica, author: number): void {
    const block = replicas[author]!.blocks[replica.applied[author]!]
    if (block === undefined || replicas[author] === replica) return
    const isReady = [...block.past].every(([client, clock]) => Y.getState(replica.doc.store, client) >= clock)
    if (!isReady) return
    Y.applyUpdate(replica.doc, block.update, 'remote')
    replica.applied[author]!++
  }

  for (let step = 0; step < steps; step++) {
    const replica = random.pick(replicas)
    if (random.chance(0.25)) {
      cut(replica)
      for (let i = random.below(12); i > 0; i--) take(replica, random.below(3))
    } else if (random.chance(0.2)) {
      if (random.chance(0.6)) replica.undo.undo()
      else replica.undo.redo()
    } else replica.doc.transact(() => change(replica.doc, random))
    if (random.chance(0.2)) cut(replica)
  }
  for (const replica of replicas) cut(replica)
  return order
}

function change(doc: Y.Doc, random: SeededRandom): void {
  for (let i = random.below(4); i >= 0; i--) random.pick([changeText, changeText, changeList, changeMap, changeXml])(doc, random)
}

function changeText(doc: Y.Doc, random: SeededRandom): void {
  const text = random.pick([doc.getText('text'), nestedText(doc)])
  const at = random.below(text.length + 1)
  const length = random.below(text.length - at + 1)
  random.pick([
    () => text.insert(at, random.pick(['a', 'hello', ' ', 'x'.repeat(30)])),
    () => text.insert(at, 'b'),
    () => text.insertEmbed(at, { image: random.below(9) }),
    () => text.format(at, length, { [random.pick(['bold', 'em'])]: random.pick([true, null]) }),
    () => text.delete(at, Math.min(length, 6)),
  ])()
}

function nestedText(doc: Y.Doc): Y.Text {
  const found = doc.getMap('map').get('body')
  return found instanceof Y.Text ? found : doc.getText('text')
}

function changeList(doc: Y.Doc, random: SeededRandom): void {
  const list = doc.getArray('list')
  const at = random.pick([0, random.below(list.length + 1), list.length])
  if (random.chance(0.6)) list.insert(at, random.pick([[1, 2, 3], [new Uint8Array([1])], [new Y.Map([['a', 1]])], ['text']]))
  else if (at < list.length) list.delete(at, Math.min(3, list.length - at))
}

function changeMap(doc: Y.Doc, random: SeededRandom): void {
  const map = doc.getMap('map')
  const key = random.pick(['a', 'b', 'c'])
  if (random.chance(0.15)) map.set('body', new Y.Text('nested'))
  else if (random.chance(0.2)) map.delete(key)
  else for (let i = random.below(3); i >= 0; i--) map.set(key, random.below(100))
}

function changeXml(doc: Y.Doc, random: SeededRandom): void {
  const xml = doc.getXmlFragment('xml')
  const first = xml.length > 0 ? xml.get(random.below(xml.length)) : undefined
  if (first instanceof Y.XmlElement && random.chance(0.5)) {
    if (random.chance(0.3)) first.setAttribute('class', String(random.below(5)))
    else first.insert(random.below(first.length + 1), [random.chance(0.5) ? new Y.XmlElement('li') : new Y.XmlText('words')])
  } else if (random.chance(0.7)) xml.insert(random.below(xml.length + 1), [new Y.XmlElement('p')])
  else if (xml.length > 0) xml.delete(random.below(xml.length), 1)
}
