'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { asEchoError, type EchoError } from '../shared/echoError.ts'

/** Where work stands that takes a while, tells how far it is, and can be cancelled. */
export type TransferState<Done> =
  | { readonly status: 'idle' }
  | { readonly status: 'working'; readonly progress: number }
  | { readonly status: 'done'; readonly result: Done }
  | { readonly status: 'error'; readonly error: EchoError }

interface Reports {
  readonly onProgress: (progress: number) => void
  readonly signal: AbortSignal
}

const idle = { status: 'idle' } as const

/** Runs one transfer at a time; it ends with the component, and another one ends the one before. */
export function useTransfer<Done>(): {
  readonly state: TransferState<Done>
  readonly run: (perform: (reports: Reports) => Promise<Done>) => void
  /** Back to idle; what is under way is cancelled. */
  readonly reset: () => void
} {
  const [state, setState] = useState<TransferState<Done>>(idle)
  const underWay = useRef<AbortController>(undefined)
  const reset = useCallback(() => {
    underWay.current?.abort()
    underWay.current = undefined
    setState(idle)
  }, [])
  const run = useCallback((perform: (reports: Reports) => Promise<Done>) => {
    underWay.current?.abort()
    const mine = new AbortController()
    underWay.current = mine
    const show = (next: TransferState<Done>): void => {
      if (underWay.current === mine) setState(next)
    }
    show({ status: 'working', progress: 0 })
    perform({ onProgress: (progress) => show({ status: 'working', progress }), signal: mine.signal }).then(
      (result) => show({ status: 'done', result }),
      (cause: unknown) => show({ status: 'error', error: asEchoError(cause, 'storage-unavailable', notMade) }),
    )
  }, [])
  useEffect(
    () => () => {
      underWay.current?.abort()
      underWay.current = undefined
    },
    [],
  )
  return { state, run, reset }
}

const notMade = 'The file could not be written or read. See the cause, and try again.'
