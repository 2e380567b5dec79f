'use client'
import { useCallback, useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useLinkFlow } from './useLinkFlow.ts'
import { useReadable } from './useReadable.ts'
import type { JoinFlow } from '../client/echo.ts'
import type { JoinState } from '../client/states.ts'

export interface Join {
  readonly state: JoinState
  /** The link that is followed. */
  readonly link: string | undefined
  /** Begins with another link, such as a pasted one; undefined goes back to idle. */
  readonly open: (link: string | undefined) => void
  readonly accept: JoinFlow['accept']
  /** Answers `verifying` and `wrong-code` with the six digits. */
  readonly submitCode: JoinFlow['submitCode']
  readonly cancel: JoinFlow['cancel']
}

const idle: JoinState = { status: 'idle' }

/**
 * The guest's side of an invitation. Nothing is redeemed before `accept`; leaving the component cancels what is not done.
 * @param link an invitation link to begin with; without one the state is `idle` until `open`.
 * @throws EchoError no-provider
 * @example
 * const join = useJoin(link)
 * if (join.state.status === 'preview') return <button onClick={join.accept}>Join {join.state.preview.spaceName}</button>
 */
export function useJoin(link?: string): Join {
  const echo = useEcho()
  const begin = useCallback((followed: string) => echo.join(followed), [echo])
  const { flow, link: target, open } = useLinkFlow(link, begin)
  const state = useReadable(flow?.state) ?? idle
  return useMemo(
    () => ({
      state,
      link: target,
      open,
      accept: () => flow?.accept(),
      submitCode: (code) => flow?.submitCode(code),
      cancel: () => flow?.cancel(),
    }),
    [flow, open, state, target],
  )
}
