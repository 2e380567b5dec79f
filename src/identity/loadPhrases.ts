import { EchoError } from '../shared/echoError.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { formatPhrase, parsePhrase } from './phrase.ts'

/** Writes and reads recovery phrases; see phrase.ts. */
export interface Phrases {
  readonly formatPhrase: typeof formatPhrase
  readonly parsePhrase: typeof parsePhrase
}

/** A way to get {@link Phrases}. @returns EchoError load-failed, after which it may be called again. Never throws. */
export type LoadPhrases = () => Promise<Result<Phrases, EchoError>>

/** {@link Phrases} fetched when they are asked for: their word list weighs more than the rest of the identity, and a device needs it once. */
export const loadPhrases: LoadPhrases = async () => {
  try {
    return ok(await import('./phrase.ts'))
  } catch (cause) {
    return fail(
      new EchoError(
        'load-failed',
        'The words of recovery phrases could not be fetched, and nothing was changed. Go online and try again, or reload the page.',
        { cause },
      ),
    )
  }
}
