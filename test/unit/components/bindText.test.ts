// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { bindText, type TextElement } from '../../../src/components/editing/bindText.ts'
import { createWritable } from '../../../src/shared/readable.ts'

afterEach(() => {
  document.body.replaceChildren()
})

function setUp(content: string, multiline = true) {
  const yText = new Y.Doc().getText('text')
  yText.insert(0, content)
  const current = createWritable({ generation: 0, yText })
  const element: TextElement = document.createElement(multiline ? 'textarea' : 'input')
  document.body.append(element)
  const stop = bindText(element, { current })
  return { yText, current, element, stop }
}

/** The text in a new document, as it is made of blocks. */
function rebuild(yText: Y.Text): Y.Text {
  const doc = new Y.Doc({ gc: false })
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(yText.doc!))
  return doc.getText('text')
}

/** Does to the element what typing `text` over the selection does. */
function type(element: TextElement, text: string): void {
  element.setRangeText(text, element.selectionStart ?? 0, element.selectionEnd ?? 0, 'end')
  element.dispatchEvent(new Event('input', { bubbles: true }))
}

function select(element: TextElement, start: number, end = start): void {
  element.setSelectionRange(start, end)
}

const selection = (element: TextElement) => [element.selectionStart, element.selectionEnd]

describe('bindText', () => {
  it('shows the text, and writes what is typed where it is typed', () => {
    const { element, yText } = setUp('hello')
    expect(element.value).toBe('hello')
    select(element, 2)
    type(element, 'XYZ')
    expect(yText.toString()).toBe('heXYZllo')
    expect(selection(element)).toEqual([5, 5])
    select(element, 0, 5)
    type(element, '')
    expect(yText.toString()).toBe('llo')
  })

  it('inserts at the caret where equal letters leave the place open', () => {
    const { element, yText } = setUp('aa')
    const inserted: unknown[] = []
    yText.observe((event) => inserted.push(event.delta))
    select(element, 1)
    type(element, 'a')
    expect(inserted).toEqual([[{ retain: 1 }, { insert: 'a' }]])
  })

  it('keeps the selection on what it holds when others write before, inside and after it', () => {
    const { element, yText } = setUp('one two three')
    select(element, 4, 7)
    yText.insert(13, '!')
    expect(selection(element)).toEqual([4, 7])
    yText.insert(0, '>> ')
    expect(selection(element)).toEqual([7, 10])
    yText.delete(0, 3)
    expect(selection(element)).toEqual([4, 7])
    yText.insert(5, '--')
    expect(element.value).toBe('one t--wo three!')
    expect(selection(element)).toEqual([4, 9])
  })

  it('leaves the caret before what someone else writes right there', () => {
    const { element, yText } = setUp('ab')
    select(element, 1)
    yText.insert(1, 'X')
    expect(element.value).toBe('aXb')
    expect(selection(element)).toEqual([1, 1])
  })

  it('never splits a code point', () => {
    const { element, yText } = setUp('😀')
    const deltas: unknown[] = []
    yText.observe((event) => deltas.push(event.delta))
    select(element, 0, 2)
    type(element, '😁')
    expect(yText.toString()).toBe('😁')
    for (const delta of deltas as { insert?: string }[][])
      for (const { insert } of delta) if (insert !== undefined) expect(insert).not.toMatch(/\p{Surrogate}/u)
    type(element, '\uD83D')
    expect(yText.toString()).toBe('😁\uFFFD')
    expect(element.value).toBe('😁\uFFFD')
  })

  it('shows carriage returns, line breaks and embedded objects a peer wrote, each at its own place', () => {
    for (const multiline of [true, false]) {
      const { element, yText } = setUp('a\r\nb\rc', multiline)
      yText.insertEmbed(6, { image: 'x' })
      expect(element.value).toBe(multiline ? 'a \nb\nc\uFFFC' : 'a  b c\uFFFC')
      select(element, 6)
      type(element, '!')
      expect(yText.toString()).toBe('a\r\nb\rc!')
      expect(yText.length).toBe(8)
    }
  })

  it('takes and gives nothing while an input method composes, and merges at the end', () => {
    const { element, yText } = setUp('one two')
    select(element, 7)
    element.dispatchEvent(new Event('compositionstart'))
    type(element, ' に')
    yText.insert(0, '>> ')
    yText.delete(yText.length - 3, 3)
    expect(element.value).toBe('one two に')
    expect(yText.toString()).toBe('>> one ')
    element.dispatchEvent(new Event('compositionend'))
    expect(yText.toString()).toBe('>> one  に')
    expect(element.value).toBe('>> one  に')
    expect(selection(element)).toEqual([9, 9])
  })

  it('removes at the end of composing only what is still there', () => {
    const { element, yText } = setUp('abcdef')
    element.dispatchEvent(new Event('compositionstart'))
    select(element, 1, 5)
    type(element, 'X')
    yText.delete(2, 2)
    yText.insert(2, 'new')
    element.dispatchEvent(new Event('compositionend'))
    expect(yText.toString()).toBe('aXnewf')
  })

  it('shows what came while composing when composing is given up', () => {
    const { element, yText } = setUp('abc')
    element.dispatchEvent(new Event('compositionstart'))
    yText.insert(3, 'd')
    expect(element.value).toBe('abc')
    element.dispatchEvent(new Event('compositionend'))
    expect(element.value).toBe('abcd')
    type(element, '')
    expect(yText.toString()).toBe('abcd')
  })

  it('binds to the new text when the document was rebuilt, keeping the caret, and lets go of the old one', () => {
    const { element, yText, current } = setUp('hello')
    select(element, 5)
    const next = rebuild(yText)
    next.insert(0, '>')
    current.set({ generation: 1, yText: next })
    expect(element.value).toBe('>hello')
    expect(selection(element)).toEqual([6, 6])
    type(element, '!')
    expect([next.toString(), yText.toString()]).toEqual(['>hello!', 'hello'])
    const touched = vi.spyOn(element, 'setRangeText')
    yText.insert(0, 'ghost')
    expect(element.value).toBe('>hello!')
    expect(touched).not.toHaveBeenCalled()
  })

  it('keeps a caret one where what stood around it is gone, so that the next key replaces nothing', () => {
    const { element, yText, current } = setUp('before after')
    const other = rebuild(yText)
    other.insert(7, 'THEIRS')
    Y.applyUpdate(yText.doc!, Y.encodeStateAsUpdate(other.doc!))
    const next = rebuild(yText)
    other.insert(13, 'GONE')
    Y.applyUpdate(yText.doc!, Y.encodeStateAsUpdate(other.doc!))
    select(element, 7)
    type(element, 'mine')
    expect(yText.toString()).toBe('before mineTHEIRSGONEafter')
    current.set({ generation: 1, yText: next })
    expect(element.value).toBe('before THEIRSafter')
    expect(selection(element)).toEqual([7, 7])
    type(element, 'x')
    expect(next.toString()).toBe('before xTHEIRSafter')
  })

  it('puts off a rebuilt text until composing ends', () => {
    const { element, yText, current } = setUp('a')
    element.dispatchEvent(new Event('compositionstart'))
    select(element, 1)
    type(element, 'に')
    const next = new Y.Doc().getText('text')
    next.insert(0, 'A')
    current.set({ generation: 1, yText: next })
    expect(element.value).toBe('aに')
    element.dispatchEvent(new Event('compositionend'))
    expect([yText.toString(), element.value]).toEqual(['aに', 'A'])
  })

  it('lets go of element and text, and keeps what was being composed', () => {
    const { element, yText, stop } = setUp('a')
    element.dispatchEvent(new Event('compositionstart'))
    select(element, 1)
    type(element, 'b')
    stop()
    expect(yText.toString()).toBe('ab')
    yText.insert(0, 'x')
    expect(element.value).toBe('ab')
    type(element, 'c')
    expect(yText.toString()).toBe('xab')
  })

  it('agrees with another field on the same text after random edits of both and of a peer', () => {
    const { yText, current, element } = setUp('start')
    const other: TextElement = document.createElement('textarea')
    document.body.append(other)
    bindText(other, { current })
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % below
    }
    for (let step = 0; step < 300; step++) {
      const target = [element, other][random(3)]
      const length = yText.length
      const start = random(length + 1)
      const end = Math.min(length, start + random(4))
      const text = ['', 'a', 'bb', '😀', '\n'][random(5)]!
      if (target === undefined) {
        if (!/[\uD800-\uDFFF]/.test(yText.toString().slice(Math.max(0, start - 1), end + 1))) {
          yText.delete(start, end - start)
          yText.insert(start, text)
        }
      } else {
        select(target, start, end)
        type(target, text)
      }
      expect(element.value).toBe(yText.toString())
      expect(other.value).toBe(element.value)
    }
  })
})
