import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { blockCaps, type GuardCaps } from '../../../src/feed/guard/caps.ts'
import { guardUpdate } from '../../../src/feed/guard/guardUpdate.ts'
import { splitUpdate, type UpdatePart } from '../../../src/feed/updates/splitUpdate.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'
import { createDoc, createHistory } from './yjsHistories.ts'

const client = 2 ** 52 + 12_345

/** Makes `change` in a document that holds `past`, splits what it wrote and says what the parts give. */
function splitChange(past: (doc: Y.Doc) => void, change: (doc: Y.Doc) => void, caps: GuardCaps = blockCaps) {
  const doc = createDoc(client, false)
  past(doc)
  const before = Y.encodeStateAsUpdate(doc)
  const from = Y.getState(doc.store, client)
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  doc.transact(() => change(doc))
  expect(updates.length).toBe(1)
  const parts = partsOf(updates[0]!, client, from, caps)
  const other = createDoc(1, false)
  Y.applyUpdate(other, before)
  applyParts(other, parts, client, from, caps)
  expectSame(other, doc)
  return { parts, update: updates[0]!, other }
}

function partsOf(update: Uint8Array, author: number, from: number, caps: GuardCaps): readonly UpdatePart[] {
  const result = splitUpdate(update, author, from, caps)
  if (!result.ok) throw new Error(result.error.reason)
  return result.value
}

/** Applies the parts one by one, each only after the guard let it pass. */
function applyParts(doc: Y.Doc, parts: readonly UpdatePart[], author: number, from: number, caps: GuardCaps): void {
  let clock = from
  for (const part of parts) {
    expect(part.from).toBe(clock)
    const limits = (of: number) => Y.getState(doc.store, of)
    expect(guardUpdate(part.update, { client: author, from: part.from, to: part.to, limits, kind: 'content', caps })).toMatchObject({
      ok: true,
    })
    Y.applyUpdate(doc, part.update)
    expect(doc.store.pendingStructs ?? doc.store.pendingDs).toBe(null)
    clock = part.to
  }
}

function expectSame(a: Y.Doc, b: Y.Doc): void {
  expect(Y.equalSnapshots(Y.snapshot(a), Y.snapshot(b))).toBe(true)
  expect(a.getText('text').toDelta()).toEqual(b.getText('text').toDelta())
  expect(a.getMap('map').toJSON()).toEqual(b.getMap('map').toJSON())
  expect(a.getArray('list').toJSON()).toEqual(b.getArray('list').toJSON())
  expect(a.getXmlFragment('xml').toString()).toBe(b.getXmlFragment('xml').toString())
}

const nothing = () => undefined

describe('splitting an update', () => {
  it('leaves one that keeps the caps as it is', () => {
    const { parts, update } = splitChange(nothing, (doc) => {
      doc.getText('text').insert(0, 'hello')
      doc.getText('text').delete(1, 2)
    })
    expect(parts).toEqual([{ update, from: 0, to: 5 }])
    expect(
      splitChange(
        (doc) => doc.getText('text').insert(0, 'hello'),
        (doc) => doc.getText('text').delete(0, 2),
      ).parts,
    ).toMatchObject([{ from: 5, to: 5 }])
  })

  it('cuts a paste of two million characters, and never between the halves of a surrogate pair', () => {
    const { parts } = splitChange(
      (doc) => doc.getText('text').insert(0, 'ab'),
      (doc) => doc.getText('text').insert(1, '🙂é x'.repeat(400_000)),
    )
    expect(parts.length).toBe(4)
    const shifted = splitChange(nothing, (doc) => doc.getText('text').insert(0, `x${'🙂'.repeat(1_000_000)}`))
    expect(shifted.parts.length).toBe(4)
    expect(shifted.other.getText('text').toString()).not.toContain('\ufffd')
  })

  it('cuts a list of values that is one struct, by bytes and by values', () => {
    const { parts } = splitChange(nothing, (doc) =>
      doc.getArray('list').push(Array.from({ length: 20_000 }, (_, i) => ({ index: i, text: 'x'.repeat(100) }))),
    )
    expect(parts.length).toBe(3)
    expect(splitChange(nothing, (doc) => doc.getArray('list').push(Array.from({ length: 300_000 }, () => null))).parts.length).toBe(2)
  })

  it('cuts a transaction of ten thousand structs between them', () => {
    const { parts } = splitChange(nothing, (doc) => {
      for (let i = 0; i < 10_000; i++) doc.getMap('map').set(`key ${i % 3_000}`, { i })
    })
    // 10,000 sets, then 7,000 overwritten ones in ranges that touch only where keys follow each other.
    expect(parts.filter((part) => part.to > part.from).length).toBe(5)
    expect(parts.filter((part) => part.to === part.from).length).toBe(1)
  })

  it('cuts a delete set of tens of thousands of ranges, own ones only after the structs that they delete', () => {
    const others = createDoc(77, false)
    others.getText('text').insert(0, 'x'.repeat(30_000))
    const { parts } = splitChange(
      (doc) => Y.applyUpdate(doc, Y.encodeStateAsUpdate(others)),
      (doc) => {
        const text = doc.getText('text')
        for (let i = 0; i < 5_000; i++) text.delete(i, 1)
        for (let i = 0; i < 5_000; i++) {
          text.insert(i * 2, 'ab')
          text.delete(i * 2, 1)
        }
      },
    )
    expect(parts.length).toBeGreaterThanOrEqual(5)
    const firstDeletion = parts.findIndex((part) => part.from === part.to)
    expect(parts.slice(firstDeletion).every((part) => part.from === part.to)).toBe(true)
  })

  it('gives the same document for any history, however small the parts', () => {
    const random = createSeededRandom('split')
    let cut = 0
    for (let seed = 0; seed < 15; seed++) {
      const history = createHistory(5_000 + seed, 30)
      const whole = createDoc(1, false)
      const inParts = createDoc(1, false)
      const caps: GuardCaps = {
        maxBytes: 240 + random.below(200),
        maxStructs: 1 + random.below(4),
        maxRanges: 1 + random.below(3),
        maxAdvance: 2 + random.below(9),
        maxNodes: 100,
      }
      for (const own of history) {
        const parts = partsOf(own.update, own.client, own.from, caps)
        if (parts.length > 1) cut++
        applyParts(inParts, parts, own.client, own.from, caps)
        Y.applyUpdate(whole, own.update)
      }
      expectSame(inParts, whole)
    }
    expect(cut).toBeGreaterThan(100)
  })

  it('cuts what Yjs keeps of deleted content', () => {
    const doc = createDoc(client, true)
    doc.getText('text').insert(0, 'x'.repeat(1_500_000))
    doc.getText('text').delete(100, 1_400_000)
    const update = Y.encodeStateAsUpdate(doc)
    const parts = partsOf(update, client, 0, blockCaps)
    const other = createDoc(1, true)
    applyParts(other, parts, client, 0, blockCaps)
    expect(other.getText('text').length).toBe(100_000)
    // The text before, a full stretch of deleted content, its rest with the text behind, the deletion.
    expect(parts.length).toBe(4)
  })

  it('refuses a single value that no block can hold', () => {
    const doc = createDoc(client, false)
    doc.getMap('map').set('key', 'x'.repeat(1_100_000))
    const result = splitUpdate(Y.encodeStateAsUpdate(doc), client, 0)
    expect(result).toMatchObject({ ok: false, error: { rule: 'g9' } })
    const binary = createDoc(client, false)
    binary.getArray('list').push([new Uint8Array(1_100_000)])
    expect(splitUpdate(Y.encodeStateAsUpdate(binary), client, 0)).toMatchObject({ ok: false, error: { rule: 'g9' } })
  })

  it("refuses another slot's update, another clock and damaged bytes, and never throws", () => {
    const doc = createDoc(client, false)
    doc.getText('text').insert(0, 'hello')
    doc.getText('text').delete(0, 1)
    const update = Y.encodeStateAsUpdate(doc)
    expect(splitUpdate(update, 5, 0)).toMatchObject({ ok: false, error: { rule: 'g2' } })
    expect(splitUpdate(update, client, 1)).toMatchObject({ ok: false, error: { rule: 'g2' } })
    const random = createSeededRandom('damage')
    for (let i = 0; i < 5_000; i++)
      splitUpdate(update.with(random.below(update.length), random.below(256)).slice(0, 1 + random.below(update.length)), client, 0)
  })
})
