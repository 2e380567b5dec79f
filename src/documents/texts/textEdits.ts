import type * as Y from 'yjs'
import { EchoError } from '../../shared/echoError.ts'

/**
 * Edits at places in a text, each a transaction of its own. A place is a number of UTF-16 units from the start, as in strings; one outside the text counts as
 * its nearest end, and a character that a range holds in part counts as held.
 */
export interface TextEdits {
  /** How long the text is, in UTF-16 units. */
  length(): number
  /** @throws EchoError bad-value, read-only, disposed */
  insert(index: number, text: string): void
  /** @throws EchoError bad-value, read-only, disposed */
  delete(index: number, length: number): void
  /** @throws EchoError bad-value, read-only, disposed */
  replace(index: number, length: number, text: string): void
}

/**
 * @param target the text as it is now
 * @param assertWritable throws what nobody may edit it for
 */
export function createTextEdits(target: () => Y.Text, assertWritable: () => void): TextEdits {
  function replace(index: number, length: number, text: string): void {
    assertText(text)
    assertWritable()
    const yText = target()
    const [start, end] = wholeRange(yText, index, length)
    yText.doc!.transact(() => {
      if (end > start) yText.delete(start, end - start)
      // Half a pair arrives at others as another character.
      if (text !== '') yText.insert(start, text.replace(/\p{Surrogate}/gu, '\uFFFD'))
    })
  }
  return {
    length: () => target().length,
    insert: (index, text) => replace(index, 0, text),
    delete: (index, length) => replace(index, length, ''),
    replace,
  }
}

/** Formats a range of a text. @throws EchoError bad-value */
export function formatText(yText: Y.Text, index: number, length: number, formats: Readonly<Record<string, unknown>>): void {
  if (typeof formats !== 'object' || formats === null || Object.keys(formats).length === 0)
    throw new EchoError('bad-value', 'Formats are given as an object, such as { bold: true }; null takes one away.')
  const [start, end] = wholeRange(yText, index, length)
  if (end > start) yText.format(start, end - start, { ...formats })
}

/** Start and end of a range within the text; it begins and ends between characters, for half of one would be another for each peer. */
function wholeRange(yText: Y.Text, index: number, length: number): readonly [number, number] {
  if (typeof index !== 'number' || typeof length !== 'number' || Number.isNaN(index) || Number.isNaN(length))
    throw new EchoError('bad-value', 'A place in a text is a number of UTF-16 units from its start, and so is a length.')
  const within = (place: number): number => Math.max(0, Math.min(Math.trunc(place), yText.length))
  const start = within(index)
  const end = Math.max(start, within(index + length))
  const units = start === 0 && end === yText.length ? '' : unitsOf(yText)
  const isInside = (place: number): boolean => /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(units.slice(place - 1, place + 1))
  const first = isInside(start) ? start - 1 : start
  return [first, end === start ? first : isInside(end) ? end + 1 : end]
}

/** A text unit by unit, with something for what is no text in it. */
function unitsOf(yText: Y.Text): string {
  const pieces = yText.toDelta() as readonly { readonly insert: unknown }[]
  return pieces.map(({ insert }) => (typeof insert === 'string' ? insert : '\uFFFC')).join('')
}

function assertText(text: unknown): void {
  if (typeof text !== 'string') throw new EchoError('bad-value', 'Only a string can be put into a text.')
}
