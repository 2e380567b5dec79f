import { wordlist } from '@scure/bip39/wordlists/english.js'
import { hashing } from '../crypto/hashing.ts'
import { equalBytes, fromHex, toHex } from '../shared/bytes.ts'
import { EchoError } from '../shared/echoError.ts'
import { fail, ok, type Result } from '../shared/result.ts'

/** Words of a recovery phrase: 32 bytes of entropy and one byte of checksum, 11 bits a word. */
export const phraseWordCount = 24

const bitsPerWord = 11n
const wordRange = 2n ** bitsPerWord

/** Longer texts are no phrase, and are not looked at. */
const maxTextLength = 4096

/**
 * The 24 English BIP39 words of 32 bytes of entropy, with single spaces between. Secret: whoever reads them is this person.
 * @throws TypeError for another length.
 */
export function formatPhrase(entropy: Uint8Array): string {
  if (entropy.length !== 32) throw new TypeError(`a phrase holds 32 bytes, not ${entropy.length}`)
  let bits = BigInt(`0x${toHex(entropy)}${toHex(checksum(entropy))}`)
  const words: string[] = []
  for (let i = 0; i < phraseWordCount; i++, bits >>= bitsPerWord) words.unshift(wordlist[Number(bits % wordRange)]!)
  return words.join(' ')
}

/**
 * The 32 bytes of entropy behind a phrase as a person types it: in any case, with spaces, commas or new lines between the words.
 * @returns or EchoError bad-phrase with `details.reason`: `word-count` (and `count`), `unknown-word` (and `position`, from 1) or
 * `checksum`. Neither message nor details hold a word. Never throws.
 */
export function parsePhrase(text: string): Result<Uint8Array, EchoError> {
  if (text.length > maxTextLength) {
    return refuse(`The text is too long to be a recovery phrase. Enter its ${phraseWordCount} words only.`, { reason: 'word-count' })
  }
  const words = text
    .normalize('NFKD')
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((word) => word !== '')
  const unknown = words.findIndex((word) => !wordlist.includes(word))
  if (unknown >= 0) {
    const position = unknown + 1
    return refuse(`Word ${position} is not among the words a recovery phrase is made of. Check its spelling.`, {
      reason: 'unknown-word',
      position,
    })
  }
  if (words.length !== phraseWordCount) {
    const count = words.length
    return refuse(`A recovery phrase has ${phraseWordCount} words, and this has ${count}. Enter all of them.`, {
      reason: 'word-count',
      count,
    })
  }
  const bits = words.reduce((value, word) => (value << bitsPerWord) | BigInt(wordlist.indexOf(word)), 0n)
  const bytes = fromHex(bits.toString(16).padStart(66, '0'))!
  const entropy = bytes.slice(0, 32)
  if (equalBytes(checksum(entropy), bytes.subarray(32))) return ok(entropy)
  return refuse('All words are known, but together they are no recovery phrase. Check that they are the right ones, in the right order.', {
    reason: 'checksum',
  })
}

/** One byte: BIP39 adds a bit for each 32 of the entropy. */
function checksum(entropy: Uint8Array): Uint8Array {
  return hashing.hash(entropy).subarray(0, 1)
}

function refuse(message: string, details: Readonly<Record<string, unknown>>): Result<Uint8Array, EchoError> {
  return fail(new EchoError('bad-phrase', message, { details }))
}
