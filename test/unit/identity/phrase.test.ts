import { describe, expect, it } from 'vitest'
import { formatPhrase, parsePhrase, phraseWordCount } from '../../../src/identity/phrase.ts'

const entropy = new Uint8Array(32).map((_, i) => i)
const words = formatPhrase(entropy).split(' ')

/** The details of a refusal, and its text, to look for leaked words in. */
function refusal(text: string) {
  const parsed = parsePhrase(text)
  if (parsed.ok) throw new Error('the phrase was taken')
  return { code: parsed.error.code, details: parsed.error.details, text: parsed.error.message + JSON.stringify(parsed.error.details) }
}

describe('formatPhrase', () => {
  it('gives 24 words, the published ones for zero entropy', () => {
    expect(words).toHaveLength(phraseWordCount)
    expect(formatPhrase(new Uint8Array(32))).toBe(`${'abandon '.repeat(23)}art`)
  })

  it('refuses other lengths', () => {
    expect(() => formatPhrase(new Uint8Array(16))).toThrow(TypeError)
  })
})

describe('parsePhrase', () => {
  it('gives back the entropy', () => {
    expect(parsePhrase(words.join(' '))).toEqual({ ok: true, value: entropy })
  })

  it.each([
    ['capitals', words.join(' ').toUpperCase()],
    ['much space', `\n\t ${words.join('   ')}  \n`],
    ['commas', words.join(', ')],
    ['one word a line', words.join('\r\n')],
    ['no-break spaces', words.join('\u00a0')],
  ])('tolerates %s', (_, text) => {
    expect(parsePhrase(text)).toEqual({ ok: true, value: entropy })
  })

  it('says which word is unknown by its place, and never the word', () => {
    const typed = words.map((word, i) => (i === 4 ? 'hunter2' : word)).join(' ')
    const { code, details, text } = refusal(typed)
    expect(code).toBe('bad-phrase')
    expect(details).toEqual({ reason: 'unknown-word', position: 5 })
    expect(text).not.toContain('hunter2')
    expect(words.some((word) => text.split(/\W+/).includes(word) && word.length > 5)).toBe(false)
  })

  it.each([0, 1, 12, 23, 25, 48])('says that %i words are not 24', (count) => {
    const typed = Array.from({ length: count }, (_, i) => words[i % 24]!).join(' ')
    expect(refusal(typed).details).toEqual({ reason: 'word-count', count })
  })

  it('refuses known words with a wrong checksum, as in another order', () => {
    expect(refusal([words[1]!, words[0]!, ...words.slice(2)].join(' ')).details).toEqual({ reason: 'checksum' })
    expect(refusal('abandon '.repeat(24)).details).toEqual({ reason: 'checksum' })
  })

  it('refuses a huge text at once', () => {
    expect(refusal('abandon '.repeat(1_000_000)).details).toEqual({ reason: 'word-count' })
    expect(refusal('\ufdfa'.repeat(4096)).code).toBe('bad-phrase')
  })
})
