/** Longest name shown, in characters as a reader sees them. */
const maxLength = 60

/**
 * A name that a peer chose, fit to stand in a sentence: one line, of bounded length, without invisible characters that reorder what is around
 * it. A hostile name could else read as part of our own words.
 */
export function plainName(name: string): string {
  const visible = name
    .slice(0, 16 * maxLength)
    // Joiners (U+200C, U+200D) belong to words and emoji; all other format and control characters only hide or reorder.
    .replace(/(?![\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
  const letters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(visible)]
  return letters.length <= maxLength
    ? visible
    : `${letters
        .slice(0, maxLength - 1)
        .map(({ segment }) => segment)
        .join('')}…`
}
