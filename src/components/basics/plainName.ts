/** Longest name shown, in characters as a reader sees them. */
const defaultMaxLength = 60

/** So many accents one letter of a living language has at most; more of them only paint over the lines around. */
const manyMarks = /(\p{M}{6})\p{M}+/gu

const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u

/** Named, so that the index which `map` hands on is no length. */
interface NameOptions {
  readonly maxLength?: number
}

/**
 * A name or title that a peer chose, fit to be shown and to stand in a sentence: one line of bounded length, without characters that hide, reorder or pile
 * up, and where it is written from right to left between U+2068 and U+2069, so that it turns nothing around it. A hostile one could else read as part of
 * your own words. Never throws.
 * @param options.maxLength in characters as a reader sees them, 60 by default; what is longer ends with …
 * @returns empty where nothing can be seen of it
 * @example
 * const title = plainName(note.title, { maxLength: 200 }) || 'Untitled'
 */
export function plainName(name: string, options?: NameOptions): string {
  const bare = bareName(name, options)
  return rightToLeft.test(bare) ? `\u2068${bare}\u2069` : bare
}

/** A name that a peer chose, to be kept or to stand alone: one line, of bounded length, without invisible characters that reorder. */
export function bareName(name: string, { maxLength = defaultMaxLength }: NameOptions = {}): string {
  const visible = name
    .slice(0, 16 * maxLength)
    // Joiners (U+200C, U+200D) belong to words and emoji; all other format and control characters only hide or reorder.
    .replace(/(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(manyMarks, '$1')
    .replace(/\s+/gu, ' ')
    .trim()
  if (visible.length <= maxLength) return visible
  const letters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(visible)]
  return letters.length <= maxLength
    ? visible
    : `${letters
        .slice(0, maxLength - 1)
        .map(({ segment }) => segment)
        .join('')}…`
}
