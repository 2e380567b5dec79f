import { describe, expect, it } from 'vitest'
import { foldText, isInSpacedWord, isUnspaced, maxSearchedLength, wordsOf } from '../../../src/database/search/foldText.ts'

describe('a folded text', () => {
  it.each([
    ['Straße', 'STRASSE'],
    ['Crème Brûlée', 'creme brulee'],
    ['Łódź, København, Œuvre', 'lodz, kobenhavn, oeuvre'],
    ['İstanbul ılık', 'istanbul ilik'],
    ['ΟΔΟΣ', 'οδός'],
    ['Ёлка', 'елка'],
    ['ﬁn Ｔｏｋｙｏ ｶﾞﾗｽ', 'fin tokyo ガラス'],
    ['e\u0301te\u0301', 'été'],
    ['שָׁלוֹם', 'שלום'],
    ['مَدْرَسَة', 'مدرسة'],
  ])('is the same for %s and %s', (one, other) => {
    expect(foldText(one)).toBe(foldText(other))
  })

  it.each([
    ['か', 'が'],
    ['हिन्दी', 'हन्द'],
    ['한', '하'],
    ['a', 'b'],
  ])('differs for %s and %s', (one, other) => {
    expect(foldText(one)).not.toBe(foldText(other))
  })

  it('is made in no time of 100,000 marks on a letter, of control characters, halves of pairs and what normalizes to eighteen letters', () => {
    const zalgo = `z${'\u0345\u0316'.repeat(50_000)}algo`
    const start = performance.now()
    expect(foldText(zalgo.slice(0, 99_000)).length).toBeLessThan(20)
    expect(foldText(`${'\u0591\u05ad\u0f39\u302a'.repeat(25_000)}`).length).toBeLessThan(100)
    expect(foldText('\uFDFA'.repeat(maxSearchedLength)).length).toBeLessThanOrEqual(18 * maxSearchedLength)
    expect(foldText('\0\u0007\ud800x\udc00')).toBe('\0\u0007\ud800X\udc00')
    expect(performance.now() - start).toBeLessThan(1000)
  })

  it('is of the first 100,000 units of a long text', () => {
    expect(foldText('a'.repeat(1_000_000))).toBe('A'.repeat(maxSearchedLength))
  })
})

describe('the words of a search', () => {
  it('are what stands between spaces and signs, each once', () => {
    expect(wordsOf(foldText(' The quick-brown fox, the 2nd! '))).toEqual(['THE', 'QUICK', 'BROWN', 'FOX', '2ND'])
    expect(wordsOf(foldText('…!? -- \0'))).toEqual([])
  })

  it('are cut where a script has no spaces', () => {
    expect(wordsOf(foldText('東京観光'))).toEqual(['東京', '観光'])
    expect(wordsOf(foldText('新電腦iPhone15 Pro'))).toEqual(expect.arrayContaining(['IPHONE15', 'PRO']))
    expect(wordsOf(foldText('🎉'))).toEqual(['🎉'])
  })

  it('are left whole there without Intl.Segmenter', () => {
    const { Segmenter } = Intl
    try {
      Object.defineProperty(Intl, 'Segmenter', { value: undefined, configurable: true, writable: true })
      expect(wordsOf(foldText('東京観光 x'))).toEqual(['東京観光', 'X'])
    } finally {
      Object.defineProperty(Intl, 'Segmenter', { value: Segmenter, configurable: true, writable: true })
    }
  })

  it('know whether spaces end them', () => {
    expect(['東京', 'カタ', 'ไทย', '🎉', 'A', 'Я', '한', ''].map(isUnspaced)).toEqual([true, true, true, true, false, false, false, false])
    const text = 'A東-Я𝒳 1'
    expect(Array.from({ length: text.length + 1 }, (_, at) => isInSpacedWord(text, at))).toEqual([
      true,
      false,
      false,
      true,
      true,
      true,
      false,
      true,
      false,
    ])
    expect(isInSpacedWord(text, -1)).toBe(false)
  })
})
