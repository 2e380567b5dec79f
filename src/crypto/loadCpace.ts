import { EchoError } from '../shared/echoError.ts'
import { fail, ok, type Result } from '../shared/result.ts'
import type { cpaceKeys, cpaceScalar, cpaceShare } from './cpace.ts'

/** The exchange of a short code; see cpace.ts. */
export interface Cpace {
  readonly cpaceScalar: typeof cpaceScalar
  readonly cpaceShare: typeof cpaceShare
  readonly cpaceKeys: typeof cpaceKeys
}

/** A way to get {@link Cpace}. @returns EchoError load-failed, after which it may be called again. Never throws. */
export type LoadCpace = () => Promise<Result<Cpace, EchoError>>

/** {@link Cpace} fetched when it is asked for: the group's arithmetic is large, and only invitations with a code need it. */
export const loadCpace: LoadCpace = async () => {
  try {
    return ok(await import('./cpace.ts'))
  } catch (cause) {
    return fail(
      new EchoError(
        'load-failed',
        'The part of the app that checks codes could not be fetched. Go online and try again, or reload the page.',
        {
          cause,
        },
      ),
    )
  }
}
