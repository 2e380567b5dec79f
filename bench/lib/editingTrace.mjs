/**
 * The keystrokes of writing a paper, from data/automerge-paper.json.gz: recorded by Martin Kleppmann, published in github josephg/editing-traces, CC BY 4.0.
 * @returns the edits as [position, characters deleted, text inserted], and the text they end in
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export function readEditingTrace() {
  const packed = readFileSync(join(import.meta.dirname, '..', 'data', 'automerge-paper.json.gz'))
  const { endContent, txns } = JSON.parse(gunzipSync(packed).toString())
  return { edits: txns.flatMap(({ patches }) => patches), endContent }
}

export function applyEdit(text, [position, deleted, inserted]) {
  if (deleted > 0) text.delete(position, deleted)
  if (inserted.length > 0) text.insert(position, inserted)
}
