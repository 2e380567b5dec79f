import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { createYDoc, remoteOrigin } from '../../../src/documents/createYDoc.ts'
import { extractUpdate, type DeleteSet } from '../../../src/documents/writing/extractUpdate.ts'
import { toHex } from '../../../src/shared/bytes.ts'
import { createSeededRandom } from '../../../src/testing/seededRandom.ts'

function createAuthor(client: number) {
  const doc = createYDoc()
  doc.clientID = client
  let deletes: DeleteSet[] = []
  let from = 0
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction) => {
    if (!transaction.local) return
    updates.push(update)
    deletes.push(transaction.deleteSet)
  })
  return {
    doc,
    updates,
    text: doc.getText('text'),
    cut() {
      const extracted = extractUpdate(doc, from, deletes)
      if (extracted !== undefined) from = extracted.to
      deletes = []
      return extracted
    },
  }
}

describe('extractUpdate', () => {
  it('gives the bytes that are pinned here: a change of Yjs that alters them alters blocks', () => {
    const author = createAuthor(5)
    author.text.insert(0, 'hello')
    expect(toHex(author.cut()!.update)).toBe('010105000401047465787405' + '68656c6c6f' + '00')
    author.text.insert(2, 'é😀')
    expect(toHex(author.cut()!.update)).toBe('01010505c405010502' + '06' + 'c3a9f09f9880' + '00')
    author.text.delete(0, 2)
    expect(toHex(author.cut()!.update)).toBe('00' + '0105010002')
  })

  it('gives what Yjs itself says of one transaction, for random edits beside those of others', () => {
    const random = createSeededRandom('extract')
    const author = createAuthor(9)
    const other = createAuthor(2 ** 52 + 3)
    for (let step = 0; step < 400; step++) {
      const { text } = random.chance(0.4) ? other : author
      const length = text.length
      if (length > 3 && random.chance(0.4)) text.delete(random.below(length - 2), 1 + random.below(2))
      else text.insert(random.below(length + 1), 'abcdef'.slice(0, 1 + random.below(6)))
      const mine = text === author.text
      const expected = (mine ? author : other).updates.pop()!
      const extracted = (mine ? author : other).cut()!
      expect(toHex(extracted.update)).toBe(toHex(expected))
      Y.applyUpdate((mine ? other : author).doc, extracted.update, remoteOrigin)
      expect(author.text.toString()).toBe(other.text.toString())
    }
  })

  it('gives many transactions as one update that another document takes whole', () => {
    const author = createAuthor(9)
    const reader = createYDoc()
    author.text.insert(0, 'one two three')
    author.text.delete(4, 4)
    author.text.insert(4, 'and ')
    const { update, to } = author.cut()!
    Y.applyUpdate(reader, update)
    expect(reader.getText('text').toString()).toBe('one and three')
    expect(reader.store.pendingStructs).toBeNull()
    expect(reader.store.pendingDs).toBeNull()
    expect(to).toBe(17)
  })

  it('begins inside an item that grew since the last cut', () => {
    const author = createAuthor(9)
    const reader = createYDoc()
    author.text.insert(0, 'ab')
    Y.applyUpdate(reader, author.cut()!.update)
    author.text.insert(2, 'cd')
    expect(author.doc.store.clients.get(9)).toHaveLength(1)
    const { update } = author.cut()!
    expect(toHex(update)).not.toContain(toHex(new TextEncoder().encode('ab')))
    Y.applyUpdate(reader, update)
    expect(reader.getText('text').toString()).toBe('abcd')
  })

  it('leaves out what others deleted, and is undefined where nothing own is new', () => {
    const author = createAuthor(9)
    const other = createAuthor(7)
    author.text.insert(0, 'abc')
    Y.applyUpdate(other.doc, author.cut()!.update, remoteOrigin)
    other.text.delete(0, 3)
    Y.applyUpdate(author.doc, other.cut()!.update, remoteOrigin)
    expect(author.cut()).toBeUndefined()
    author.text.insert(0, 'x')
    const { update } = author.cut()!
    expect(Y.decodeUpdate(update).ds.clients.size).toBe(0)
  })
})
