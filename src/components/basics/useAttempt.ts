'use client'
import { useState } from 'react'
import { asEchoError, type EchoError } from '../../shared/echoError.ts'

/** What came of the last thing that was tried. */
export interface Attempt {
  readonly error: EchoError | undefined
  /** Does something that may throw. @returns whether it did not */
  readonly attempt: (action: () => void) => boolean
  /** Puts the error away. */
  readonly forget: () => void
}

/**
 * For commands that are done, or refused, at once: what an event handler throws would be seen by nobody.
 * @param notDone says what was not done, in the error for whatever is thrown that is no `EchoError`
 */
export function useAttempt(notDone: string): Attempt {
  const [error, setError] = useState<EchoError>()
  return {
    error,
    attempt(action) {
      try {
        action()
        setError(undefined)
        return true
      } catch (cause) {
        setError(asEchoError(cause, 'bad-value', notDone))
        return false
      }
    },
    forget: () => setError(undefined),
  }
}
