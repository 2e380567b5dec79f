'use client'
import { useCallback, useRef, useState } from 'react'
import { asEchoError, type EchoError } from '../shared/echoError.ts'

/** Where a command stands that somebody gave by hand; `call` says what was asked for. */
export type CommandState<Call> =
  | { readonly status: 'idle' }
  | { readonly status: 'pending' | 'done'; readonly call: Call }
  | { readonly status: 'error'; readonly call: Call; readonly error: EchoError }

const idle = { status: 'idle' } as const
const notMade = 'The change could not be made or stored. See the cause, and try again.'

/**
 * Runs one asynchronous command at a time and says where it stands; a second one while the first is under way is ignored.
 * @param perform the command itself, the same function as long as the same thing is commanded: the state is of that thing.
 */
export function useCommand<Call, Secret = undefined>(
  perform: (call: Call, secret?: Secret) => Promise<unknown>,
): {
  readonly state: CommandState<Call>
  /** `secret` is handed on and kept nowhere. */
  readonly run: (call: Call, secret?: Secret) => void
  /** Puts an end away. */
  readonly reset: () => void
} {
  const [{ of, state }, setShown] = useState<{ readonly of: typeof perform; readonly state: CommandState<Call> }>({
    of: perform,
    state: idle,
  })
  const underWay = useRef<typeof perform>(undefined)
  const run = useCallback(
    (call: Call, secret?: Secret) => {
      if (underWay.current === perform) return
      underWay.current = perform
      const end = (next: CommandState<Call>): void => {
        if (underWay.current !== perform) return
        underWay.current = undefined
        setShown({ of: perform, state: next })
      }
      setShown({ of: perform, state: { status: 'pending', call } })
      perform(call, secret).then(
        () => end({ status: 'done', call }),
        (cause: unknown) => end({ status: 'error', call, error: asEchoError(cause, 'storage-unavailable', notMade) }),
      )
    },
    [perform],
  )
  const reset = useCallback(() => setShown((before) => (before.state.status === 'pending' ? before : { ...before, state: idle })), [])
  return { state: of === perform ? state : idle, run, reset }
}
