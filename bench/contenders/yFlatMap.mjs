/** Yjs with one flat map and a plain object a key: the least Yjs can do, without merging of fields. */
import * as Y from 'yjs'
import { itemAt, perBatch } from '../lib/items.mjs'

export const name = 'one flat Y.Map, no database'

export function create(count) {
  const doc = new Y.Doc({ gc: false })
  const items = doc.getMap('items')
  for (let i = 0; i < count; i += perBatch) {
    doc.transact(() => {
      for (let j = i; j < Math.min(i + perBatch, count); j++) items.set(`item-${j}`, itemAt(j))
    })
  }
  return doc
}

export { save, load, count } from './yMapPerItem.mjs'
