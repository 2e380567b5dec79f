import { EchoError } from '../../shared/echoError.ts'
import { foldText, isInSpacedWord, isUnspaced, wordsOf } from './foldText.ts'

/** What a query searches for. */
export interface Search {
  /** As it was asked for. */
  readonly text: string
  /** The words of it, folded, each once; none searches for nothing and finds all. */
  readonly words: readonly string[]
}

/** How much of the text of a search counts, in UTF-16 units. What lies behind could only narrow it further. */
export const maxSearchLength = 200

/** What an item is found by, folded. */
export interface SearchedText {
  /** Its fields, each followed by a line end, the most important first. */
  readonly text: string
  /** Where each of the fields ends. */
  readonly ends: readonly number[]
  /** What the text says that the item is, behind all fields. */
  readonly content: string
}

/** @throws EchoError bad-query for what is no text */
export function searchFor(text: unknown): Search {
  if (typeof text !== 'string') throw new EchoError('bad-query', 'search takes a text. While there is none, pass "", which finds all.')
  const read = text.slice(0, maxSearchLength)
  return { text: read, words: wordsOf(foldText(read)) }
}

/**
 * How well an item fits a search, by nothing but what it says itself: so what other items hold moves no row, and a row's place is the same on every device. A whole
 * word in the first field is best, then the beginning of one there, then a whole word in the second, and so on; among equals a short first field.
 * @returns lower is better; undefined where a word begins nowhere
 */
export function rankOf(searched: SearchedText, words: readonly string[]): number | undefined {
  let sum = 0
  for (const word of words) {
    const place = placeOf(searched, word)
    if (place === undefined) return undefined
    sum += place
  }
  return sum * lengthsCounted + Math.min(searched.ends[0] ?? 0, lengthsCounted - 1)
}

/** Behind all that fit. */
export const lastRank = Number.MAX_SAFE_INTEGER

const lengthsCounted = 2 ** 20

/**
 * At how many places where a word stands in a text it is asked whether one begins there. A text that is no hostile one has a beginning, and a whole
 * word if any, among far fewer; one that repeats two letters would make everyone's search slow for as long as it is there.
 */
const maxPlaces = 2048

/** Twice the number of the first field in which a word begins, the content being the last, and one more where it is not a whole word there. */
function placeOf({ text, ends, content }: SearchedText, word: string): number | undefined {
  const inFields = findWord(text, ends, word)
  if (inFields !== undefined) return inFields
  const inContent = findWord(content, [content.length], word)
  return inContent === undefined ? undefined : 2 * ends.length + inContent
}

function findWord(text: string, ends: readonly number[], word: string): number | undefined {
  let at = text.indexOf(word)
  if (at < 0) return undefined
  const numberOf = (place: number): number => ends.findIndex((end) => place < end)
  if (isUnspaced(word)) return 2 * numberOf(at)
  let number: number | undefined
  for (let places = 0; at >= 0 && places < maxPlaces; places++, at = text.indexOf(word, at + 1)) {
    if (number !== undefined && at >= ends[number]!) break
    if (at > 0 && isInSpacedWord(text, at - 1)) continue
    number ??= numberOf(at)
    if (!isInSpacedWord(text, at + word.length)) return 2 * number
  }
  return number === undefined ? undefined : 2 * number + 1
}
