import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { createTextEdits, formatText } from '../../../src/documents/texts/textEdits.ts'
import { EchoError } from '../../../src/shared/echoError.ts'

function open(text: string) {
  const yText = new Y.Doc().getText('text')
  yText.insert(0, text)
  let transactions = 0
  yText.doc!.on('afterTransaction', ({ changed }) => (transactions += changed.size))
  return {
    yText,
    edits: createTextEdits(
      () => yText,
      () => undefined,
    ),
    transactions: () => transactions,
  }
}

describe('commands on a text', () => {
  it('insert, delete and replace, each in one transaction', () => {
    const { yText, edits, transactions } = open('Dear Ann')
    edits.insert(4, 'est')
    edits.replace(8, 3, 'Ben')
    edits.delete(0, 4)
    expect([yText.toString(), edits.length(), transactions()]).toEqual(['est Ben', 7, 3])
  })

  it('take a place outside the text for its end', () => {
    const { yText, edits } = open('abc')
    edits.insert(Infinity, 'd')
    edits.insert(-5, '_')
    edits.delete(3, 100)
    edits.delete(50, 3)
    edits.delete(1, -1)
    expect(yText.toString()).toBe('_ab')
  })

  it('part no character: one that is held in part is held', () => {
    const { yText, edits } = open('a😀b')
    edits.insert(2, 'x')
    expect(yText.toString()).toBe('ax😀b')
    edits.delete(3, 1)
    expect(yText.toString()).toBe('axb')
    edits.replace(1, 1, '😀😀')
    edits.replace(2, 2, '-')
    expect(yText.toString()).toBe('a-b')
  })

  it('count what is no text as one place', () => {
    const { yText, edits } = open('😀')
    yText.insertEmbed(0, { image: 'x' })
    edits.insert(2, 'y')
    expect(yText.toString()).toBe('y😀')
  })

  it('put no half of a character into it', () => {
    const { yText, edits } = open('')
    edits.insert(0, 'a\uD83Db')
    expect(yText.toString()).toBe('a\uFFFDb')
  })

  it('refuse what is no place and no text, and change nothing', () => {
    const { yText, edits } = open('abc')
    expect(() => edits.insert(Number.NaN, 'x')).toThrow(EchoError)
    expect(() => edits.insert('1' as never, 'x')).toThrow(EchoError)
    expect(() => edits.replace(0, 1, 5 as never)).toThrow(EchoError)
    expect(() => formatText(yText, 0, 1, null as never)).toThrow(EchoError)
    expect(() => formatText(yText, 0, 1, {})).toThrow(EchoError)
    expect(yText.toString()).toBe('abc')
  })

  it('set formats on a range and take them away', () => {
    const { yText } = open('a😀b')
    formatText(yText, 2, 1, { bold: true })
    expect(yText.toDelta()).toEqual([{ insert: 'a' }, { insert: '😀', attributes: { bold: true } }, { insert: 'b' }])
    formatText(yText, 0, Infinity, { bold: null })
    expect(yText.toDelta()).toEqual([{ insert: 'a😀b' }])
  })
})
