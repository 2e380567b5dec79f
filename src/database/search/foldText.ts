/** How much of one text is searched, in UTF-16 units. */
export const maxSearchedLength = 100_000

/** Letters that are written in one way only and have no capitals: nothing of them folds. */
const nothingToFold = /^[\0-\x7f\u3000-\u3096\u30a1-\u30fe\u4e00-\u9fff\uac00-\ud7a3]*$/
const upToLatin = /^[\0-\u02ff]*$/
/** Normalizing sorts marks in quadratic time, and no script puts this many on a letter: a hostile text of them would take minutes. */
const marksInExcess = /(\p{M}{8})\p{M}+/gu
/** Accents of Latin, Greek and Cyrillic letters, points of Hebrew and Arabic ones. Elsewhere marks are vowels, or make another letter. */
const accents = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]+/g
const accentsInOneLetter = /[ØŁĐÆŒ]/g
const lettersOfOne: Readonly<Record<string, string>> = { Ø: 'O', Ł: 'L', Đ: 'D', Æ: 'AE', Œ: 'OE' }

/**
 * A text as it is searched: without capitals, accents and what is only another way to write a letter (full width, ligatures). Never throws, and takes
 * time only as long as the text, of which it takes the first {@link maxSearchedLength} units.
 */
export function foldText(text: string): string {
  const read = text.length > maxSearchedLength ? text.slice(0, maxSearchedLength) : text
  if (nothingToFold.test(read)) return read.toUpperCase()
  const isLatin = upToLatin.test(read)
  const apart = (isLatin ? read : read.replace(marksInExcess, '$1')).normalize('NFKD').replace(accents, '')
  // Capitals, because small letters have forms that depend on their place (a sigma at the end) and some are two capitals.
  const folded = apart.toUpperCase().replace(accentsInOneLetter, (letter) => lettersOfOne[letter]!)
  return isLatin ? folded : folded.normalize('NFC')
}

/** Scripts that put no spaces between words, and pictures. */
const unspaced = '\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}\\p{Extended_Pictographic}'
const runs = new RegExp(`[${unspaced}]+|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])+`, 'gu')
const unspacedLetter = new RegExp(`[${unspaced}]`, 'u')
const spacedLetter = new RegExp(`(?![${unspaced}])[\\p{L}\\p{N}\\p{M}]`, 'u')

/**
 * The words of a folded text that is searched for, each once. What is written without spaces is cut by `Intl.Segmenter` where there is one, else not at
 * all.
 */
export function wordsOf(folded: string): string[] {
  const words = (folded.match(runs) ?? []).flatMap((run) => (isUnspaced(run) ? segments(run) : [run]))
  return [...new Set(words)]
}

/** Whether a word is of a script that puts no spaces between words, so that one may begin at any letter. */
export function isUnspaced(word: string): boolean {
  const letter = word.codePointAt(0) ?? 0
  return letter >= 0x80 && unspacedLetter.test(String.fromCodePoint(letter))
}

/** Whether a letter belongs to a word that spaces or signs end. @param at where it stands; outside the text is none */
export function isInSpacedWord(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (unit < 0x80) return (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x30 && unit <= 0x39)
  if (Number.isNaN(unit)) return false
  const start = unit >= 0xdc00 && unit <= 0xdfff ? Math.max(0, at - 1) : at
  return spacedLetter.test(String.fromCodePoint(text.codePointAt(start)!))
}

function segments(run: string): string[] {
  // Not in every browser that is supported.
  const { Segmenter } = Intl as { readonly Segmenter?: typeof Intl.Segmenter }
  if (Segmenter === undefined) return [run]
  return [...new Segmenter('en', { granularity: 'word' }).segment(run)].map(({ segment }) => segment)
}
