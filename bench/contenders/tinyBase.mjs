import { createMergeableStore } from 'tinybase'
import { itemAt, perBatch } from '../lib/items.mjs'

export const name = 'TinyBase MergeableStore'

export function create(count) {
  const store = createMergeableStore('bench')
  for (let i = 0; i < count; i += perBatch) {
    store.transaction(() => {
      for (let j = i; j < Math.min(i + perBatch, count); j++) store.setRow('items', `item-${j}`, itemAt(j))
    })
  }
  return store
}

export const save = (store) => JSON.stringify(store.getMergeableContent())

export function load(saved) {
  return createMergeableStore('bench').setMergeableContent(JSON.parse(saved))
}

export const count = (store) => store.getRowCount('items')
