import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { EchoError } from '../shared/echoError.ts'
import { fail, ok, type Result } from '../shared/result.ts'

/** Words of a recovery phrase: 32 bytes of entropy and one byte of checksum, 11 bits a word. */
export const phraseWordCount = 24

/** Longer texts are no phrase, and are not looked at. */
const maxTextLength = 4096

/**
 * The 24 English BIP39 words of 32 bytes of entropy, with single spaces between. Secret: whoever reads them is this person.
 * @throws TypeError for another length.
 */
export function formatPhrase(entropy: Uint8Array): string {
  if (entropy.length !== 32) throw new TypeError(`a phrase holds 32 bytes, not ${entropy.length}`)
  return entropyToMnemonic(entropy, wordlist)
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
  try {
    return ok(mnemonicToEntropy(words.join(' '), wordlist))
  } catch {
    return refuse(
      'All words are known, but together they are no recovery phrase. Check that they are the right ones, in the right order.',
      {
        reason: 'checksum',
      },
    )
  }
}

function refuse(message: string, details: Readonly<Record<string, unknown>>): Result<Uint8Array, EchoError> {
  return fail(new EchoError('bad-phrase', message, { details }))
}
