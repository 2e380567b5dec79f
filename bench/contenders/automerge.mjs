import * as Automerge from '@automerge/automerge'
import { itemAt, perBatch } from '../lib/items.mjs'

export const name = 'Automerge'

export function create(count) {
  let doc = Automerge.from({ items: {} })
  for (let i = 0; i < count; i += perBatch) {
    doc = Automerge.change(doc, (draft) => {
      for (let j = i; j < Math.min(i + perBatch, count); j++) draft.items[`item-${j}`] = itemAt(j)
    })
  }
  return doc
}

export const save = (doc) => Automerge.save(doc)
export const load = (saved) => Automerge.load(saved)
export const count = (doc) => Object.keys(doc.items).length
