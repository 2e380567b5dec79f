/** The usual way to keep items in Yjs: one Y.Map an item, each write a transaction of a hundred. */
import * as Y from 'yjs'
import { itemAt, perBatch } from '../lib/items.mjs'

export const name = 'one Y.Map per item'

export function create(count) {
  const doc = new Y.Doc()
  const items = doc.getMap('items')
  for (let i = 0; i < count; i += perBatch) {
    doc.transact(() => {
      for (let j = i; j < Math.min(i + perBatch, count); j++) items.set(`item-${j}`, new Y.Map(Object.entries(itemAt(j))))
    })
  }
  return doc
}

export const save = (doc) => Y.encodeStateAsUpdate(doc)

export function load(saved) {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, saved)
  return doc
}

export const count = (doc) => doc.getMap('items').size
