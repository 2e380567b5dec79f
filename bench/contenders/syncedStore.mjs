import { getYjsDoc, syncedStore } from '@syncedstore/core'
import * as Y from 'yjs'
import { itemAt, perBatch } from '../lib/items.mjs'

export const name = 'SyncedStore'

export function create(count) {
  const store = syncedStore({ items: {} })
  const doc = getYjsDoc(store)
  for (let i = 0; i < count; i += perBatch) {
    doc.transact(() => {
      for (let j = i; j < Math.min(i + perBatch, count); j++) store.items[`item-${j}`] = itemAt(j)
    })
  }
  return store
}

export const save = (store) => Y.encodeStateAsUpdate(getYjsDoc(store))

export function load(saved) {
  const store = syncedStore({ items: {} })
  Y.applyUpdate(getYjsDoc(store), saved)
  return store
}

export const count = (store) => Object.keys(store.items).length
