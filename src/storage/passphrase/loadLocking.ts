import { EchoError } from '../../shared/echoError.ts'
import { fail, ok, type Result } from '../../shared/result.ts'
import type { Locking } from './locking.ts'

/** A way to get {@link Locking}. @returns EchoError load-failed, after which it may be called again. Never throws. */
export type LoadLocking = () => Promise<Result<Locking, EchoError>>

/** {@link Locking} fetched when it is asked for. */
export const loadLocking: LoadLocking = async () => {
  try {
    return ok((await import('./locking.ts')).createLocking())
  } catch (cause) {
    const message = 'The part of the app that locks and unlocks could not be fetched. Go online and try again, or reload the page.'
    return fail(new EchoError('load-failed', message, { cause }))
  }
}
