'use client'
import { useCallback, useMemo } from 'react'
import { useEcho } from './useEcho.ts'
import { useLinkFlow } from './useLinkFlow.ts'
import { useReadable } from './useReadable.ts'
import type { PairFlow } from '../client/echo.ts'
import type { PairState } from '../client/states.ts'

export interface PairDevice {
  readonly state: PairState
  /** Begins with another link, such as a pasted one; undefined goes back to idle. */
  readonly open: (link: string | undefined) => void
  readonly accept: PairFlow['accept']
  /** Answers `verifying` and `wrong-code` with the six digits. */
  readonly submitCode: PairFlow['submitCode']
  /** Answers `comparing`: the digits are the same on both devices. */
  readonly confirm: PairFlow['confirm']
  readonly cancel: PairFlow['cancel']
}

const idle: PairState = { status: 'idle' }

/**
 * Makes this device one of somebody's, from the link that another device of theirs shows ({@link useAddDevice}). Nothing is redeemed before `accept`;
 * leaving the component cancels what is not done.
 * @param link a link to begin with; without one the state is `idle` until `open`.
 * @param deviceName how the other device is told of this one.
 * @throws EchoError no-provider
 * @example
 * const pairing = usePairDevice(link, 'Phone')
 * if (pairing.state.status === 'preview') return <button onClick={pairing.accept}>Use my account here</button>
 */
export function usePairDevice(link?: string, deviceName = ''): PairDevice {
  const echo = useEcho()
  const begin = useCallback((followed: string) => echo.pair(followed, { deviceName }), [deviceName, echo])
  const { flow, open } = useLinkFlow(link, begin)
  const state = useReadable(flow?.state) ?? idle
  return useMemo(
    () => ({
      state,
      open,
      accept: () => flow?.accept(),
      submitCode: (code) => flow?.submitCode(code),
      confirm: () => flow?.confirm(),
      cancel: () => flow?.cancel(),
    }),
    [flow, open, state],
  )
}
